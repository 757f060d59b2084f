package storetest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

func (p *player) materialize(l line) (err error) {
	req := &truepoint.MaterializeRequest{Mode: materialize.Incremental, Start: eventtime.None}
	end := l.words[1]
	if l.words[0] == "materialize" {
		req.Mode, end = materialize.Interval, l.words[2]
		if req.Start, err = instant(l.words[1]); err != nil {
			return err
		}
	}
	if req.End, err = instant(end); err != nil {
		return err
	}
	report, err := p.Store.Materialize(p.t.Context(), req)
	if done, failure := expect(err, l.want); done || failure != nil {
		return failure
	}
	run := report.Views[0].Run
	return facts(l.want, map[string]int64{"read": run.Read, "written": run.Written, "superseded": run.Superseded,
		"rejected": run.Rejected, "ambiguous": run.Ambiguous, "watermark": int64(run.Watch.After)})
}

// facts compares wanted pairs of name and number.
func facts(want []string, got map[string]int64) error {
	for i := 0; i+1 < len(want); i += 2 {
		have, ok := got[want[i]]
		if !ok {
			return fmt.Errorf("unknown fact %q", want[i])
		}
		n, err := strconv.ParseInt(want[i+1], 10, 64)
		if want[i] == "watermark" {
			var at eventtime.Instant
			at, err = instant(want[i+1])
			n = int64(at)
		}
		if err != nil {
			return err
		}
		if n != have {
			if want[i] == "watermark" {
				return fmt.Errorf("got watermark %s", eventtime.Instant(have))
			}
			return fmt.Errorf("got %s %d, want %d", want[i], have, n)
		}
	}
	return nil
}

func (p *player) push(l line) error {
	req := &truepoint.PushRequest{Source: "push"}
	for _, w := range l.words[1:] {
		name, text, _ := strings.Cut(w, "=")
		switch name {
		case "to":
			req.To = ingest.Target(text)
			continue
		case "id":
			req.ID = text
			continue
		}
		t, ok := p.typeOf(name)
		if !ok {
			return fmt.Errorf("the view has no column %q", name)
		}
		v, err := cell(text, t)
		if err != nil {
			return err
		}
		c := value.NewColumn(t, 1)
		c.Append(v)
		req.Rows = append(req.Rows, input.FromColumn(name, c))
	}
	res, err := p.Store.Push(p.t.Context(), req)
	if done, failure := expect(err, l.want); done || failure != nil {
		return failure
	}
	got := map[string]int64{"written": 0, "superseded": 0, "repeated": 0}
	for _, v := range res.Views {
		got["written"], got["superseded"] = v.Written, v.Superseded
	}
	if res.Repeated {
		got["repeated"] = 1
	}
	return facts(l.want, got)
}

func (p *player) typeOf(column string) (value.Type, bool) {
	for _, f := range p.columns {
		if f.Name == column {
			return f.Type, true
		}
	}
	return value.Type{}, false
}

func (p *player) read(l line) error {
	req := &truepoint.OnlineRequest{AsOf: eventtime.None}
	for _, w := range l.words[1:] {
		name, text, _ := strings.Cut(w, "=")
		if name == "at" {
			var err error
			if req.AsOf, err = instant(text); err != nil {
				return err
			}
			continue
		}
		req.Entities = append(req.Entities, input.FromTexts(name, []string{text}))
	}
	if p.service {
		req.Service = "s"
	} else {
		for _, f := range p.set.Views[0].Schema {
			req.Features = append(req.Features, "v:"+f.Name)
		}
		for _, d := range p.set.OnDemand {
			req.Features = append(req.Features, d.Name+":"+d.Features[0].Name)
		}
	}
	res, err := p.Store.Online(p.t.Context(), req)
	if done, failure := expect(err, l.want); done || failure != nil {
		return failure
	}
	p.asOf = res.AsOf
	if len(l.want) != len(res.Columns) {
		return fmt.Errorf("got %d cells, %d are wanted", len(res.Columns), len(l.want))
	}
	for i, want := range l.want {
		if err := checkCell(&res.Columns[i], want); err != nil {
			return fmt.Errorf("feature %s: %w", res.Columns[i].Name, err)
		}
	}
	return nil
}

func checkCell(c *serving.Column, want string) error {
	got := &c.Cells[0]
	want, at, timed := strings.Cut(want, "@")
	if timed {
		event, err := instant(at)
		if err != nil {
			return err
		}
		if event != got.Event {
			return fmt.Errorf("got event time %s, want %s", got.Event, event)
		}
	}
	if have := cellText(c, got); have != want {
		return fmt.Errorf("got %s, want %s", have, want)
	}
	return nil
}

// cellText returns a cell as scripts write it.
func cellText(c *serving.Column, got *serving.Cell) string {
	words := map[value.Status]string{value.NullValue: "null", value.NotFound: "absent", value.OutsideMaxAge: "expired", value.Error: "error"}
	text := words[got.Status]
	switch got.Status {
	case value.Present:
		return valueText(got.Value)
	case value.Error:
		text += "(" + got.Reason + ")"
	}
	if got.Defaulted {
		text += "(" + valueText(got.Value) + ")"
	}
	return text
}

func valueText(v value.Value) string {
	switch v.Kind() {
	case value.String:
		return v.Text()
	case value.Float32, value.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	}
	return strconv.FormatInt(v.Int(), 10)
}
