package tablefile_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// TestWhatWasReadStaysWhenBuffersAreUsedAgain reads large parts from several goroutines, again and again, and looks at
// all of them afterwards.
func TestWhatWasReadStaysWhenBuffersAreUsedAgain(t *testing.T) {
	t.Parallel()
	const rows, rounds = 300_000, 3
	unique, few, number := value.NewColumn(value.Scalar(value.String), rows), value.NewColumn(value.Scalar(value.String), rows), value.NewColumn(value.Scalar(value.Float64), rows)
	b := &value.Batch{}
	for i := range rows {
		unique.Append(value.OfString(fmt.Sprint("key number ", i)))
		few.Append(value.OfString(fmt.Sprint("group ", i%100)))
		number.Append(value.OfFloat64(float64(i) / 3))
	}
	b.Add("unique", unique)
	b.Add("few", few)
	b.Add("number", number)
	f, err := open("x.parquet", encodeTable(t, tablefile.Parquet, b), nil)
	if err != nil {
		t.Fatal(err)
	}
	var wants []tablefile.Column
	for _, c := range b.Fields() {
		wants = append(wants, column(c.Name, c.Type))
	}
	parts, err := f.Select(wants)
	if err != nil || len(parts) < 2 {
		t.Fatalf("%d parts, %v", len(parts), err)
	}
	read := make([][][]*value.Column, rounds)
	var wait sync.WaitGroup
	for r := range rounds {
		read[r] = make([][]*value.Column, len(parts))
		wait.Go(func() {
			for p, part := range parts {
				cols := []*value.Column{{}, {}, {}}
				if err := part.Read(t.Context(), b.Names, nil, cols); err != nil {
					t.Error(err)
				}
				read[r][p] = cols
			}
		})
	}
	wait.Wait()
	for r := range rounds {
		at := 0
		for p := range parts {
			for i := range read[r][p][0].Len() {
				for c, want := range b.Columns {
					if got := read[r][p][c].At(i); !got.Identical(want.At(at)) {
						t.Fatalf("round %d, part %d, row %d, column %s: got %v, want %v", r, p, i, b.Names[c], got, want.At(at))
					}
				}
				at++
			}
		}
		if at != rows {
			t.Errorf("round %d: %d rows", r, at)
		}
	}
}
