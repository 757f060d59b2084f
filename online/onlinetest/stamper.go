package onlinetest

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
)

// RunStamper checks what a driver with the ability online.Stamper promises. open returns a driver on an empty store that
// has stamps, and one that writes to it: the same, or another process's. Both are closed by the test itself.
func RunStamper(t *testing.T, open func(t *testing.T) (stamper, writer online.Driver)) {
	t.Helper()
	for name, member := range map[string]func(*testing.T, *stamping){
		"AWriteEndsTheStampsOfItsKeys": stampWrite, "AGreatBatchEndsTheStampsOfItsKeys": stampGreat, "AReadEndsNone": stampRead,
		"ADropEndsTheStampsOfItsTable": stampDrop, "RemovedCellsEndTheirStamps": stampExpire, "AFailedWriteLeavesNoneOpen": stampFailed,
		"ARowChangesOnlyWithItsStamp": stampRace,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stamper, writer := open(t)
			s := &stamping{stamper, writer, stampsOf(stamper)}
			if s.stamps == nil {
				t.Fatal("the driver has no stamps")
			}
			member(t, s)
			if stampsOf(stamper) != s.stamps {
				t.Error("the driver has other stamps than before")
			}
			if err := writer.Close(); err != nil {
				t.Error(err)
			}
			if err := stamper.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// stampsOf returns the stamps of a driver, nil without the ability.
func stampsOf(d online.Driver) *online.Stamps {
	s, ok := d.(online.Stamper)
	if !ok {
		return nil
	}
	return s.Stamps()
}

// A stamping is a driver whose stamps tell what another one writes.
type stamping struct {
	reader, writer online.Driver
	stamps         *online.Stamps
}

// of returns the stamps of the keys of cells, of which none may be open.
func (s *stamping) of(t *testing.T, cells []online.Cell) []uint64 {
	t.Helper()
	out := make([]uint64, len(cells))
	for i := range cells {
		ok := false
		if out[i], ok = s.stamps.Of(s.stamps.Hash(cells[i].Key)); !ok {
			t.Fatalf("key %d is being written, and nobody writes", i)
		}
	}
	return out
}

// ended checks that the stamps of cells, which were before, are others now.
func (s *stamping) ended(t *testing.T, cells []online.Cell, before []uint64) {
	t.Helper()
	kept := 0
	for i, stamp := range s.of(t, cells) {
		if stamp == before[i] {
			kept++
		}
	}
	if kept > 0 {
		t.Errorf("%d of %d keys have the stamp that they had before", kept, len(cells))
	}
}

func stampWrite(t *testing.T, s *stamping) {
	for _, event := range []eventtime.Instant{5, 6} { // new keys, and those that are there
		cells := series(t, 0, 300, 20, At(event))
		before := s.of(t, cells)
		put(t, s.writer, "p/v/1", cells...)
		s.ended(t, cells, before)
	}
}

func stampGreat(t *testing.T, s *stamping) {
	cells := series(t, 0, bigCount(s.writer), 20, At(5))
	before := s.of(t, cells)
	put(t, s.writer, "p/v/1", cells...)
	s.ended(t, cells, before)
}

func stampRead(t *testing.T, s *stamping) {
	cells := series(t, 0, 300, 20, At(5))
	put(t, s.writer, "p/v/1", cells...)
	before := s.of(t, cells)
	for _, d := range []online.Driver{s.reader, s.writer} {
		get(t, d, "p/v/1", cells[0].Key, cells[1].Key)
		scan(t, d, "p/v/1")
		wantTables(t, d, "p/v/1")
	}
	for i, stamp := range s.of(t, cells) {
		if stamp != before[i] {
			t.Fatalf("the stamp of key %d was %d and is %d", i, before[i], stamp)
		}
	}
}

func stampDrop(t *testing.T, s *stamping) {
	cells := series(t, 0, 300, 20, At(5))
	put(t, s.writer, "p/v/1", cells...)
	before := s.of(t, cells)
	if err := s.writer.Drop(context.Background(), "p/v/1"); err != nil {
		t.Fatal(err)
	}
	s.ended(t, cells, before)
}

func stampExpire(t *testing.T, s *stamping) {
	e, able := s.writer.(online.Expirer)
	if !able {
		t.Skip("the driver cannot remove single cells")
	}
	cells := series(t, 0, 300, 20, At(5))
	put(t, s.writer, "p/v/1", cells...)
	before := s.of(t, cells)
	if n, err := e.Expire(context.Background(), "p/v/1", cells); err != nil || n != int64(len(cells)) {
		t.Fatalf("Expire: %d, %v", n, err)
	}
	s.ended(t, cells, before)
}

func stampFailed(t *testing.T, s *stamping) {
	cells := series(t, 0, 300, 20, At(5))
	put(t, s.writer, "p/v/1", cells...)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	newer := series(t, 0, 300, 20, At(6))
	if _, err := s.writer.PutBatch(ctx, "p/v/1", newer); err == nil {
		t.Error("PutBatch with a cancelled context: no error")
	}
	s.of(t, cells)
}

// stampRace reads a key twice while it is written. Where the rows differ somebody has seen the newer one, so that the stamp
// under which the older one was read must have ended.
func stampRace(t *testing.T, s *stamping) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var same, other int
	together(t, 2, func(g int) error {
		for n := eventtime.Instant(0); ctx.Err() == nil; n++ {
			if g == 1 {
				if _, err := s.writer.PutBatch(context.Background(), "p/v/1", series(t, 0, 1, 20, At(n))); err != nil {
					return err
				}
				continue
			}
			held, err := s.held(IntKey(t, 0))
			switch {
			case err != nil:
				cancel()
				return err
			case held:
				same++
			default:
				other++
			}
			if same >= 20 && other >= 20 {
				cancel()
			}
		}
		return nil
	})
	if same < 20 || other < 20 {
		t.Errorf("in a minute %d stamps held and %d ended, want 20 of each", same, other)
	}
}

// held reads a key twice and reports whether its stamp held meanwhile.
func (s *stamping) held(key []byte) (bool, error) {
	hash := s.stamps.Hash(key)
	before, ok := s.stamps.Of(hash)
	if !ok {
		return false, nil
	}
	var rows [2][]byte
	for i := range rows {
		items := []online.TableKeys{{Table: "p/v/1", Keys: [][]byte{key}, Rows: make([][]byte, 1)}}
		if err := s.reader.GetBatch(context.Background(), items); err != nil {
			return false, err
		}
		rows[i] = items[0].Rows[0]
	}
	if after, ok := s.stamps.Of(hash); !ok || after != before {
		return false, nil
	}
	if !bytes.Equal(rows[0], rows[1]) {
		return true, errors.New("under one stamp the row was " + describe(rows[0]) + " and is " + describe(rows[1]))
	}
	return true, nil
}
