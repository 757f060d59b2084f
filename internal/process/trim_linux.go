package process

import (
	"bufio"
	"fmt"
	"io"
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
	maps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer maps.Close()
	for _, m := range untouched(maps, self) {
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, m.lo, m.hi-m.lo, unix.MADV_DONTNEED)
	}
}

// A mapping is a run of addresses, lo ≤ address < hi.
type mapping struct{ lo, hi uintptr }

// untouched returns the mappings of the file at path that cannot be written to and hold nothing but what the file holds.
// A dynamic linker writes to some before it protects them; those pages, which are anonymous, would be lost. maps is in
// the form of /proc/PID/smaps (proc(5)).
func untouched(maps io.Reader, path string) []mapping {
	var out []mapping
	var at mapping
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) == 6 && strings.Contains(fields[0], "-") {
			at = mapping{}
			if fields[5] == path && (fields[1] == "r-xp" || fields[1] == "r--p") {
				_, _ = fmt.Sscanf(fields[0], "%x-%x", &at.lo, &at.hi)
			}
		} else if len(fields) == 5 && strings.Contains(fields[0], "-") {
			at = mapping{} // memory without a file
		}
		if len(fields) == 3 && fields[0] == "Anonymous:" && fields[1] == "0" && at.lo < at.hi {
			out = append(out, at)
		}
	}
	return out
}
