package process

import (
	"bytes"
	"fmt"
	"os"
	"strings"
)

// mark returns boot, process namespace and start time of a living process of this namespace, "" when there is none or
// /proc does not tell.
func mark(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The second field, the program's name in parentheses, may hold anything; the state follows, and the start time in
	// clock ticks since the boot is field 22 (proc(5)).
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 || bytes.ContainsAny(fields[0], "ZX") {
		return ""
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil || len(boot) < 8 {
		return ""
	}
	namespace, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s.%s.%s", boot[:8], strings.Trim(namespace, "pid:[]"), fields[19])
}
