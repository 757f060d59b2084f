package pittest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// A Case is one example of a script: histories, entity rows, and the answer.
type Case struct {
	Name    string
	Pos     errs.Position // of its first line
	Views   []*View
	Spine   pit.Spine
	Known   pit.KnownAtRule
	KnownAt eventtime.Instant
	OnNull  bool // keep entity rows with nulls
	Created bool // ask for created times
	Want    Want
}

// A View is one use of a history.
type View struct {
	Name         string
	Of           string // the view whose rows it shares, "" if it has rows of its own
	Layout       pit.Layout
	Columns      []value.Field // of its history, keys, times and all
	Spine        []string      // the column of the entity rows for each of Layout.Keys
	Availability eventtime.Availability
	TTL          eventtime.TTL
	TiesError    bool
	Parts        []*value.Batch // one per rows block, in order
	Windows      *Windows       // nil for a join; Layout.Features are those of the windows otherwise
}

// Windows is what a view of windows has beside what a join has.
type Windows struct {
	EventID        string
	Features       []pit.WindowFeature
	Refresh, Delay eventtime.Duration
}

// A Want is the answer that a case expects.
type Want struct {
	Error     string // a part of the message; "" for none
	Cells     [][]WantCell
	Ambiguous map[string]int64 // by view:feature; "" is the total; what is not named is 0
	Rejected  map[string][3]int64
}

// A WantCell is one expected cell, or one of the columns of `show`.
type WantCell struct {
	View    int
	Feature int // or one of ShowEvent, ShowCreated, ShowRow
	Status  value.Status
	Value   value.Value
	Text    string // as written
}

// What a WantCell with a negative Feature shows of the answering row.
const (
	ShowEvent   = -1
	ShowCreated = -2
	ShowRow     = -3
)

// ErrUnsupported is returned by an engine for a case that it cannot answer by its nature.
var ErrUnsupported = errors.New("this engine cannot answer the case")

// Plan returns the plan of c over tables in memory.
func (c *Case) Plan() *pit.Plan {
	p := &pit.Plan{Spine: c.Spine, Known: c.Known, KnownAt: c.KnownAt, NullInSpine: c.OnNull, WantCreated: c.Created}
	for _, v := range c.Views {
		if v.Windows != nil {
			p.Windows = append(p.Windows, v.WindowScan())
			continue
		}
		p.Views = append(p.Views, v.Scan())
	}
	return p
}

// WindowScan returns the windows of v over a table in memory.
func (v *View) WindowScan() pit.WindowScan {
	w := pit.WindowScan{
		Name: v.Name, Table: pit.MemTable(v.Parts...), Layout: v.Layout, Spine: v.Spine, Availability: v.Availability, TTL: v.TTL,
		EventID: v.Windows.EventID, Features: v.Windows.Features, Refresh: v.Windows.Refresh, Delay: v.Windows.Delay,
	}
	w.Layout.Features, w.Layout.FeatureTypes = nil, nil
	return w
}

// results returns the answer for each view of c.
func (c *Case) results(got *pit.Result) []*pit.ViewResult {
	var out []*pit.ViewResult
	views, windows := 0, 0
	for _, v := range c.Views {
		if v.Windows == nil {
			out, views = append(out, &got.Views[views]), views+1
			continue
		}
		w := &got.Windows[windows]
		windows++
		r := &pit.ViewResult{Status: w.Status, Event: w.Event, Columns: w.Columns, Report: w.Report}
		for range w.Status {
			r.Created, r.Row = append(r.Created, eventtime.None), append(r.Row, -1)
		}
		out = append(out, r)
	}
	return out
}

// Scan returns the join of v over a table in memory.
func (v *View) Scan() pit.ViewScan {
	return pit.ViewScan{
		Name: v.Name, Table: pit.MemTable(v.Parts...), Layout: v.Layout, Spine: v.Spine,
		Availability: v.Availability, TTL: v.TTL, TiesError: v.TiesError,
	}
}

// Check returns what is wrong with an answer to c, one line each; nothing if it is right.
func (c *Case) Check(got *pit.Result, err error) []string {
	if c.Want.Error != "" {
		if err == nil {
			return []string{fmt.Sprintf("got no error, want one with %q", c.Want.Error)}
		}
		if !strings.Contains(err.Error(), c.Want.Error) {
			return []string{fmt.Sprintf("got error %q, want one with %q", err, c.Want.Error)}
		}
		return nil
	}
	if err != nil {
		return []string{fmt.Sprintf("got error %q, want none", err)}
	}
	if len(got.Views)+len(got.Windows) != len(c.Views) {
		return []string{fmt.Sprintf("got %d views and %d with windows, want %d", len(got.Views), len(got.Windows), len(c.Views))}
	}
	results := c.results(got)
	var wrong []string
	for row, cells := range c.Want.Cells {
		for _, w := range cells {
			if g := c.got(results[w.View], w, row); g != "" {
				wrong = append(wrong, fmt.Sprintf("entity row %d, view %s, %s: got %s, want %s", row+1, c.Views[w.View].Name, c.column(w), g, w.Text))
			}
		}
	}
	return append(wrong, c.checkReports(results)...)
}

func (c *Case) column(w WantCell) string {
	switch w.Feature {
	case ShowEvent:
		return "event"
	case ShowCreated:
		return "created"
	case ShowRow:
		return "row"
	}
	return c.Views[w.View].Layout.Features[w.Feature]
}

// got returns "" if the cell of v is as wanted, otherwise what it is.
func (c *Case) got(v *pit.ViewResult, w WantCell, row int) string {
	switch w.Feature {
	case ShowEvent:
		return differs(value.OfInstant(v.Event[row]), w.Value)
	case ShowCreated:
		return differs(value.OfInstant(v.Created[row]), w.Value)
	case ShowRow:
		return differs(value.OfInt64(v.Row[row]), w.Value)
	}
	g := v.Columns[w.Feature].At(row)
	if v.Status[row] != w.Status {
		return v.Status[row].String() + " " + Text(g)
	}
	return differs(g, w.Value)
}

func differs(got, want value.Value) string {
	if got.Identical(want) {
		return ""
	}
	return Text(got)
}

func (c *Case) checkReports(got []*pit.ViewResult) (wrong []string) {
	var total int64
	for i, v := range c.Views {
		r := got[i].Report
		if rejected := [3]int64{r.RejectedKey, r.RejectedEvent, r.RejectedCreate}; rejected != c.Want.Rejected[v.Name] {
			wrong = append(wrong, fmt.Sprintf("view %s: rejected key, event, created: got %v, want %v", v.Name, rejected, c.Want.Rejected[v.Name]))
		}
		for f, n := range r.Ambiguous {
			total += n
			name := v.Name + ":" + v.Layout.Features[f]
			if _, only := c.Want.Ambiguous[""]; !only && n != c.Want.Ambiguous[name] {
				wrong = append(wrong, fmt.Sprintf("%s: got %d ambiguous cells, want %d", name, n, c.Want.Ambiguous[name]))
			}
		}
	}
	if want, ok := c.Want.Ambiguous[""]; ok && want != total {
		wrong = append(wrong, fmt.Sprintf("got %d ambiguous cells, want %d", total, want))
	}
	return wrong
}

// Text returns a value for messages.
func Text(v value.Value) string {
	switch v.Kind() {
	case value.Null:
		return "null"
	case value.Bool:
		return fmt.Sprint(v.Bool())
	case value.Int32, value.Int64, value.Date:
		return fmt.Sprint(v.Int())
	case value.Float32, value.Float64:
		return fmt.Sprint(v.Float())
	case value.UnixTimestamp:
		return v.Instant().String()
	case value.String, value.Decimal, value.Json:
		return v.Text()
	case value.Bytes, value.Uuid:
		return fmt.Sprintf("%x", v.Text())
	}
	var parts []string
	for _, p := range v.List() {
		parts = append(parts, Text(p))
	}
	return "[" + strings.Join(parts, " ") + "]"
}
