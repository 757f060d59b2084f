package cli

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/server/onlinejson"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

type onlineVerb struct {
	Entity   []string `short:"e" sep:"none" placeholder:"KEY=VALUE" help:"Join key or value of the request; may be repeated. k=a,b is two keys; quote as in CSV."`
	Entities string   `placeholder:"FILE" help:"Keys and values of the request from Parquet, CSV or JSON lines."`
	selectFlags
	At     string `placeholder:"TIME" help:"Read as of this moment instead of now."`
	Strict bool   `help:"Refuse columns that nothing needs."`
}

// Run implements the verb get-online-features.
func (v *onlineVerb) Run(a *app) error {
	if err := v.check(); err != nil {
		return err
	}
	r := &truepoint.OnlineRequest{Features: v.Features, Service: v.Service, Names: v.names(), AsOf: eventtime.None, Strict: v.Strict}
	var err error
	if v.At != "" {
		if r.AsOf, err = parseTime("--at", v.At); err != nil {
			return err
		}
	}
	return a.withSet(func(s *truepoint.Store, set *feature.Set, _ registry.Revision) error {
		if r.Entities, err = v.entities(a, set); err != nil {
			return err
		}
		answer, err := s.Online(a.ctx, r)
		if err != nil {
			return err
		}
		for _, o := range answer.Older {
			a.note("%s", olderText(o, a.now()))
		}
		return a.print(onlineAnswer(answer))
	})
}

// entities reads keys from -e flags or a file, which exclude each other.
func (v *onlineVerb) entities(a *app, set *feature.Set) ([]input.Column, error) {
	if v.Entities == "" {
		return parsePairs(v.Entity)
	}
	if len(v.Entity) > 0 {
		return nil, errs.New(errs.Usage, "both -e and --entities are given").WithID("T0918").WithHint("give one of them")
	}
	selection, err := v.selection(set)
	if err != nil {
		return nil, err
	}
	b, err := readTyped(a.ctx, v.Entities, selection.Request, nil)
	if err != nil {
		return nil, err
	}
	return input.FromBatch(b), nil
}

// parsePairs reads KEY=VALUE pairs: values of one key in order make its column, and a value is a line of CSV.
func parsePairs(pairs []string) ([]input.Column, error) {
	names, texts := []string{}, map[string][]string{}
	for _, p := range pairs {
		name, list, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return nil, errs.New(errs.Usage, "-e %q is not KEY=VALUE", p).WithID("T0919").WithHint("write it as -e user_id=user_001")
		}
		cells, err := splitCSV(list)
		if err != nil {
			return nil, errs.Wrap(err, errs.Usage, "-e %q cannot be read", p).WithID("T0919").WithHint(`a value with a comma or quotes is written as in CSV: -e 'name="Doe, Jane"'`)
		}
		if _, seen := texts[name]; !seen {
			names = append(names, name)
		}
		texts[name] = append(texts[name], cells...)
	}
	out := make([]input.Column, len(names))
	for i, n := range names {
		out[i] = input.FromTexts(n, texts[n])
	}
	return out, nil
}

func splitCSV(line string) ([]string, error) {
	if line == "" {
		return []string{""}, nil
	}
	r := csv.NewReader(strings.NewReader(line))
	cells, err := r.Read()
	if err == io.EOF {
		return []string{line}, nil
	}
	return cells, err
}

// onlineAnswer shows one entity row feature by feature, and several as a table; as JSON it is the document of
// POST /get-online-features.
func onlineAnswer(r *truepoint.OnlineResponse) *screen.Answer {
	answer := &screen.Answer{Raw: onlinejson.AppendFeast(nil, r), Names: []string{}}
	for _, c := range r.Columns {
		answer.Names = append(answer.Names, c.Name)
	}
	if r.Rows == 1 {
		answer.Table = oneEntity(r)
		return answer
	}
	tb := &screen.Table{}
	for _, k := range r.Keys {
		tb.Columns = append(tb.Columns, screen.Column{Title: k.Name})
	}
	for _, c := range r.Columns {
		tb.Columns = append(tb.Columns, screen.Column{Title: c.Name, Right: numeric(c.Field.Type)})
	}
	for i := range r.Rows {
		cells := []screen.Cell{}
		for _, k := range r.Keys {
			cells = append(cells, screen.Cell{Text: cellText(k.Values[i])})
		}
		for _, c := range r.Columns {
			cells = append(cells, onlineCell(c.Cells[i]))
		}
		tb.AddCells(cells...)
	}
	answer.Table = tb
	return answer
}

func oneEntity(r *truepoint.OnlineResponse) *screen.Table {
	tb := &screen.Table{Columns: screen.Columns("FEATURE", "VALUE", "STATUS", "EVENT TIME", ">AGE")}
	for _, k := range r.Keys {
		tb.AddCells(screen.Cell{Text: k.Name}, screen.Cell{Text: cellText(k.Values[0])}, screen.Cell{Text: "key", Style: screen.Faint}, screen.Cell{}, screen.Cell{})
	}
	for _, c := range r.Columns {
		cell := c.Cells[0]
		text, style := statusText(cell)
		event, age := "", ""
		if cell.Event != eventtime.None {
			event, age = short(cell.Event), length(r.AsOf.Sub(cell.Event))
		}
		shown := screen.Cell{Text: cellText(cell.Value)}
		if cell.Value.IsNull() {
			shown = screen.Cell{Text: "null", Style: screen.Faint}
		}
		tb.AddCells(screen.Cell{Text: c.Name}, shown, screen.Cell{Text: text, Style: style}, screen.Cell{Text: event}, screen.Cell{Text: age})
	}
	return tb
}

// statusText returns a status with its reason, and the style that goes with it.
func statusText(c serving.Cell) (string, screen.Style) {
	text, style := c.Status.String(), screen.Caution
	switch c.Status {
	case value.Present:
		style = screen.Good
	case value.Error:
		style = screen.Bad
		text = fmt.Sprintf("%s (%s)", text, c.Reason)
	}
	if c.Defaulted {
		text += " (default)"
	}
	return text, style
}

// onlineCell returns the value, or in its place why there is none.
func onlineCell(c serving.Cell) screen.Cell {
	if !c.Value.IsNull() {
		return screen.Cell{Text: cellText(c.Value)}
	}
	text, style := statusText(c)
	if c.Status == value.NullValue {
		return screen.Cell{Text: "null", Style: screen.Faint}
	}
	return screen.Cell{Text: text, Style: style}
}
