package online_test

import (
	"maps"
	"testing"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/value"
)

func TestAKeyThatIsAskedForUnderTwoAliasesIsReadOnce(t *testing.T) {
	t.Parallel()
	d := &counting{Driver: memonline.New()}
	s := online.New(d, nil)
	a, b, c := onlinetest.Key(t, "a"), onlinetest.Key(t, "b"), onlinetest.Key(t, "c")
	putAll(t, s, online.Cell{Key: a, Row: row(t, &counted, 10, value.OfInt64(1))}, online.Cell{Key: b, Row: row(t, &counted, 20, value.OfInt64(2))})
	fields := []feature.Field{{Name: "n", Type: int64s}}
	buyers := &online.Read{Use: use(fields, counted), Table: table, Keys: [][]byte{a, b, c}}
	other := &online.Read{Use: use(fields, counted), Table: "p/w/1", Keys: [][]byte{a}}
	sellers := &online.Read{Use: use(fields, counted), Table: table, Keys: [][]byte{b, c, a}}
	got := map[[2]int]int64{}
	reads := []*online.Read{buyers, other, sellers}
	if err := s.Fetch(t.Context(), reads); err != nil {
		t.Fatal(err)
	}
	for n, r := range reads {
		for key := range r.Packed {
			cells, err := r.Unpack(key, &online.RowInfo{})
			if err != nil {
				t.Fatal(err)
			}
			if cells != nil {
				got[[2]int{n, key}] = cells[0].Int()
			}
		}
	}
	if want := map[[2]int]int64{{0, 0}: 1, {0, 1}: 2, {2, 0}: 2, {2, 2}: 1}; !maps.Equal(got, want) {
		t.Errorf("got %v by read and key, want %v", got, want)
	}
	if d.keys != 4 || d.calls != 1 {
		t.Errorf("the driver was asked for %d keys in %d calls, want 4 in 1", d.keys, d.calls)
	}
}
