// Package joinertest holds joins in SQL engines to the oracle: random plans run on pit.Naive, pit.Eval and an
// offline.Joiner over the same rows, and must give the same answer.
package joinertest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/value"
)

// An Engine is a joiner under test with the means to fill it.
type Engine interface {
	offline.Joiner
	// Table makes batches, which have the given columns, the whole history of a new source, and returns it.
	Table(ctx context.Context, columns []value.Field, batches []*value.Batch) (*feature.Source, error)
	// Clear removes all tables.
	Clear(ctx context.Context) error
}

// rounds is the number of times that rapid draws its number of cases, 100 unless -rapid.checks says otherwise.
const rounds = 5

// Run draws random plans. In half of them the tables carry a position, which is the last tie_break: nothing ties, and
// every cell must be equal. In the others rows tie, and what must be equal is every count of ambiguous cells and every
// feature without them.
func Run(t *testing.T, e Engine) {
	t.Helper()
	var seen pittest.Coverage
	plans := 0
	for range rounds {
		if t.Failed() {
			break
		}
		rapid.Check(t, func(t *rapid.T) {
			c := pittest.Random(t)
			total := rapid.Bool().Draw(t, "total order")
			prepare(c, total)
			plans++
			differ(t, e, c, total, &seen)
		})
	}
	if err := seen.Check(); err != nil && !t.Failed() {
		t.Errorf("the random cases were too easy: %v (%+v)", err, seen)
	}
	t.Logf("%d plans agree: %+v", plans, seen)
}

func differ(t *rapid.T, e Engine, c *pittest.Case, total bool, seen *pittest.Coverage) {
	ctx := context.Background()
	want, wantErr := pit.Naive(ctx, c.Plan())
	fast, fastErr := pit.Eval(ctx, c.Plan(), nil)
	j, err := join(ctx, e, c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.Join(ctx, j)
	if errs.CodeOf(err) != errs.CodeOf(wantErr) || errs.CodeOf(fastErr) != errs.CodeOf(wantErr) {
		t.Fatalf("got error %v, want %v (Eval: %v)", err, wantErr, fastErr)
	}
	if err := e.Clear(ctx); err != nil {
		t.Fatal(err)
	}
	if err != nil || wantErr != nil {
		return
	}
	seen.Add(c, want)
	if err := pittest.SameResults(fast, want); err != nil {
		t.Fatalf("Eval: %v", err)
	}
	for i := range want.Views {
		for row := range want.Views[i].Row {
			want.Views[i].Row[row] = -1 // engines do not know where their rows are
		}
		if !total {
			settle(t, &got.Views[i], &want.Views[i])
		}
	}
	if err := pittest.SameResults(got.Result, want); err != nil {
		t.Fatalf("%v\n%s", err, script(ctx, e, j))
	}
}

func script(ctx context.Context, e Engine, j *offline.Join) string {
	text, err := e.Script(ctx, j)
	if err != nil {
		return err.Error()
	}
	return text
}

// settle makes the ambiguous features of got those of want: engines order tied rows in another way. Statuses of rows that
// differ in nothing but being a delete are ambiguous too.
func settle(t *rapid.T, got, want *pit.ViewResult) {
	if fmt.Sprint(got.Report) != fmt.Sprint(want.Report) {
		t.Fatalf("report: got %+v, want %+v", got.Report, want.Report)
	}
	ambiguous := false
	for f, n := range want.Report.Ambiguous {
		if n > 0 {
			got.Columns[f], ambiguous = want.Columns[f], true
		}
	}
	if ambiguous && !slices.Contains(want.Report.Ambiguous, 0) {
		got.Status = want.Status
	}
}

// join gives the tables of a case to an engine.
func join(ctx context.Context, e Engine, c *pittest.Case) (*offline.Join, error) {
	j := &offline.Join{Plan: c.Plan()}
	sources := map[string]*feature.Source{}
	for i, v := range c.Views {
		name := history(v)
		if sources[name] == nil {
			s, err := e.Table(ctx, v.Columns, v.Parts)
			if err != nil {
				return nil, err
			}
			sources[name] = s
		}
		j.Plan.Views[i].Table = nil
		j.Sources = append(j.Sources, sources[name])
		var fields []value.Field
		for f, n := range v.Layout.Features {
			if t := v.Layout.FeatureTypes[f]; !t.Nested() {
				fields = append(fields, value.Field{Name: n, Type: t})
			}
		}
		j.Settle = append(j.Settle, fields)
	}
	return j, nil
}

// prepare makes a case one that engines can hold: no zero bytes in texts, one NaN. The position of rows is the last tie_break
// if that is asked for.
func prepare(c *pittest.Case, total bool) {
	plain(c.Spine.Columns)
	for _, v := range c.Views {
		for _, b := range v.Parts {
			plain(b)
		}
	}
	c.Created = true // engines tell them unasked
	addPosition(c)
	for _, v := range c.Views {
		if total {
			v.Layout.TieBreak = append(slices.Clone(v.Layout.TieBreak), "position")
		}
	}
}

// addPosition adds a column with the position of each row.
func addPosition(c *pittest.Case) {
	for _, v := range c.Views {
		if v.Of != "" {
			continue
		}
		position := int64(0)
		for _, b := range v.Parts {
			col := value.NewColumn(value.Scalar(value.Int64), b.Rows)
			for range b.Rows {
				col.Append(value.OfInt64(position))
				position++
			}
			b.Add("position", col)
		}
		v.Columns = append(v.Columns, value.Field{Name: "position", Type: value.Scalar(value.Int64)})
	}
	for _, v := range c.Views {
		if v.Of != "" {
			of := slices.IndexFunc(c.Views, func(o *pittest.View) bool { return o.Name == v.Of })
			v.Columns = c.Views[of].Columns
		}
	}
}

func plain(b *value.Batch) {
	for _, c := range b.Columns {
		for i := range c.Texts {
			if c.Type.Kind == value.String {
				c.Texts[i] = strings.ReplaceAll(c.Texts[i], "\x00", "\x01")
			}
		}
		for i, f := range c.Float64s {
			if math.IsNaN(f) {
				c.Float64s[i] = math.Float64frombits(0x7FF8 << 48)
			}
		}
		for i, f := range c.Float32s {
			if math.IsNaN(float64(f)) {
				c.Float32s[i] = math.Float32frombits(0x7FC0 << 16)
			}
		}
	}
}
