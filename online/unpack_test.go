package online_test

import (
	"testing"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/value"
)

// TestARowThatIsUnpackedCostsOneAllocation counts what Fetch and Unpack cost besides its driver, which costs nothing here. It is not
// parallel, because the allocations of other tests would count.
func TestARowThatIsUnpackedCostsOneAllocation(t *testing.T) {
	schema := value.Schema{ID: 1, Fields: []value.Field{{Name: "n", Type: int64s}, {Name: "s", Type: strings}, {Name: "u", Type: strings}}}
	fields := []feature.Field{{Name: "u", Type: strings}, {Name: "n", Type: int64s}, {Name: "s", Type: strings}}
	s := online.New(fixed{table: row(t, &schema, 1, value.OfInt64(4), value.OfString("a text"), value.OfString("another"))}, nil)
	const rows = 1000
	r := &online.Read{Use: use(fields, schema), Table: table}
	for i := range int64(rows) {
		r.Keys = append(r.Keys, onlinetest.IntKey(t, i))
	}
	shown, reads := 0, []*online.Read{r}
	got := testing.AllocsPerRun(20, func() {
		shown = 0
		if err := s.Fetch(t.Context(), reads); err != nil {
			t.Error(err)
		}
		var info online.RowInfo
		for key := range r.Packed {
			cells, err := r.Unpack(key, &info)
			if err != nil {
				t.Error(err)
			}
			if info.Found && cells[0].Text() == "another" {
				shown++
			}
		}
	})
	if shown != rows || got > rows+20 {
		t.Errorf("%.0f allocations for %d rows, of which %d were shown; want one a row", got, rows, shown)
	}
}
