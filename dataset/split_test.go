package dataset_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
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
		sides := divide(t, s, asOf, rapid.IntRange(1, 5).Draw(t, "run"))
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
		if rows != sides.TrainRows || int64(len(asOf)) != sides.Rows {
			t.Fatalf("counted %d of %d, got %+v", rows, len(asOf), sides.Division)
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

// A division is what became of a set: the side of each row, by its number in the column "row".
type division struct {
	*dataset.Division
	Train []bool
}

// T is a test or a case of a property.
type T interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// divide divides a set of moments, run by run.
func divide(t T, s *dataset.Split, asOf []eventtime.Instant, run int) *division {
	t.Helper()
	return divideBatch(t, s, &value.Batch{Rows: len(asOf)}, nil, asOf, run)
}

// divideBatch divides a set, and checks that each row is in one part, in order.
func divideBatch(t T, s *dataset.Split, set *value.Batch, keys []value.Field, asOf []eventtime.Instant, run int) *division {
	t.Helper()
	numbers := value.NewColumn(value.Scalar(value.Int64), set.Rows)
	for i := range set.Rows {
		numbers.Append(value.OfInt64(int64(i)))
	}
	numbered := &value.Batch{Rows: set.Rows}
	for i, name := range set.Names {
		numbered.Add(name, set.Columns[i])
	}
	numbered.Add("row", numbers)
	d := s.Divide(keys)
	for lo := 0; lo < len(asOf); lo += run {
		if err := d.Moments(asOf[lo:min(lo+run, len(asOf))]); err != nil {
			t.Fatal(err)
		}
	}
	out := &division{d, make([]bool, set.Rows)}
	for lo := 0; lo == 0 || lo < set.Rows; lo += run {
		hi := min(lo+run, set.Rows)
		var moments []eventtime.Instant
		if asOf != nil {
			moments = asOf[lo:hi]
		}
		train, test, err := d.Next(numbered.Slice(lo, hi), moments)
		if err != nil {
			t.Fatal(err)
		}
		in := 0
		for side, part := range map[bool]*value.Batch{true: train, false: test} {
			last := int64(-1)
			for _, row := range part.Column("row").Ints {
				if row <= last || row < int64(lo) || row >= int64(hi) {
					t.Fatalf("row %d comes after row %d of rows %d to %d", row, last, lo, hi)
				}
				out.Train[row], last = side, row
				in++
			}
		}
		if in != hi-lo {
			t.Fatalf("%d rows of %d are in a part", in, hi-lo)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return out
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
		sides := divideBatch(t, s, b, keys, nil, rapid.IntRange(1, 70).Draw(t, "run"))
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
		again := divideBatch(t, s, turned, []value.Field{keys[1], keys[0]}, nil, 7)
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
		b := &value.Batch{}
		b.Add("c", c)
		sides := divideBatch(t, &dataset.Split{By: dataset.ByKey, Share: 0.8, Seed: seed}, b, b.Fields(), nil, 100)
		got := fmt.Sprint(sides.TrainRows, " ")
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
		if _, _, err := s.Divide(nil).Next(&value.Batch{}, nil); errs.CodeOf(err) != errs.InvalidArgument {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

// TestSplitHoldsNoRows divides more moments and keys than a Division keeps, and compares the boundary with that of
// sorted moments. It is not parallel, because it measures what is held.
func TestSplitHoldsNoRows(t *testing.T) {
	const runs, rows = 24, 100_000
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	var all []eventtime.Instant
	rng := rand.New(rand.NewPCG(seed, 0))
	for range runs * rows {
		all = append(all, noon+eventtime.Instant(rng.Int64()>>rng.IntN(62))-eventtime.Instant(rng.Int64N(1000)))
	}
	byTime, byKey := (&dataset.Split{By: dataset.ByTime, Share: 0.37}).Divide(nil), (&dataset.Split{By: dataset.ByKey, Share: 0.5}).Divide([]value.Field{{Name: "c", Type: value.Scalar(value.Int64)}})
	defer byTime.Close()
	before := held()
	for r := range runs {
		if err := byTime.Moments(all[r*rows : (r+1)*rows]); err != nil {
			t.Fatal(err)
		}
	}
	c := value.NewColumn(value.Scalar(value.Int64), rows)
	for i := range rows {
		c.Append(value.OfInt64(int64(i)))
	}
	b := &value.Batch{}
	b.Add("c", c)
	for r := range runs {
		if _, _, err := byTime.Next(b, all[r*rows:(r+1)*rows]); err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			c.Ints[i] = int64(r*rows + i)
		}
		if _, _, err := byKey.Next(b, nil); err != nil {
			t.Fatal(err)
		}
	}
	const most = 64
	if mib := (held() - before) >> 20; mib > most {
		t.Errorf("%d MiB are held, at most %d are expected", mib, most)
	}
	sorted := slices.Clone(all)
	slices.Sort(sorted)
	n, _ := slices.BinarySearch(sorted, byTime.Boundary+1)
	if want := sorted[n-1]; byTime.Boundary != want || distance(float64(n), 0.37*runs*rows) > float64(runs*rows)/100 || byTime.TrainRows != int64(n) {
		t.Errorf("boundary %d, want %d; %d rows, got %+v", byTime.Boundary, want, n, byTime)
	}
	if byKey.Keys != dataset.KeysMax || byKey.Rows != runs*rows || distance(float64(byKey.TrainRows), runs*rows/2) > runs*rows/100 {
		t.Errorf("%+v", byKey)
	}
	runtime.KeepAlive(byTime)
}

// held returns the bytes of what is reachable.
func held() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
