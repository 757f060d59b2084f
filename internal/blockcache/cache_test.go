package blockcache_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/internal/blockcache"
)

func key(n, kind uint64) *blockcache.Key {
	text := fmt.Appendf(nil, "key-%d", n)
	return &blockcache.Key{Hash: n * 0x9e3779b97f4a7c15, Kind: kind, Text: text}
}

// TestABlockIsTheOneThatWasPutLast compares with a map, over many rounds of the ring. A block that is found must be the
// newest; it may be missing.
func TestABlockIsTheOneThatWasPutLast(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	c := blockcache.New(1 << 20)
	defer c.Close()
	type put struct {
		stamp uint64
		block []byte
	}
	model := map[[2]uint64]put{}
	found, most := 0, int64(0)
	for i := range 60_000 {
		id := [2]uint64{r.Uint64N(3000), r.Uint64N(2)}
		k := key(id[0], id[1])
		if r.IntN(2) == 0 {
			p := put{r.Uint64N(4), bytes.Repeat([]byte{byte(i)}, r.IntN(2000))}
			if r.IntN(1000) == 0 {
				p.block = make([]byte, 200<<10) // longer than what is kept
			}
			c.Put(k, p.stamp, p.block)
			model[id] = p
			continue
		}
		if r.IntN(2) == 0 {
			c.Expect([]blockcache.Key{*k, *key(r.Uint64N(4000), id[1])})
		}
		want := model[id]
		got, ok := c.Append([]byte("x"), k, want.stamp)
		if ok {
			found++
			if !bytes.Equal(got[1:], want.block) && len(want.block) < 100<<10 {
				t.Fatalf("step %d: key %v: got %d bytes, want %d", i, id, len(got)-1, len(want.block))
			}
		}
		if got[0] != 'x' || !ok && len(got) != 1 {
			t.Fatalf("step %d: what stood in dst has changed", i)
		}
		most = max(most, c.Stats().Bytes)
	}
	if found < 2000 || most > 1<<20 {
		t.Errorf("%d blocks were found, want thousands; %d bytes were taken at most, want no more than 1 MiB", found, most)
	}
}

func TestAnotherStampFindsNothing(t *testing.T) {
	t.Parallel()
	c := blockcache.New(0)
	defer c.Close()
	c.Put(key(1, 0), 7, []byte("old"))
	if _, ok := c.Append(nil, key(1, 0), 8); ok {
		t.Error("found with another stamp")
	}
	if s := c.Stats(); s.Stale != 1 || s.Misses != 1 || s.Hits != 0 {
		t.Errorf("got %+v, want one stale miss", s)
	}
}

func TestWhatIsReadOftenStays(t *testing.T) {
	t.Parallel()
	c := blockcache.New(1 << 20)
	defer c.Close()
	block := make([]byte, 1000)
	c.Put(key(0, 0), 1, block)
	lost := 0
	for i := range uint64(20_000) { // 20 MB through 1 MiB
		c.Put(key(i+1, 0), 1, block)
		if _, ok := c.Append(nil, key(0, 0), 1); !ok {
			lost++ // its bucket of the index was full
			c.Put(key(0, 0), 1, block)
		}
	}
	if lost > 20 {
		t.Errorf("the block that is read every time was lost %d times among 20,000 others", lost)
	}
	if _, ok := c.Append(nil, key(1, 0), 1); ok {
		t.Error("the block that nobody read is still there")
	}
}

func TestCloseForgetsAndGivesBack(t *testing.T) {
	t.Parallel()
	c := blockcache.New(1 << 20)
	c.Expect([]blockcache.Key{*key(1, 0)}) // before there is memory
	c.Put(key(1, 0), 1, []byte("a"))
	for range 2 {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	c.Put(key(1, 0), 1, []byte("a"))
	c.Expect([]blockcache.Key{*key(1, 0)})
	if _, ok := c.Append(nil, key(1, 0), 1); ok {
		t.Error("found after Close")
	}
}

// TestManyAtOnce lets writers give every block the content that its key and stamp say; no reader may see another.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	c := blockcache.New(512 << 10)
	defer c.Close()
	var all sync.WaitGroup
	for g := range uint64(4) {
		all.Go(func() {
			r := rand.New(rand.NewPCG(g, 2))
			var dst, block []byte
			for range 20_000 {
				n, stamp := r.Uint64N(500), r.Uint64N(3)
				if g%2 == 0 {
					block = block[:0]
					for range 20 + n%50 {
						block = binary.LittleEndian.AppendUint64(block, n<<8|stamp)
					}
					c.Put(key(n, 0), stamp, block)
					continue
				}
				c.Expect([]blockcache.Key{*key(n, 0), *key(r.Uint64N(500), 0)})
				var ok bool
				if dst, ok = c.Append(dst[:0], key(n, 0), stamp); !ok {
					continue
				}
				for b := dst; len(b) > 0; b = b[8:] {
					if binary.LittleEndian.Uint64(b) != n<<8|stamp {
						t.Errorf("key %d, stamp %d: a foreign block", n, stamp)
						return
					}
				}
			}
		})
	}
	all.Wait()
}
