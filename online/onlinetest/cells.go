package onlinetest

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

var schema = value.Schema{ID: 1, Fields: []value.Field{{Name: "payload", Type: value.Scalar(value.String)}}}

// Key returns the encoded key of one String join key.
func Key(t testing.TB, text string) []byte {
	t.Helper()
	k, err := value.AppendKey(nil, []value.Value{value.OfString(text)})
	if err != nil {
		t.Fatalf("AppendKey(%q): %v", text, err)
	}
	return k
}

// IntKey returns the encoded key of one Int64 join key; keys ascend with n.
func IntKey(t testing.TB, n int64) []byte {
	t.Helper()
	k, err := value.AppendKey(nil, []value.Value{value.OfInt64(n)})
	if err != nil {
		t.Fatalf("AppendKey(%d): %v", n, err)
	}
	return k
}

// Row returns a packed row with one String field.
func Row(t testing.TB, v value.Version, payload string) []byte {
	t.Helper()
	r, err := value.AppendRow(nil, &schema, v, []value.Value{value.OfString(payload)})
	if err != nil {
		t.Fatalf("AppendRow: %v", err)
	}
	return r
}

// At returns a version with only an event time; its created time is none and its snapshot 0.
func At(event eventtime.Instant) value.Version {
	return value.Version{Event: event, Created: eventtime.None}
}

func put(t testing.TB, d online.Driver, table string, cells ...online.Cell) online.PutResult {
	t.Helper()
	r, err := d.PutBatch(context.Background(), table, cells)
	if err != nil {
		t.Fatalf("PutBatch(%q, %d cells): %v", table, len(cells), err)
	}
	return r
}

// get reads keys of one table; nil where there is no row.
func get(t testing.TB, d online.Driver, table string, keys ...[]byte) [][]byte {
	t.Helper()
	items := []online.TableKeys{{Table: table, Keys: keys, Rows: make([][]byte, len(keys))}}
	if err := d.GetBatch(context.Background(), items); err != nil {
		t.Fatalf("GetBatch(%q, %d keys): %v", table, len(keys), err)
	}
	return items[0].Rows
}

func wantRow(t testing.TB, d online.Driver, table string, c online.Cell) {
	t.Helper()
	if got := get(t, d, table, c.Key)[0]; !bytes.Equal(got, c.Row) {
		t.Errorf("row of key %x in %q: got %s, want %s", c.Key, table, describe(got), describe(c.Row))
	}
}

func scan(t testing.TB, d online.Driver, table string) []online.Cell {
	t.Helper()
	var out []online.Cell
	err := d.Scan(context.Background(), table, func(c online.Cell) bool {
		out = append(out, online.Cell{Key: bytes.Clone(c.Key), Row: bytes.Clone(c.Row)})
		return true
	})
	if err != nil {
		t.Fatalf("Scan(%q): %v", table, err)
	}
	return out
}

func describe(row []byte) string {
	if row == nil {
		return "no row"
	}
	h, err := value.ReadRow(row)
	if err != nil {
		return fmt.Sprintf("malformed row %x (%v)", row, err)
	}
	v := h.Version
	return fmt.Sprintf("row (event %d, created %d, snapshot %d, %d bytes)", v.Event, v.Created, v.Snapshot, len(row))
}

// series returns count cells of ascending Int64 keys from first, each with a payload of about size bytes that depends
// on its key and version.
func series(t testing.TB, first int64, count, size int, v value.Version) []online.Cell {
	t.Helper()
	pad := bytes.Repeat([]byte("x"), size)
	cells := make([]online.Cell, count)
	for i := range cells {
		n := first + int64(i)
		stamp(pad, n)
		cells[i] = online.Cell{Key: IntKey(t, n), Row: Row(t, v, string(pad))}
	}
	return cells
}

// stamp writes n into the head of pad as hexadecimal digits, as far as there is room.
func stamp(pad []byte, n int64) {
	copy(pad, fmt.Sprintf("%016x", uint64(n)))
}
