// Command report joins what the programs of bench printed with the page of the runs before: rows that were measured now
// take the place of those with their number, notes that of those of their program, and the others stay with their date.
//
//	report ROWS NOTES PAGE > NEW-PAGE
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

const frame = `# Results

Ratios to yardsticks of the same run; what they mean and how they are taken: [README.md](README.md). ` + "`make bench`" + ` writes this page.

- measured: when the run of a row ended, in UTC, the commit, and the processor; a run of some programs leaves the other rows as they were
- machine of the newest rows: %s, %d cores, %s of memory, Linux %s, %s
- load average at the start of each program: in the notes
- data: seeds are fixed in the programs (PCG 10/10, 19/19, 20/20, 1/2; ChaCha8 1; DuckDB's hash of the row number)

%s

## Notes

` + fence + "text\n%s" + fence + "\n"

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: report ROWS NOTES PAGE")
		os.Exit(2)
	}
	when := time.Now().UTC().Format("2006-01-02 15:04") + ", " + command("git", "describe", "--always", "--dirty") + ", " + field("/proc/cpuinfo", "model name")
	before, err := os.ReadFile(os.Args[3])
	if err != nil && !os.IsNotExist(err) {
		fmt.Fprintln(os.Stderr, "bench/report:", err)
		os.Exit(1)
	}
	here, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/report:", err)
		os.Exit(1)
	}
	noted := strings.ReplaceAll(read(os.Args[2]), here+"/", "")
	fmt.Print(parsePage(string(before)).renew(parse(read(os.Args[1]), noted), when).text())
}

// text returns the page.
func (p page) text() string {
	table, noted := []string{measure.Header}, ""
	for _, r := range p.rows {
		table = append(table, r.line)
	}
	for _, n := range p.notes {
		noted += n.text
	}
	return fmt.Sprintf(frame, field("/proc/cpuinfo", "model name"), runtime.NumCPU(), field("/proc/meminfo", "MemTotal"),
		strings.TrimSpace(read("/proc/sys/kernel/osrelease")), runtime.Version(), strings.Join(table, "\n"), noted)
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
