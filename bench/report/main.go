// Command report joins what the programs of bench printed into one page: the machine, the table of rows, and the notes
// of the run.
//
//	report ROWS NOTES LOAD-AT-START > bench/RESULTS.md
package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
)

const page = `# Results

Ratios to yardsticks of the same run; what they mean and how they are taken: [README.md](README.md). ` + "`make bench`" + ` writes this page.

- date: %s, commit %s
- machine: %s, %d cores, %s of memory, Linux %s, %s
- load average at the start and now: %s; %s
- data: seeds are fixed in the programs (PCG 10/10, 19/19, 20/20, 1/2; ChaCha8 1; DuckDB's hash of the row number)

%s
%s
## Notes of the run

` + "```text\n%s```\n"

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: report ROWS NOTES LOAD-AT-START")
		os.Exit(2)
	}
	rows, notes := read(os.Args[1]), read(os.Args[2])
	fmt.Printf(page, time.Now().UTC().Format("2006-01-02 15:04 UTC"), command("git", "describe", "--always", "--dirty"),
		field("/proc/cpuinfo", "model name"), runtime.NumCPU(), field("/proc/meminfo", "MemTotal"),
		strings.TrimSpace(read("/proc/sys/kernel/osrelease")), runtime.Version(),
		os.Args[3], strings.TrimSpace(read("/proc/loadavg")), measure.Header, rows, notes)
}

// read returns the text of a file, "unknown" if it cannot be read.
func read(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	return string(b)
}

// field returns the first value of a name in a file of lines "name: value".
func field(path, name string) string {
	for line := range strings.Lines(read(path)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return "unknown"
}

func command(name string, args ...string) string {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}
