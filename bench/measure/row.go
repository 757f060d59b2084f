package measure

import (
	"fmt"
	"strings"
)

// A Row is one line of the table of results. Cells that do not apply are empty.
type Row struct {
	Number    string // in the table of goals
	What      string
	Yardstick string // what it is and what it took
	Ours      string
	Wall      string // the ratio or figure that the gate is about
	CPU       string
	Memory    string
	Gate      string
	Verdict   string
}

// Header begins a Markdown table of rows, to each of which bench/report adds when and where it was measured.
const Header = "| # | what | yardstick | ours | wall | CPU | memory | gate | verdict | measured |\n|---|---|---|---|---|---|---|---|---|---|"

// Print writes the row to standard output.
func (r Row) Print() {
	cells := []string{r.Number, r.What, r.Yardstick, r.Ours, r.Wall, r.CPU, r.Memory, r.Gate, r.Verdict}
	fmt.Printf("| %s |\n", strings.Join(cells, " | "))
}

// Verdict says whether a gate holds by wall and by CPU time. On a machine that is busy with other things the CPU time
// is the one to believe.
func Verdict(byWall, byCPU bool) string {
	switch {
	case byWall && byCPU:
		return "holds"
	case byWall:
		return "holds by wall time only"
	case byCPU:
		return "holds by CPU time only"
	}
	return "**missed**"
}

// Plain says whether a gate that is about one figure holds.
func Plain(holds bool) string { return Verdict(holds, holds) }
