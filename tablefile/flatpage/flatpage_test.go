package flatpage_test

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/tablefile/flatpage"
)

// encode writes numbers of a width as runs of drawn lengths and kinds.
func encode(t *rapid.T, width int, numbers []uint32) (out []byte) {
	for len(numbers) > 0 {
		same := 1
		for same < len(numbers) && numbers[same] == numbers[0] {
			same++
		}
		if rapid.Bool().Draw(t, "repeated") {
			n := rapid.IntRange(1, same).Draw(t, "count")
			out = binary.AppendUvarint(out, uint64(n)<<1)
			for i := range (width + 7) / 8 {
				out = append(out, byte(numbers[0]>>(8*i)))
			}
			numbers = numbers[n:]
			continue
		}
		groups := rapid.IntRange(1, (len(numbers)+7)/8).Draw(t, "groups")
		out = binary.AppendUvarint(out, uint64(groups)<<1|1)
		packed := make([]byte, groups*width)
		for k := range min(groups*8, len(numbers)) {
			for bit := range width {
				at := k*width + bit
				packed[at>>3] |= byte(numbers[k]>>bit&1) << (at & 7)
			}
		}
		out = append(out, packed...)
		numbers = numbers[min(groups*8, len(numbers)):]
	}
	return out
}

// drawNumbers draws numbers of a width, some of which repeat.
func drawNumbers(t *rapid.T, width int) (out []uint32) {
	top := uint32(uint64(1)<<width - 1)
	for len(out) < 400 && rapid.IntRange(0, 9).Draw(t, "more") > 0 {
		x := rapid.Uint32Range(0, top).Draw(t, "number")
		out = append(out, slices.Repeat([]uint32{x}, rapid.IntRange(1, 30).Draw(t, "times"))...)
	}
	return out
}

func TestIndicesAreFoundByPosition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(0, 32).Draw(t, "width")
		want := drawNumbers(t, width)
		x, err := flatpage.IndicesOf(append([]byte{byte(width)}, encode(t, width, want)...))
		if err != nil {
			t.Fatal(err)
		}
		for k := range want {
			if rapid.IntRange(0, 2).Draw(t, "ask") > 0 {
				continue
			}
			if got, err := x.At(k); got != want[k] || err != nil {
				t.Fatalf("index %d of %v: got %d, %v", k, want, got, err)
			}
		}
		if _, err := x.At(len(want) + 8); !errors.Is(err, flatpage.ErrDamaged) {
			t.Fatalf("behind the end: %v", err)
		}
	})
}

func TestLastRunOfIndicesMayLackItsPadding(t *testing.T) {
	t.Parallel()
	x, err := flatpage.IndicesOf([]byte{4, 2<<1 | 1, 0x21, 0x43, 0x65, 0x87, 0xa9})
	if err != nil {
		t.Fatal(err)
	}
	for k := range 10 {
		if got, err := x.At(k); got != uint32(k+1) || err != nil {
			t.Errorf("index %d: got %d, %v", k, got, err)
		}
	}
	if _, err := x.At(10); !errors.Is(err, flatpage.ErrDamaged) {
		t.Errorf("index that is not there: %v", err)
	}
}

func TestPresentRowsAreCountedAndMarked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		levels := drawNumbers(t, 1)
		words := make([]uint64, (len(levels)+63)/64)
		for i := range words {
			words[i] = ^uint64(0) // what a reused buffer holds
		}
		count, err := flatpage.Present(encode(t, 1, levels), len(levels), words)
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		for i, level := range levels {
			want += int(level)
			if words[i>>6]>>(i&63)&1 != uint64(level) {
				t.Fatalf("row %d of %v: want %d", i, levels, level)
			}
		}
		if count != want {
			t.Fatalf("count %d, want %d", count, want)
		}
	})
}

func TestTextsAreFoundByPosition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOf(rapid.SliceOf(rapid.Byte())).Draw(t, "texts")
		var page []byte
		for _, text := range want {
			page = append(binary.LittleEndian.AppendUint32(page, uint32(len(text))), text...)
		}
		x := flatpage.TextsOf(page)
		for k := range want {
			if !rapid.Bool().Draw(t, "ask") {
				continue
			}
			if got, err := x.At(k); string(got) != string(want[k]) || err != nil {
				t.Fatalf("text %d: got %q, %v, want %q", k, got, err, want[k])
			}
		}
		if _, err := x.At(len(want)); !errors.Is(err, flatpage.ErrDamaged) {
			t.Fatalf("behind the end: %v", err)
		}
	})
}

// FuzzPage shows that no bytes make a page read outside of itself or walk without end.
func FuzzPage(f *testing.F) {
	f.Add([]byte{3, 2<<1 | 1, 1, 2, 3, 4, 5, 6}, uint16(20))
	f.Add([]byte{1, 200, 1, 1, 0, 0}, uint16(100))
	f.Add([]byte{2, 0, 0, 0, 'a', 'b', 255, 255, 255, 255}, uint16(2))
	f.Fuzz(func(t *testing.T, b []byte, n uint16) {
		present := make([]uint64, (int(n)+63)/64)
		if count, err := flatpage.Present(b, int(n), present); err == nil && count > int(n) {
			t.Errorf("%d of %d rows are present", count, n)
		}
		if x, err := flatpage.IndicesOf(b); err == nil {
			for k := 0; k < int(n) && err == nil; k += 1 + k/3 {
				var i uint32
				if i, err = x.At(k); err == nil && uint64(i) >= uint64(1)<<b[0] {
					t.Errorf("index %d is wider than %d bits", i, b[0])
				}
			}
		}
		texts := flatpage.TextsOf(b)
		for k := 0; k < int(n); k += 2 {
			if _, err := texts.At(k); err != nil {
				break
			}
		}
	})
}
