package offlinetest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

// add appends rows and fails the test if that fails.
func add(t *testing.T, st Store, s *feature.Source, id string, b *value.Batch) {
	t.Helper()
	if err := st.Driver().Append(context.Background(), s, id, b); err != nil {
		t.Fatalf("Append(%q): %v", id, err)
	}
}

func snapshotIgnoresAppends(t *testing.T, st Store) {
	s := st.Source("src")
	st.Put(t, s, batch(1, 2))
	snap := open(t, st, s, field("id", int64s))
	add(t, st, s, "later", batch(3))
	wantInts(t, ints(t, snap, "id"), 1, 2)
	wantInts(t, ints(t, open(t, st, s, field("id", int64s)), "id"), 1, 2, 3)
}

func manifestsAreStable(t *testing.T, st Store) {
	s := st.Source("src")
	st.Put(t, s, batch(1, 2))
	add(t, st, s, "one", batch(3))
	a, b := open(t, st, s, field("id", int64s)), open(t, st, s, field("name", strs))
	if !reflect.DeepEqual(a.Manifest(), b.Manifest()) {
		t.Errorf("two snapshots of one state differ: %v and %v", a.Manifest(), b.Manifest())
	}
	if len(a.Manifest().Files) < 2 {
		t.Errorf("the manifest does not tell own rows from appended ones: %v", a.Manifest())
	}
	add(t, st, s, "two", batch(4))
	if c := open(t, st, s, field("id", int64s)); reflect.DeepEqual(a.Manifest(), c.Manifest()) {
		t.Errorf("an append did not change the manifest %v", c.Manifest())
	}
}

func pinnedReadsListed(t *testing.T, st Store) {
	s := st.Source("src")
	st.Put(t, s, batch(1), batch(2))
	add(t, st, s, "one", batch(3))
	pinned := open(t, st, s, field("id", int64s)).Manifest()
	add(t, st, s, "two", batch(4))
	snap, err := st.Driver().Open(context.Background(), s, []value.Field{field("id", int64s)}, &pinned)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	wantInts(t, ints(t, snap, "id"), 1, 2, 3)
	wantInts(t, ints(t, snap, snap.Sequence()), -1, -1, 1)
	if !reflect.DeepEqual(snap.Manifest(), pinned) {
		t.Errorf("got manifest %v, want the pinned %v", snap.Manifest(), pinned)
	}
}

func pinnedRefusesReplaced(t *testing.T, st Store) {
	s := st.Source("src")
	st.Put(t, s, batch(1, 2))
	pinned := open(t, st, s, field("id", int64s)).Manifest()
	st.Put(t, s, batch(1, 2, 4, 5, 7))
	_, err := st.Driver().Open(context.Background(), s, []value.Field{field("id", int64s)}, &pinned)
	wantError(t, err, errs.FailedPrecondition, pinned.Files[0].Path)
}

func appendComesAfter(t *testing.T, st Store) {
	s := st.Source("src")
	st.Put(t, s, batch(7, 8))
	add(t, st, s, "b", batch(1, 2))
	add(t, st, s, "a", batch(0))
	wantInts(t, ints(t, open(t, st, s, field("id", int64s)), "id"), 7, 8, 1, 2, 0)
}

func appendSequenceRises(t *testing.T, st Store) {
	s := st.Source("src")
	st.Put(t, s, batch(7))
	add(t, st, s, "a", batch(1, 2))
	add(t, st, s, "b", batch(3))
	snap := open(t, st, s, field("id", int64s))
	if snap.Sequence() == "" {
		t.Fatal("the snapshot names no sequence column")
	}
	got := ints(t, snap, snap.Sequence())
	if len(got) != 4 || got[0] != -1 || got[1] != got[2] || got[3] <= got[2] {
		t.Errorf("got sequences %v, want null, a, a, b with a < b", got)
	}
}

func appendIsIdempotent(t *testing.T, st Store) {
	s := st.Source("src")
	st.Put(t, s, batch(7))
	add(t, st, s, "a", batch(1))
	add(t, st, s, "b", batch(2))
	add(t, st, s, "a", batch(1))
	add(t, st, s, "a", batch(9, 9))
	wantInts(t, ints(t, open(t, st, s, field("id", int64s)), "id"), 7, 1, 2)
}

func appendLacksColumns(t *testing.T, st Store) {
	s := st.Source("src")
	st.Put(t, s, batch(7))
	add(t, st, s, "a", single("id", int64s, value.OfInt64(1)))
	snap := open(t, st, s, field("id", int64s), field("amount", floats))
	got := rows(t, snap, "amount")
	if len(got) != 2 || got[0].IsNull() || !got[1].IsNull() {
		t.Errorf("got %v, want 0.875 and null", got)
	}
}

func arrivalIsReadBack(t *testing.T, st Store) {
	s := st.Source("src")
	st.Put(t, s, batch(7))
	pushed := batch(1)
	pushed.Columns, pushed.Names = slices.Clone(pushed.Columns), slices.Clone(pushed.Names)
	arrival := single(offline.ArrivalColumn, times, value.OfInstant(5))
	pushed.Add(offline.ArrivalColumn, arrival.Columns[0])
	add(t, st, s, "a", pushed)
	add(t, st, s, "b", batch(2))
	got := rows(t, open(t, st, s, field("id", int64s), field(offline.ArrivalColumn, times)), offline.ArrivalColumn)
	if len(got) != 3 || !got[0].IsNull() || got[1].IsNull() || got[1].Instant() != 5 || !got[2].IsNull() {
		t.Errorf("got arrivals %v, want null, 5 and null", got)
	}
	other := st.Source("new")
	add(t, st, other, "a", pushed)
	fields, err := st.Driver().Columns(context.Background(), other)
	if err != nil || len(fields) != 4 {
		t.Errorf("Columns gave %v and %v, want the 4 columns without the arrival", fields, err)
	}
}

func appendCreates(t *testing.T, st Store) {
	s := st.Source("new")
	add(t, st, s, "a", batch(1, 2))
	wantInts(t, ints(t, open(t, st, s, field("id", int64s)), "id"), 1, 2)
	fields, err := st.Driver().Columns(context.Background(), s)
	if err != nil || len(fields) != 4 {
		t.Errorf("Columns gave %v and %v, want the 4 columns that were appended", fields, err)
	}
}

func appendInParallel(t *testing.T, st Store) {
	s := st.Source("src")
	st.Put(t, s, batch(1000))
	var wg sync.WaitGroup
	for i := range int64(12) {
		wg.Go(func() {
			if err := st.Driver().Append(context.Background(), s, fmt.Sprint(i/2), batch(i/2)); err != nil {
				t.Errorf("Append: %v", err)
			}
		})
	}
	wg.Wait()
	snap := open(t, st, s, field("id", int64s))
	ids, sequences := ints(t, snap, "id"), ints(t, snap, snap.Sequence())
	if !slices.IsSorted(sequences) || len(slices.Compact(slices.Clone(sequences))) != 7 {
		t.Errorf("got sequences %v, want 7 different ones in order", sequences)
	}
	slices.Sort(ids)
	wantInts(t, ids, 0, 1, 2, 3, 4, 5, 1000)
}

func appendNeedsID(t *testing.T, st Store) {
	s := st.Source("src")
	st.Put(t, s, batch(1))
	wantError(t, st.Driver().Append(context.Background(), s, "", batch(2)), errs.InvalidArgument, "id")
	wantInts(t, ints(t, open(t, st, s, field("id", int64s)), "id"), 1)
}

func appendCopies(t *testing.T, st Store) {
	s := st.Source("src")
	st.Put(t, s, batch(1))
	b := batch(2)
	add(t, st, s, "a", b)
	b.Columns[0].Ints[0] = 99
	wantInts(t, ints(t, open(t, st, s, field("id", int64s)), "id"), 1, 2)
	if b.Names[0] != "id" || len(b.Names) != 4 {
		t.Errorf("Append changed the batch: %v", b.Names)
	}
}
