package process

import (
	"os"
	"strings"
	"testing"
)

// resident returns the resident bytes of mapped files of this process, in KiB, as /proc/self/status says it.
func resident(t *testing.T) string {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(status), "\n") {
		if rest, ok := strings.CutPrefix(line, "RssFile:"); ok {
			return strings.TrimSpace(rest)
		}
	}
	t.Skip("this kernel does not tell the pages of files apart")
	return ""
}

func TestTrimGivesPagesBackAndTheProgramGoesOn(t *testing.T) {
	before := resident(t)
	Trim()
	if after := resident(t); len(after) > len(before) || len(after) == len(before) && after >= before {
		t.Errorf("mapped pages of files: %s before, %s after", before, after)
	}
	if name := Name(); Dead(name) {
		t.Errorf("%s is dead", name)
	}
}

func TestOnlyUntouchedMappingsOfTheProgramAreGivenBack(t *testing.T) {
	t.Parallel()
	const maps = `00400000-02700000 r-xp 00000000 fe:00 123    /bin/truepoint
Rss:               27812 kB
Anonymous:             0 kB
02700000-04d00000 r--p 02300000 fe:00 123    /bin/truepoint
Anonymous:             0 kB
04d00000-04d10000 r--p 04900000 fe:00 123    /bin/truepoint
Anonymous:            64 kB
04d10000-04e00000 rw-p 04910000 fe:00 123    /bin/truepoint
Anonymous:             0 kB
c000000000-c004000000 rw-p 00000000 00:00 0
Anonymous:             0 kB
7f0000000000-7f0000001000 r-xp 00000000 fe:00 9    /lib/libc.so.6
Anonymous:             0 kB
`
	got := untouched(strings.NewReader(maps), "/bin/truepoint")
	if len(got) != 2 || got[0] != (mapping{0x400000, 0x2700000}) || got[1] != (mapping{0x2700000, 0x4d00000}) {
		t.Errorf("got %x", got)
	}
}
