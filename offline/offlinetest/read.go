package offlinetest

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

func columnsAreThoseOfTheData(t *testing.T, st Store) {
	needsTypes(t, st)
	s := st.Source("src")
	st.Put(t, s, batch(1, 2))
	got, err := st.Driver().Columns(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	want := batch().Fields()
	if !slices.EqualFunc(got, want, func(a, b value.Field) bool { return a.Name == b.Name && a.Type.Equal(b.Type) }) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func absentSourceIsNotFound(t *testing.T, st Store) {
	s := st.Source("absent")
	_, err := st.Driver().Columns(context.Background(), s)
	wantError(t, err, errs.NotFound, "absent")
	_, err = st.Driver().Open(context.Background(), s, nil, nil)
	wantError(t, err, errs.NotFound, "absent")
}

func readGivesTheColumnsAsked(t *testing.T, st Store) {
	s := st.Source("src")
	st.Put(t, s, batch(1, 2, 3))
	snap := open(t, st, s, field("name", strs), field("id", int64s))
	a, b := new(value.Column), new(value.Column)
	for _, p := range snap.Parts() {
		if err := p.Read(context.Background(), []string{"id", "name"}, []*value.Column{a, b}); err != nil {
			t.Fatal(err)
		}
		if p.Rows() != a.Len() || p.Rows() != b.Len() {
			t.Errorf("a part of %d rows gave %d and %d", p.Rows(), a.Len(), b.Len())
		}
		if !a.Type.Equal(int64s) || !b.Type.Equal(strs) {
			t.Errorf("got types %v and %v, want Int64 and String", a.Type, b.Type)
		}
	}
	names := rows(t, snap, "name")
	if len(names) != 3 || names[0].Text() != "nx" || names[1].Text() != "nxx" || !names[2].IsNull() {
		t.Errorf("got %v, want nx, nxx, null", names)
	}
	if snap.Sequence() != "" {
		t.Errorf("a source without appends has sequence column %q", snap.Sequence())
	}
}

func readKeepsOrder(t *testing.T, st Store) {
	s := st.Source("src")
	st.Put(t, s, batch(5, 1), batch(4), batch(), batch(2, 9))
	wantInts(t, ints(t, open(t, st, s, field("id", int64s)), "id"), 5, 1, 4, 2, 9)
}

func readReusesDirtyColumns(t *testing.T, st Store) {
	s := st.Source("src")
	st.Put(t, s, batch(1, 2, 4))
	snap := open(t, st, s, field("name", strs), field("id", int64s))
	dirty := value.NewColumn(strs, 0)
	for range 100 {
		dirty.Append(value.Value{})
	}
	for range 2 {
		if err := snap.Parts()[0].Read(context.Background(), []string{"name"}, []*value.Column{dirty}); err != nil {
			t.Fatal(err)
		}
		if dirty.HasNulls() || dirty.At(0).Text() != "nx" {
			t.Errorf("old contents show: first row %v", dirty.At(0))
		}
	}
	if err := snap.Parts()[0].Read(context.Background(), []string{"id"}, []*value.Column{dirty}); err != nil {
		t.Fatal(err)
	}
	if !dirty.Type.Equal(int64s) || dirty.At(0).Int() != 1 {
		t.Errorf("a column of another type was not taken over: %v %v", dirty.Type, dirty.At(0))
	}
}

func readIsConcurrent(t *testing.T, st Store) {
	s := st.Source("src")
	var all []*value.Batch
	for i := range int64(8) {
		var ids []int64
		for k := range int64(500) {
			ids = append(ids, i*500+k)
		}
		all = append(all, batch(ids...))
	}
	st.Put(t, s, all...)
	snap := open(t, st, s, field("id", int64s), field("name", strs))
	want := ints(t, snap, "id")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			got, err := rowsOf(snap, "id")
			if err != nil || len(got) != len(want) {
				t.Errorf("got %d rows and %v, want %d", len(got), err, len(want))
				return
			}
			for i, v := range got {
				if v.Int() != want[i] {
					t.Errorf("row %d is %d, want %d", i, v.Int(), want[i])
					return
				}
			}
		})
	}
	wg.Wait()
}

func readWidens(t *testing.T, st Store) {
	needsTypes(t, st)
	s := st.Source("int32")
	st.Put(t, s, single("n", int32s, value.OfInt32(-7), value.Value{}))
	wantInts(t, ints(t, open(t, st, s, field("n", int64s)), "n"), -7, -1)

	s = st.Source("float32")
	st.Put(t, s, single("x", value.Scalar(value.Float32), value.OfFloat32(0.1)))
	if got := rows(t, open(t, st, s, field("x", floats)), "x"); got[0].Float() != float64(float32(0.1)) {
		t.Errorf("got %v, want the float32 0.1 as a float64", got[0].Float())
	}

	s = st.Source("date")
	st.Put(t, s, single("d", value.Scalar(value.Date), value.OfDate(1)))
	wantInts(t, ints(t, open(t, st, s, field("d", times)), "d"), int64(eventtime.Day))
}

func readRefusesLoss(t *testing.T, st Store) {
	needsTypes(t, st)
	s := st.Source("overflow")
	st.Put(t, s, single("n", int64s, value.OfInt64(1), value.OfInt64(1<<40)))
	_, err := rowsOf(open(t, st, s, field("n", int32s)), "n")
	wantError(t, err, errs.OutOfRange, "row 2", `"n"`)

	s = st.Source("fraction")
	st.Put(t, s, single("x", floats, value.OfFloat64(2), value.Value{}, value.OfFloat64(1.5)))
	_, err = rowsOf(open(t, st, s, field("x", int64s)), "x")
	wantError(t, err, errs.OutOfRange, "row 3", `"x"`)
}

func readConvertsTimes(t *testing.T, st Store) {
	s := st.Source("text")
	s.Timezone = "Asia/Seoul"
	st.Put(t, s, single("at", strs, value.OfString("2026-01-01 09:00:00"), value.OfString("2026-01-01T00:00:00Z")))
	wantInts(t, ints(t, open(t, st, s, field("at", times)), "at"), int64(epoch26), int64(epoch26))

	s = st.Source("numbers")
	s.TimestampUnit = "ms"
	s.TimestampField = "at"
	st.Put(t, s, single("at", int64s, value.OfInt64(int64(epoch26)/1000)))
	wantInts(t, ints(t, open(t, st, s, field("at", times)), "at"), int64(epoch26))

	s = st.Source("wrong_unit")
	s.TimestampUnit = "s"
	s.TimestampField = "at"
	st.Put(t, s, single("at", int64s, value.OfInt64(int64(epoch26)/1000)))
	_, err := rowsOf(open(t, st, s, field("at", times)), "at")
	wantError(t, err, errs.OutOfRange, "ms", "row 1")
}

func readRefusesTheGap(t *testing.T, st Store) {
	s := st.Source("gap")
	s.Timezone = "America/New_York"
	st.Put(t, s, single("at", strs, value.OfString("2026-03-08 01:59:59"), value.OfString("2026-03-08 02:30:00")))
	_, err := rowsOf(open(t, st, s, field("at", times)), "at")
	wantError(t, err, errs.InvalidArgument, "row 2", "America/New_York")

	s = st.Source("fold")
	s.Timezone = "America/New_York"
	st.Put(t, s, single("at", strs, value.OfString("2026-11-01 01:30:00")))
	first, err := eventtime.Parse("2026-11-01T01:30:00-04:00", nil)
	if err != nil {
		t.Fatal(err)
	}
	wantInts(t, ints(t, open(t, st, s, field("at", times)), "at"), int64(first))
}

func readNamesColumns(t *testing.T, st Store) {
	s := st.Source("src")
	st.Put(t, s, batch(1))
	_, err := st.Driver().Open(context.Background(), s, []value.Field{field("amuont", floats)}, nil)
	wantError(t, err, errs.InvalidArgument, "amuont", "amount", "event_timestamp")
}

func readStopsWhenCanceled(t *testing.T, st Store) {
	s := st.Source("src")
	st.Put(t, s, batch(1))
	snap := open(t, st, s, field("id", int64s))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := snap.Parts()[0].Read(ctx, []string{"id"}, []*value.Column{new(value.Column)})
	wantError(t, err, errs.Canceled)
}

func mappingRenames(t *testing.T, st Store) {
	s := st.Source("src")
	s.FieldMapping = map[string]string{"id": "user_id"}
	st.Put(t, s, batch(7))
	fields, err := st.Driver().Columns(context.Background(), s)
	if err != nil || fields[0].Name != "user_id" {
		t.Fatalf("Columns gave %v and %v, want user_id first", fields, err)
	}
	b := batch(8)
	b.Names[0] = "user_id"
	if err := st.Driver().Append(context.Background(), s, "one", b); err != nil {
		t.Fatal(err)
	}
	wantInts(t, ints(t, open(t, st, s, field("user_id", int64s)), "user_id"), 7, 8)
	_, err = st.Driver().Open(context.Background(), s, []value.Field{field("missing", int64s)}, nil)
	wantError(t, err, errs.InvalidArgument, "missing")
}

func mappingRefusesClash(t *testing.T, st Store) {
	s := st.Source("src")
	s.FieldMapping = map[string]string{"id": "amount"}
	st.Put(t, s, batch(7))
	_, err := st.Driver().Open(context.Background(), s, []value.Field{field("amount", floats)}, nil)
	wantError(t, err, errs.InvalidArgument, "amount", "id")
	s.FieldMapping = map[string]string{"id": "x", "name": "x"}
	_, err = st.Driver().Columns(context.Background(), s)
	wantError(t, err, errs.InvalidArgument, "id", "name")
}
