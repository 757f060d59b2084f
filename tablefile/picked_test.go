package tablefile_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// TestPickedRowsAreReadAsAllRowsAre reads drawn rows of every format and compares them with a read of the whole.
func TestPickedRowsAreReadAsAllRowsAre(t *testing.T) {
	t.Parallel()
	for name, format := range map[string]tablefile.Format{"x.parquet": tablefile.Parquet, "x.csv": tablefile.CSV, "x.jsonl": tablefile.JSONLines} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				kinds := []value.Kind{value.Int64, value.Float64, value.String, value.Bool, value.UnixTimestamp}
				b := drawBatch(t, func(t *rapid.T) value.Type { return value.Scalar(rapid.SampledFrom(kinds).Draw(t, "kind")) })
				checkPicked(t, name, encode(t, format, b), b)
			})
		})
	}
}

func checkPicked(t *rapid.T, name, text string, b *value.Batch) {
	f, err := open(name, text, nil)
	if err != nil {
		t.Fatal(err)
	}
	var wants []tablefile.Column
	var names []string
	for _, c := range b.Fields() {
		wants, names = append(wants, column(c.Name, c.Type)), append(names, c.Name)
	}
	parts, err := f.Select(wants)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parts {
		all, some := make([]*value.Column, len(names)), make([]*value.Column, len(names))
		for i := range names {
			all[i], some[i] = &value.Column{}, &value.Column{}
		}
		picked := []uint64{rapid.Uint64().Draw(t, "picked")} // drawn batches have fewer than 64 rows
		if err := p.Read(t.Context(), names, nil, all); err != nil {
			t.Fatal(err)
		}
		if err := p.Read(t.Context(), names, picked, some); err != nil {
			t.Fatal(err)
		}
		for i, name := range names {
			all[i].Keep(picked)
			if some[i].Len() != all[i].Len() {
				t.Fatalf("%s: %d rows, want %d", name, some[i].Len(), all[i].Len())
			}
			for r := range all[i].Len() {
				if !some[i].At(r).Identical(all[i].At(r)) {
					t.Fatalf("%s, picked row %d: got %#v, want %#v", name, r, some[i].At(r), all[i].At(r))
				}
			}
		}
	}
}
