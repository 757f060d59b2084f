package pit_test

import (
	"context"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/value"
)

// A bounded part knows the bounds of its columns.
type bounded struct {
	pit.Part
	rows *value.Batch
	read *atomic.Bool
}

func (b bounded) Read(ctx context.Context, names []string, dst []*value.Column) error {
	b.read.Store(true)
	return b.Part.Read(ctx, names, dst)
}

func (b bounded) Bounds(column string) (low, high value.Value, ok bool) {
	c := b.rows.Column(column)
	for i := range c.Len() {
		v := c.At(i)
		if v.IsNull() {
			return low, high, false
		}
		if i == 0 || value.Compare(v, low) < 0 {
			low = v
		}
		if i == 0 || value.Compare(v, high) > 0 {
			high = v
		}
	}
	return low, high, c.Len() > 0
}

// bound gives every history of a plan parts with bounds and returns their marks of having been read.
func bound(c *pittest.Case, p *pit.Plan) (read []*atomic.Bool) {
	for i, v := range c.Views {
		var parts table
		for j, part := range p.Views[i].Table.Parts() {
			b := bounded{part, v.Parts[j], &atomic.Bool{}}
			read = append(read, b.read)
			parts = append(parts, b)
		}
		p.Views[i].Table = parts
	}
	return read
}

func TestPartsThatNoRowCanUseAreNotReadAndMissed(t *testing.T) {
	t.Parallel()
	var skipped, cases int
	rapid.Check(t, func(t *rapid.T) {
		c := pittest.Random(t)
		for i := range c.Views {
			c.Views[i].Parts = oneByOne(c.Views[i].Parts)
		}
		want, wantErr := pit.Naive(context.Background(), c.Plan())
		p := c.Plan()
		read := bound(c, p)
		got, err := pit.Eval(context.Background(), p, &pit.EvalOptions{Workers: rapid.IntRange(1, 3).Draw(t, "workers")})
		if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
			t.Fatalf("got error %v, want %v", err, wantErr)
		}
		if err != nil {
			return
		}
		if err := pittest.SameResults(got, want); err != nil {
			t.Fatal(err)
		}
		cases++
		for _, r := range read {
			if !r.Load() {
				skipped++
			}
		}
	})
	if !t.Failed() && skipped < cases {
		t.Errorf("%d parts were skipped in %d cases: too few to mean anything", skipped, cases)
	}
}

// oneByOne cuts batches into parts of one to three rows.
func oneByOne(parts []*value.Batch) []*value.Batch {
	var out []*value.Batch
	for _, b := range parts {
		for lo, n := 0, 1; lo < b.Rows; lo, n = lo+n, n%3+1 {
			piece := &value.Batch{}
			for i, c := range b.Columns {
				to := value.NewColumn(c.Type, n)
				for r := lo; r < min(lo+n, b.Rows); r++ {
					to.Append(c.At(r))
				}
				piece.Add(b.Names[i], to)
			}
			out = append(out, piece)
		}
	}
	if len(out) == 0 {
		return parts
	}
	return out
}
