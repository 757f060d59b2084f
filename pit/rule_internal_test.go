package pit

import (
	"hash/maphash"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// Eval places rows by one threshold, Naive asks the rules at every asOf: they must agree at, before and after it.
func TestUsableFromIsTheRulesTurnedAround(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		near := rapid.Map(rapid.Int64Range(-5, 5), func(n int64) eventtime.Instant { return eventtime.Instant(n) })
		orNone := rapid.OneOf(near, rapid.Just(eventtime.None))
		k := knowledge{rule: KnownAtRule(rapid.IntRange(0, 2).Draw(t, "rule")), at: near.Draw(t, "at")}
		event, created, asOf := near.Draw(t, "event"), orNone.Draw(t, "created"), near.Draw(t, "as of")
		available := near.Draw(t, "available")
		from := k.usableFrom(event, available, created)
		got := from != eventtime.None && asOf >= from
		want := eventtime.Visible(event, available, asOf, 0) && k.knew(event, created, asOf)
		if got != want {
			t.Fatalf("usable from %d: got %v, want %v", from, got, want)
		}
	})
}

func TestOrderIsATotalOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		near := rapid.Map(rapid.Int64Range(-1, 1), func(n int64) eventtime.Instant { return eventtime.Instant(n) })
		ranks := rapid.OneOf(rapid.Just(value.Value{}), rapid.Map(rapid.Int64Range(-1, 1), value.OfInt64))
		draw := func(name string) *Candidate {
			return &Candidate{
				near.Draw(t, name), rapid.OneOf(near, rapid.Just(eventtime.None)).Draw(t, name),
				[]value.Value{ranks.Draw(t, name)}, rapid.Int64Range(0, 2).Draw(t, name),
			}
		}
		a, b, c := draw("a"), draw("b"), draw("c")
		if a.Order(b) != -b.Order(a) {
			t.Fatalf("not antisymmetric: %v %v", a, b)
		}
		if a.Order(b) >= 0 && b.Order(c) >= 0 && a.Order(c) < 0 {
			t.Fatalf("not transitive: %v %v %v", a, b, c)
		}
		if a.Position != b.Position && a.Newer(b) == b.Newer(a) {
			t.Fatalf("not total: %v %v", a, b)
		}
	})
}

// Two texts with one hash cannot be found, so the hash is set by hand.
func TestKeysThatShareAHashStayApart(t *testing.T) {
	t.Parallel()
	texts := []string{"a", "b", "c", "d", "e", "f", "a", "f"}
	col := value.NewColumn(value.Scalar(value.String), 0)
	p := &Plan{Spine: Spine{Columns: &value.Batch{}}}
	for i, s := range texts {
		col.Append(value.OfString(s))
		p.Spine.AsOf = append(p.Spine.AsOf, eventtime.Instant(-i))
	}
	p.Spine.Columns.Add("k", col)
	x := &index{form: textKey, seed: maphash.MakeSeed(), buckets: make([]bucket, 4), shift: 62}
	b := &indexBuild{index: x, plan: p, text: texts}
	for row := range texts {
		b.place = append(b.place, b.put(99, uint32(row)))
	}
	b.arrange()
	if err := b.sort(t.Context()); err != nil {
		t.Fatal(err)
	}
	block := &keyBlock{form: textKey, n: 7}
	for i, s := range []string{"f", "a", "e", "g", "d", "c", "b"} {
		block.row[i], block.code[i], block.text[i] = int32(i), 99, s
	}
	h := &hits{}
	x.lookup(block, h)
	if h.n != 6 {
		t.Fatalf("found %d keys, want 6", h.n)
	}
	for i := range h.n {
		slots := x.rows[h.span[i].lo:h.span[i].hi]
		for _, row := range slots {
			if texts[row] != block.text[h.row[i]] {
				t.Errorf("key %q got the slot of %q", block.text[h.row[i]], texts[row])
			}
		}
		if want := map[string]int{"a": 2, "f": 2}[block.text[h.row[i]]]; want > 0 && len(slots) != want {
			t.Errorf("key %q has %d slots, want %d", block.text[h.row[i]], len(slots), want)
		}
	}

	w := newBestTable(textKey, 0)
	w.reserve(len(texts))
	for i, s := range texts {
		if w.find(99, s) < 0 {
			w.insert(entry{code: 99, best: refOf(int64(i))}, s)
		}
	}
	w.resize(seatBits + 1)
	for i, s := range texts[:6] {
		if n := w.find(99, s); w.at(n).best != refOf(int64(i)) || w.textOf(n) != s {
			t.Errorf("key %q is lost", s)
		}
	}
	if w.n != 6 {
		t.Errorf("got %d keys, want 6", w.n)
	}
}

func TestSortRowsMergesLongRuns(t *testing.T) {
	t.Parallel()
	n := 3<<16 + 5
	rows := make([]uint32, n)
	for i := range rows {
		rows[i] = uint32((i*7919 + 11) % n)
	}
	if err := sortRows(t.Context(), rows, func(a, b uint32) int { return int(a) - int(b) }); err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		if int(r) != i {
			t.Fatalf("place %d holds %d", i, r)
		}
	}
}

func TestPartOfFindsThePartBesideEmptyOnes(t *testing.T) {
	t.Parallel()
	for _, sizes := range [][]int64{{1}, {0, 3}, {3, 0, 0, 2}, {0, 0, 4, 0, 1, 0}, {5, 1, 1, 1}, {1, 5, 5}} {
		start := []int64{0}
		for _, n := range sizes {
			start = append(start, start[len(start)-1]+n)
		}
		for p := range start[len(start)-1] {
			if part := partOf(start, p); p < start[part] || p >= start[part+1] {
				t.Errorf("sizes %v, position %d: got part %d", sizes, p, part)
			}
		}
	}
}
