package pittest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// An Engine answers a case. It must not change it.
type Engine func(ctx context.Context, c *Case) (*pit.Result, error)

// Run runs every case of every *.txt file of a directory through an engine, one subtest each.
func Run(t *testing.T, dir string, engine Engine) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in %s: %v", dir, err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		cases, err := Parse(f, string(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			t.Run(strings.TrimSuffix(filepath.Base(f), ".txt")+"/"+c.Name, func(t *testing.T) {
				t.Parallel()
				got, err := engine(t.Context(), c)
				if errors.Is(err, ErrUnsupported) {
					t.Skip(err)
				}
				for _, wrong := range c.Check(got, err) {
					t.Errorf("%s: %s", c.Pos, wrong)
				}
			})
		}
	}
}

// MaterializeThenRead answers a case the way an online store would: for every entity row it materializes the history up
// to asOf and judges the stored row. newest is pit.Newest or what stands for it. Rules for knowledge and for refusing
// ties have no place there: such cases are unsupported.
func MaterializeThenRead(ctx context.Context, c *Case, newest func(context.Context, *pit.NewestPlan) (pit.Winners, error)) (*pit.Result, error) {
	if c.Known != pit.KnownNow || c.Want.Error != "" {
		return nil, ErrUnsupported
	}
	out := &pit.Result{}
	for _, v := range c.Views {
		r := &pit.ViewResult{Columns: make([]*value.Column, len(v.Layout.Features))}
		for f := range r.Columns {
			r.Columns[f] = value.NewColumn(v.Layout.FeatureTypes[f], 0)
		}
		r.Report.Ambiguous = make([]int64, len(r.Columns))
		for i := range c.Spine.AsOf {
			if err := readOne(ctx, c, v, r, i, newest); err != nil {
				return nil, err
			}
		}
		out.Views = append(out.Views, *r)
	}
	return out, nil
}

func readOne(ctx context.Context, c *Case, v *View, r *pit.ViewResult, row int, newest func(context.Context, *pit.NewestPlan) (pit.Winners, error)) error {
	asOf := c.Spine.AsOf[row]
	event, created, deleted, cells := eventtime.None, eventtime.None, false, make([]value.Value, len(r.Columns))
	w, err := newest(ctx, &pit.NewestPlan{
		Name: v.Name, Table: pit.MemTable(v.Parts...), Layout: v.Layout, Availability: v.Availability,
		Select: pit.Selection{
			Interval: eventtime.Interval{Start: eventtime.Min, End: asOf}, AvailableBy: asOf,
			CreatedAfter: eventtime.None, AvailableAfter: eventtime.None,
		},
	})
	if err != nil {
		return err
	}
	if i := find(w, c.key(v, row)); i >= 0 && asOf != eventtime.None {
		event, created, deleted = w.Event(i), w.Created(i), w.Deleted(i)
		if pit.Judge(event, event, asOf, v.TTL, false) == value.Present {
			columns, err := w.Load(ctx, i, i+1)
			if err != nil {
				return err
			}
			for f := range cells {
				cells[f] = columns[f].At(0)
			}
		}
	}
	report := w.Report()
	for f, n := range report.Ambiguous {
		r.Report.Ambiguous[f] += n
	}
	report.Ambiguous = r.Report.Ambiguous
	r.Report = report
	st := pit.Judge(event, event, asOf, v.TTL, deleted)
	r.Status = append(r.Status, st)
	r.Event, r.Created, r.Row = append(r.Event, event), append(r.Created, created), append(r.Row, -1)
	for f, v := range cells {
		if st != value.Present {
			v = value.Value{}
		}
		r.Columns[f].Append(v)
	}
	return nil
}

// key returns the encoded key of an entity row for v, "" if a part of it is null.
func (c *Case) key(v *View, row int) string {
	parts := make([]value.Value, len(v.Spine))
	for i, name := range v.Spine {
		parts[i] = c.Spine.Columns.Column(name).At(row)
	}
	key, err := value.AppendKey(nil, parts)
	if err != nil {
		return ""
	}
	return string(key)
}

// find returns the number of the winner with the given key, −1 if there is none.
func find(w pit.Winners, key string) int {
	for i := range w.Len() {
		if string(w.Key(i)) == key {
			return i
		}
	}
	return -1
}
