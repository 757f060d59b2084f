package joinertest

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/value"
)

// RunScripts runs the cases of spec/pit and spec/window, which lies at spec, on an engine, one at a time. Tables carry a position, by which rows that tie are settled as in files. Cases that ask which row it
// was are left out, which no engine knows, and those of except, by name, for the reason that stands there.
func RunScripts(t *testing.T, spec string, e Engine, except map[string]string) {
	t.Helper()
	var left atomic.Int64
	var one sync.Mutex
	t.Run("cases", func(t *testing.T) {
		for _, dir := range []string{"pit", "window"} {
			pittest.Run(t, filepath.Join(spec, dir), func(ctx context.Context, c *pittest.Case) (*pit.Result, error) {
				if except[c.Name] != "" {
					left.Add(1)
				}
				if except[c.Name] != "" || shows(c, pittest.ShowRow) {
					return nil, pittest.ErrUnsupported
				}
				one.Lock()
				defer one.Unlock()
				got, err := answer(ctx, e, c)
				return got, errs.Join(err, e.Clear(ctx))
			})
		}
	})
	if int(left.Load()) != len(except) {
		t.Errorf("%d cases are left out, want %d: %v", left.Load(), len(except), except)
	}
}

// Except are the cases that every engine answers otherwise (docs/adr/0015-sql-engines.md), beside those of more.
func Except(more map[string]string) map[string]string {
	out := map[string]string{
		"ties error refuses an ambiguous cell and names it":          "engines do not know their rows by number",
		"a sum of integers that does not fit is an error of its row": "engines do not say in which row",
		"a sum of floats is the exact sum, rounded once":             "engines round at each step",
		"first_n and last_n are written oldest first":                "last_distinct_n is computed here",
	}
	maps.Copy(out, more)
	return out
}

func shows(c *pittest.Case, what int) bool {
	return slices.ContainsFunc(c.Want.Cells, func(row []pittest.WantCell) bool {
		return slices.ContainsFunc(row, func(cell pittest.WantCell) bool { return cell.Feature == what })
	})
}

// answer puts a case to an engine.
func answer(ctx context.Context, e Engine, c *pittest.Case) (*pit.Result, error) {
	addPosition(c)
	j := &offline.Join{Plan: c.Plan()}
	position := []value.Field{{Name: "position", Type: value.Scalar(value.Int64)}}
	sources := map[string]*feature.Source{}
	for _, v := range c.Views {
		name := history(v)
		if sources[name] == nil {
			s, err := e.Table(ctx, v.Columns, v.Parts)
			if err != nil {
				return nil, err
			}
			sources[name] = s
		}
		if v.Windows != nil {
			j.WindowSources, j.WindowSettle = append(j.WindowSources, sources[name]), append(j.WindowSettle, position)
			continue
		}
		j.Sources, j.Settle = append(j.Sources, sources[name]), append(j.Settle, position)
	}
	for i := range j.Plan.Views {
		j.Plan.Views[i].Table = nil
	}
	for i := range j.Plan.Windows {
		j.Plan.Windows[i].Table = nil
	}
	got, err := e.Join(ctx, j)
	if err != nil {
		return nil, err
	}
	return got.Result, nil
}

// history returns the name of the view whose rows a view has.
func history(v *pittest.View) string {
	if v.Of != "" {
		return v.Of
	}
	return v.Name
}
