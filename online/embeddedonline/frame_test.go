package embeddedonline

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

// A stream reads from one place and writes to another.
type stream struct {
	io.Reader
	io.Writer
}

func TestFramesSurviveTheWire(t *testing.T) {
	t.Parallel()
	var sent bytes.Buffer
	w := newWire(stream{&sent, &sent})
	out := appendCell(nil, online.Cell{Key: []byte("key"), Row: []byte("row")})
	out = appendRow(appendRow(out, nil), []byte{})
	out = appendCount(out, online.PutResult{Written: 7, Superseded: online.Unknown})
	if err := errors.Join(w.send(kindCells, out), w.send(kindEnd, nil), w.flush()); err != nil {
		t.Fatal(err)
	}
	k, b, err := w.receive()
	if err != nil || k != kindCells {
		t.Fatalf("got kind %d, %v", k, err)
	}
	if c := b.cell(); string(c.Key) != "key" || string(c.Row) != "row" {
		t.Errorf("cell: got %q", c)
	}
	if none, empty := b.row(), b.row(); none != nil || empty == nil || len(empty) != 0 {
		t.Errorf("rows: got %v and %v, want none and an empty one", none, empty)
	}
	if r := b.result(); r.Written != 7 || r.Superseded != online.Unknown || b.err() != nil {
		t.Errorf("result: got %+v, %v", r, b.err())
	}
	if k, b, err := w.receive(); err != nil || k != kindEnd || b.err() != nil {
		t.Errorf("got kind %d, %v, want an empty end", k, err)
	}
}

func TestErrorsSurviveTheWire(t *testing.T) {
	t.Parallel()
	want := errs.Wrap(io.ErrUnexpectedEOF, errs.DataLoss, "read %q", "x").WithID("T0001").WithHint("do this")
	var got *errs.Error
	if err := (&body{rest: appendFailure(nil, want)}).failure(); !errors.As(err, &got) {
		t.Fatalf("got %v", err)
	}
	if got.Code != want.Code || got.ID != want.ID || got.Hint != want.Hint || got.Error() != want.Error() {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestOversizedFramesAreRefusedBeforeTheyAreRead(t *testing.T) {
	t.Parallel()
	for _, head := range [][]byte{{0xff, 0xff, 0xff, 0xff, 1}, {0, 0, 0, 0, 1}, {2, 0, 0, 0, 1}} {
		w := newWire(stream{bytes.NewReader(head), io.Discard})
		if _, _, err := w.receive(); !errors.Is(err, errFrame) {
			t.Errorf("header %x: got %v, want a malformed frame", head, err)
		}
	}
}

// FuzzOwner sends arbitrary frames to an owner: it must answer or hang up, never fail or write a malformed cell.
func FuzzOwner(f *testing.F) {
	dir, err := os.MkdirTemp("", "fuzz")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { os.RemoveAll(dir) })
	s, err := Open(context.Background(), filepath.Join(dir, "online"), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	o := s.here.(*owner)

	grave := value.AppendTombstone(nil, value.Version{Event: 1})
	cell := appendCell(nil, online.Cell{Key: []byte("k"), Row: grave})
	f.Add([]byte{byte(kindGet), 3, 1, 't', 1, 1})
	f.Add(join(frame(kindPut, appendBytes(nil, "t")), frame(kindCells, cell), frame(kindEnd, nil), frame(kindGet, append(appendBytes(nil, "t"), 1, 1, 'k'))))
	f.Add(join(frame(kindScan, append(appendBytes(nil, "t"), 0)), frame(kindTables, nil), frame(kindDrop, appendBytes(nil, "t"))))
	f.Add(frame(kindGet, []byte{1, 't', 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}))
	f.Fuzz(func(t *testing.T, sent []byte) {
		w := newWire(stream{bytes.NewReader(sent), io.Discard})
		for {
			k, b, err := w.receive()
			if err != nil || o.answer(w, k, b) != nil {
				break
			}
		}
		names, err := s.Tables(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			err := s.Scan(context.Background(), n, func(c online.Cell) bool {
				if err := online.CheckCells(n, []online.Cell{c}); err != nil {
					t.Error(err)
				}
				return true
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

func frame(k kind, b []byte) []byte {
	var out bytes.Buffer
	w := newWire(stream{&out, &out})
	if err := errors.Join(w.send(k, b), w.flush()); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func join(frames ...[]byte) []byte { return bytes.Join(frames, nil) }
