package cli

import (
	"fmt"
	"strconv"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/checkup"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/explain"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/registry"
)

// estimateFlags are those of doctor --estimate. Prices are list prices of AWS in us-east-1 in 2025: ElastiCache
// (cache.r7g), gp3 disks of RDS, DynamoDB on demand.
type estimateFlags struct {
	Estimate     bool    `help:"Tell instead what each kind of online store needs for these views, and what that costs."`
	Keys         int64   `placeholder:"N" help:"Rows of each view that holds none online, or of every view with --all."`
	All          bool    `help:"Count --keys rows for every view, whatever it holds."`
	PriceMemory  float64 `default:"12.2" placeholder:"USD" help:"A GiB of memory for a month."`
	PriceDisk    float64 `default:"0.115" placeholder:"USD" help:"A GiB of disk for a month."`
	PriceService float64 `default:"0.25" placeholder:"USD" help:"A GiB of DynamoDB for a month."`
	PriceReads   float64 `default:"0.125" placeholder:"USD" help:"A million read request units."`
	PriceWrites  float64 `default:"0.625" placeholder:"USD" help:"A million write request units."`
}

// An estimation is the answer of doctor --estimate.
type estimation struct {
	Tables []checkup.Table `json:"views"`
	Needs  []checkup.Need  `json:"stores"`
}

func (v *estimateFlags) run(a *app) error {
	if v.Keys < 0 || v.All && v.Keys == 0 {
		return errs.New(errs.Usage, "--keys must be greater than 0").WithID("T0986")
	}
	return a.withSet(func(s *truepoint.Store, set *feature.Set, _ registry.Revision) error {
		e := &estimation{}
		sizes, err := s.Sizes(a.ctx)
		if err != nil {
			return err
		}
		for _, size := range sizes {
			if view, ok := set.View(size.View); ok {
				e.Tables = append(e.Tables, v.table(view, size))
			}
		}
		e.Needs = checkup.Estimate(e.Tables, drivers.OnlineKinds(), checkup.Prices{
			Memory: v.PriceMemory, Disk: v.PriceDisk, Service: v.PriceService, ReadUnits: v.PriceReads, WriteUnits: v.PriceWrites})
		e.note(a)
		return a.print(e.answer())
	})
}

// keyBytesGuess is the length of an encoded key where there is none to look at.
const keyBytesGuess = 32

// table returns the rows of a view and their sizes: as they are, or as its schema lets expect.
func (v *estimateFlags) table(view *feature.View, s explain.Size) checkup.Table {
	t := checkup.Table{View: view.Name, Rows: s.Rows, Key: keyBytesGuess, Row: float64(materialize.RowBytes(view.Schema))}
	if s.Rows > 0 {
		t.Key, t.Row = float64(s.KeyBytes)/float64(s.Rows), float64(s.RowBytes)/float64(s.Rows)
	}
	if s.Rows == 0 || v.All {
		t.Rows = v.Keys
	}
	return t
}

func (e *estimation) note(a *app) {
	for _, t := range e.Tables {
		if t.Rows == 0 {
			a.note("%s holds no rows and counts as none; say how many it will have: --keys N", t.View)
			continue
		}
		a.note("%s: %s rows, keys of %.0f and rows of %.0f bytes", t.View, count(t.Rows), t.Key, t.Row)
	}
}

func (e *estimation) answer() *screen.Answer {
	answer := &screen.Answer{Value: e, Names: []string{}, Table: &screen.Table{Columns: screen.Columns("STORE", "WHERE", ">ONE COPY", ">USD/MONTH", ">USD/MILLION READS", ">USD TO WRITE ALL")}}
	money := func(f float64, known bool) string {
		if !known {
			return "–"
		}
		return strconv.FormatFloat(f, 'f', 2, 64)
	}
	for _, n := range e.Needs {
		answer.Names = append(answer.Names, n.Type)
		billed := n.ReadUnits > 0
		answer.Table.AddCells(screen.Cell{Text: n.Type}, screen.Cell{Text: n.Where}, sizeCell(n.Bytes), screen.Cell{Text: money(n.Month, true)},
			screen.Cell{Text: money(n.Reads, billed)}, screen.Cell{Text: money(n.Writes, billed), Machine: fmt.Sprint(n.Writes)})
	}
	return answer
}
