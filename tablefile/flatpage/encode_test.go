package flatpage_test

import (
	"math/bits"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/tablefile/flatpage"
)

// drawBits draws runs of bits; the last words of zeros may be missing.
func drawBits(t *rapid.T) (words []uint64, n int) {
	for n < 2000 && rapid.IntRange(0, 9).Draw(t, "more") > 0 {
		run := rapid.SampledFrom([]int{1, 2, 7, 8, 9, 31, 32, 33, 63, 64, 65, 300}).Draw(t, "run")
		if rapid.Bool().Draw(t, "set") {
			for k := n; k < n+run; k++ {
				for len(words) <= k>>6 {
					words = append(words, 0)
				}
				words[k>>6] |= 1 << (k & 63)
			}
		}
		n += run
	}
	return words, n
}

func bit(words []uint64, k int) bool { return k>>6 < len(words) && words[k>>6]>>(k&63)&1 != 0 }

func TestWordsAndRunsAreThoseOfSingleBits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words, n := drawBits(t)
		lo := rapid.IntRange(0, n).Draw(t, "lo")
		w := flatpage.Word(words, lo)
		for k := range 64 {
			if w>>k&1 != 0 != bit(words, lo+k) {
				t.Fatalf("bit %d of the word at %d of %x", k, lo, words)
			}
		}
		for lo < n {
			set, end := flatpage.Run(words, lo, n)
			if end <= lo || end > n || end < n && bit(words, end) == set {
				t.Fatalf("a run of %v from %d to %d of %x", set, lo, end, words)
			}
			for ; lo < end; lo++ {
				if bit(words, lo) != set {
					t.Fatalf("bit %d of %x is not %v", lo, words, set)
				}
			}
		}
	})
}

func TestLevelsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		nulls, n := drawBits(t)
		levels := flatpage.AppendPresent([]byte("before"), nulls, n)[len("before"):]
		present := make([]uint64, (n+63)/64)
		count, err := flatpage.Present(levels, n, present)
		if err != nil {
			t.Fatal(err)
		}
		want := n
		for _, w := range nulls {
			want -= bits.OnesCount64(w)
		}
		if count != want {
			t.Fatalf("%d rows have a value, want %d", count, want)
		}
		for k := range n {
			if bit(present, k) == bit(nulls, k) {
				t.Fatalf("row %d of nulls %x", k, nulls)
			}
		}
	})
}

func TestLevelsOfWholeRunsAreShort(t *testing.T) {
	t.Parallel()
	nulls := make([]uint64, 1<<11)
	if got := len(flatpage.AppendPresent(nil, nil, 1<<17)); got > 5 {
		t.Errorf("levels without nulls take %d bytes", got)
	}
	for i := range nulls {
		nulls[i] = 0x8000000000000001
	}
	if got := len(flatpage.AppendPresent(nil, nulls, 1<<17)); got > 1<<14+4 {
		t.Errorf("mixed levels take %d bytes, more than a bit each", got)
	}
}

func TestIndicesReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(0, 20).Draw(t, "width")
		want := drawNumbers(t, width)
		x, err := flatpage.IndicesOf(flatpage.AppendIndices(nil, want, 1<<width))
		if err != nil {
			t.Fatal(err)
		}
		for k := range want {
			if got, err := x.At(k); got != want[k] || err != nil {
				t.Fatalf("index %d of %v: got %d, %v", k, want, got, err)
			}
		}
	})
}

func TestTextsReadBack(t *testing.T) {
	t.Parallel()
	want := []string{"", "a", "\x00é\xff", ""}
	var page []byte
	for _, text := range want {
		page = flatpage.AppendText(page, text)
	}
	x := flatpage.TextsOf(page)
	for k := range want {
		if got, err := x.At(k); string(got) != want[k] || err != nil {
			t.Errorf("text %d: got %q, %v, want %q", k, got, err, want[k])
		}
	}
}
