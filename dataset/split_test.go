package dataset_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/dataset"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

func TestParseSplitReadsWhatStringWrites(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"time:0.8", "time:0.05", "key:0.8", "key:0.8:7", "key:0.999:a b", "key:0.5:7:shop", "key:0.5::shop"} {
		s, err := dataset.ParseSplit(text)
		if err != nil || s.String() != text {
			t.Errorf("%s: got %v, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "time", "time:", "time:0", "time:1", "time:-1", "time:NaN", "time:0.8:7", "key:x", "hash:0.8", "key:0.8:7:", "key:+Inf"} {
		if s, err := dataset.ParseSplit(text); errs.CodeOf(err) != errs.InvalidArgument {
			t.Errorf("%q: got %v, %v", text, s, err)
		}
	}
}

func TestSplitByTimeHasNoMomentInBothPartsAndIsNearestToTheShare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &dataset.Split{By: dataset.ByTime, Share: rapid.Float64Range(0.01, 0.99).Draw(t, "share")}
		asOf := rapid.SliceOf(rapid.Map(rapid.Int64Range(-3, 12), func(i int64) eventtime.Instant { return noon + eventtime.Instant(i) })).Draw(t, "asOf")
		sides := s.ByMoment(asOf)
		moments := map[eventtime.Instant]bool{}
		var rows int64
		for i, at := range asOf {
			moments[at] = true
			if sides.Train[i] != (at <= sides.Boundary) {
				t.Fatalf("row %d at %d is on the wrong side of %d", i, at, sides.Boundary)
			}
			if sides.Train[i] {
				rows++
			}
		}
		if rows != sides.Rows {
			t.Fatalf("counted %d, got %d", rows, sides.Rows)
		}
		if len(moments) < 2 {
			return
		}
		best := float64(len(asOf))
		for boundary := range moments {
			n := 0
			for _, at := range asOf {
				if at <= boundary {
					n++
				}
			}
			if n < len(asOf) {
				best = min(best, distance(float64(n), s.Share*float64(len(asOf))))
			}
		}
		if rows == 0 || int(rows) == len(asOf) {
			t.Fatalf("a part is empty: %d of %d", rows, len(asOf))
		}
		if got := distance(float64(rows), s.Share*float64(len(asOf))); got > best {
			t.Fatalf("%d of %d rows, %v away; %v was possible", rows, len(asOf), got, best)
		}
	})
}

func distance(a, b float64) float64 { return max(a-b, b-a) }

func TestSplitByKeyHasNoKeyInBothPartsWhateverTheOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &dataset.Split{By: dataset.ByKey, Share: rapid.Float64Range(0.01, 0.99).Draw(t, "share"), Seed: rapid.StringN(0, 4, -1).Draw(t, "seed")}
		n := rapid.IntRange(0, 60).Draw(t, "rows")
		b := &value.Batch{Rows: n}
		k1, k2 := value.NewColumn(value.Scalar(value.Int32), 0), value.NewColumn(value.Scalar(value.String), 0)
		for range n {
			k1.Append(value.OfInt32(int32(rapid.IntRange(0, 5).Draw(t, "k1"))))
			if text := rapid.SampledFrom([]string{"", "1", "12", "null"}).Draw(t, "k2"); text == "null" {
				k2.Append(value.Value{})
			} else {
				k2.Append(value.OfString(text))
			}
		}
		b.Add("b", k1)
		b.Add("a", k2)
		keys := []value.Field{{Name: "b", Type: value.Scalar(value.Int64)}, {Name: "a", Type: value.Scalar(value.String)}}
		sides, err := s.Divide(b, keys, nil)
		if err != nil {
			t.Fatal(err)
		}
		of := map[string]bool{}
		for i := range n {
			key := fmt.Sprint(k1.At(i), "/", k2.Null(i), k2.At(i))
			if side, known := of[key]; known && side != sides.Train[i] {
				t.Fatalf("key %s is in both parts", key)
			}
			of[key] = sides.Train[i]
		}
		if int64(len(of)) != sides.Keys {
			t.Fatalf("%d keys, got %d", len(of), sides.Keys)
		}
		if one, other := sides.Of(dataset.Train, b), sides.Of(dataset.Test, b); one.Rows+other.Rows != n || int64(one.Rows) != sides.Rows {
			t.Fatalf("%d and %d rows of %d", one.Rows, other.Rows, n)
		}
		order := rand.New(rand.NewPCG(uint64(n), 1)).Perm(n)
		turned := &value.Batch{}
		for c, name := range b.Names {
			to := value.NewColumn(b.Columns[c].Type, 0)
			for _, i := range order {
				to.Append(b.Columns[c].At(i))
			}
			turned.Add(name, to)
		}
		turned.Rows = n
		again, err := s.Divide(turned, []value.Field{keys[1], keys[0]}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for at, i := range order {
			if again.Train[at] != sides.Train[i] {
				t.Fatalf("row %d changes its side with the order", i)
			}
		}
	})
}

// TestSplitByKeyKeepsItsSides pins the hash: sets of different days have to agree on the side of a key for ever.
func TestSplitByKeyKeepsItsSides(t *testing.T) {
	t.Parallel()
	c := value.NewColumn(value.Scalar(value.Int64), 0)
	for i := range 1000 {
		c.Append(value.OfInt64(int64(i)))
	}
	for seed, want := range map[string]string{"": "802 +----+++++++++++++++++++", "7": "807 ++++++++++++++-++-+-+++-"} {
		sides, err := (&dataset.Split{By: dataset.ByKey, Share: 0.8, Seed: seed}).ByColumns([]*value.Column{c}, 1000)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(sides.Rows, " ")
		for _, train := range sides.Train[:24] {
			got += map[bool]string{true: "+", false: "-"}[train]
		}
		if got != want {
			t.Errorf("seed %q: got %q, want %q", seed, got, want)
		}
	}
}

func TestSplitNeedsTheColumnAndKeysThatItNames(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"key:0.5", "key:0.5:1:shop"} {
		s, err := dataset.ParseSplit(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Divide(&value.Batch{}, nil, nil); errs.CodeOf(err) != errs.InvalidArgument {
			t.Errorf("%s: got %v", text, err)
		}
	}
}
