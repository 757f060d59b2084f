package process

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// Trim gives back the pages of the program file that starting needed: code and constants, which the kernel maps in runs
// far larger than what is used. Whatever is needed again is mapped again from the page cache, without reading the disk.
// A server calls it once it is ready; it does nothing where the system does not support it.
func Trim() {
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return
	}
	defer maps.Close()
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		if lo, hi, ok := readOnly(lines.Text(), self); ok {
			// The pages are those of the file, never written to, so that nothing can be lost.
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, lo, hi-lo, unix.MADV_DONTNEED)
		}
	}
}

// readOnly returns the bounds of the mapping that a line of /proc/self/maps tells of, if it is one of the file at path
// that cannot be written to.
func readOnly(line, path string) (lo, hi uintptr, ok bool) {
	fields := strings.Fields(line)
	if len(fields) != 6 || fields[5] != path || fields[1] != "r-xp" && fields[1] != "r--p" {
		return 0, 0, false
	}
	n, err := fmt.Sscanf(fields[0], "%x-%x", &lo, &hi)
	return lo, hi, err == nil && n == 2 && lo < hi
}
