// Package sinktest is the conformance suite of sink.Sink.
package sinktest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/value"
)

// Table is the table that the suite writes to.
const Table = "p/v/1"

// A Row is a row as a sink's store gives it back.
type Row struct {
	Key            []byte // encoded
	Event, Created eventtime.Instant
	Deleted        bool
	Cells          []value.Value // in order of Use().Fields; nil for a tombstone
}

// A Target is a sink and a way to read what it wrote.
type Target struct {
	Sink sink.Sink
	// Read returns all rows in the store, in any order: one per key, or every row ever written.
	Read func(t *testing.T) []Row
	// Arrival reports that the store replaces a missing created time by the snapshot.
	Arrival bool
}

// Use returns the use that the suite writes: two join keys, fields of several shapes, created and deleted columns.
func Use() *feature.Use {
	fields := []feature.Field{
		{Name: "count", Type: value.Scalar(value.Int64)},
		{Name: "text", Type: value.Scalar(value.String)},
		{Name: "ratio", Type: value.Scalar(value.Float64)},
		{Name: "seen", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "tags", Type: value.ArrayOf(value.Scalar(value.String))},
	}
	return &feature.Use{
		View: &feature.View{Name: "v", Entities: []string{"user"}, Schema: fields, Source: "s", Online: true, Generation: 1},
		Source: &feature.Source{Name: "s", Type: feature.FileSource, Path: "s.parquet", TimestampField: "event_timestamp",
			CreatedTimestampColumn: "created", DeletedColumn: "gone"},
		Alias:   "v",
		Keys:    []value.Field{{Name: "region", Type: value.Scalar(value.Int64)}, {Name: "user_id", Type: value.Scalar(value.String)}},
		Columns: []string{"region", "user_id"},
		Fields:  fields,
		Outputs: []string{"count", "text", "ratio", "seen", "tags"},
	}
}

// rows returns count rows of distinct keys, in descending order of key, with nulls, a missing created time and a
// tombstone among them.
func rows(count int, event eventtime.Instant) *sink.Rows {
	u := Use()
	r := &sink.Rows{Use: u, Snapshot: 1_000_000}
	for _, f := range u.Fields {
		r.Fields = append(r.Fields, value.NewColumn(f.Type, count))
	}
	for i := range count {
		n := int64(count - i)
		key, err := value.AppendKey(nil, []value.Value{value.OfInt64(n / 3), value.OfString(fmt.Sprintf("user_%03d", n))})
		if err != nil {
			panic(err) // short texts are keys
		}
		r.Encoded = append(r.Encoded, key)
		r.Event = append(r.Event, event)
		created := event + 5
		if i%4 == 1 {
			created = eventtime.None
		}
		r.Created = append(r.Created, created)
		r.Deleted = append(r.Deleted, i%7 == 6)
		cells := []value.Value{value.OfInt64(1<<53 + n), value.OfString("text"), value.OfFloat64(float64(event) / 3), value.OfInstant(-event), value.OfList(value.Array, []value.Value{value.OfString("a"), value.OfString("")})}
		for f, c := range cells {
			if (i+f)%5 == 4 {
				c = value.Value{}
			}
			r.Fields[f].Append(c)
		}
	}
	return r
}

// OneRow returns a single row without created time.
func OneRow() *sink.Rows {
	r := rows(1, 1000)
	r.Created[0] = eventtime.None
	return r
}

// want returns what r must read back as.
func want(r *sink.Rows, arrival bool) []Row {
	out := make([]Row, r.Len())
	for i := range out {
		out[i] = Row{Key: bytes.Clone(r.Encoded[i]), Event: r.Event[i], Created: r.Created[i], Deleted: r.Deleted != nil && r.Deleted[i]}
		if arrival && out[i].Created == eventtime.None {
			out[i].Created = r.Snapshot
		}
		if out[i].Deleted {
			continue
		}
		for _, c := range r.Fields {
			out[i].Cells = append(out[i].Cells, c.At(i))
		}
	}
	return out
}

// newest returns the newest row of each key, in order of key.
func newest(rows []Row) []Row {
	sorted := slices.Clone(rows)
	slices.SortStableFunc(sorted, func(a, b Row) int {
		return cmp.Or(bytes.Compare(a.Key, b.Key), cmp.Compare(b.Event, a.Event), cmp.Compare(b.Created, a.Created))
	})
	return slices.CompactFunc(sorted, func(a, b Row) bool { return bytes.Equal(a.Key, b.Key) })
}

func check(t *testing.T, target Target, want []Row) {
	t.Helper()
	got := newest(target.Read(t))
	want = newest(want)
	if len(got) != len(want) {
		t.Fatalf("got rows of %d keys, want %d", len(got), len(want))
	}
	for i := range want {
		g, w := got[i], want[i]
		if !bytes.Equal(g.Key, w.Key) || g.Event != w.Event || g.Created != w.Created || g.Deleted != w.Deleted || !w.Deleted && !slices.EqualFunc(g.Cells, w.Cells, value.Value.Identical) {
			t.Errorf("row %d: got %+v, want %+v", i, g, w)
		}
	}
}

// Run checks every promise of sink.Sink. open returns a sink on an empty store.
func Run(t *testing.T, open func(t *testing.T) Target) {
	t.Helper()
	for name, run := range map[string]func(*testing.T, Target){
		"RowsComeBack":                  comeBack,
		"NoRowsAreNoWork":               noRows,
		"NewestIsOfRowsThatAreNoDelete": newestEvent,
		"RepeatingChangesNothing":       repeat,
		"OrderDoesNotMatter":            order,
		"RowsAreNotRetained":            notRetained,
		"IncompleteRowsAreRefusedWhole": incomplete,
		"CancelledContextFails":         cancelled,
		"ConcurrentWrites":              concurrent,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, open(t))
		})
	}
}

func write(t *testing.T, target Target, r *sink.Rows) sink.Outcome {
	t.Helper()
	out, err := target.Sink.Write(context.Background(), Table, r)
	if err != nil {
		t.Fatalf("Write of %d rows: %v", r.Len(), err)
	}
	return out
}

func comeBack(t *testing.T, target Target) {
	r := rows(20, 1000)
	if out := write(t, target, r); out.Written != 20 || out.Superseded > 0 {
		t.Errorf("got %+v, want 20 rows written", out)
	}
	check(t, target, want(r, target.Arrival))
}

func noRows(t *testing.T, target Target) {
	if out := write(t, target, rows(0, 1000)); out.Written != 0 || out.Superseded > 0 {
		t.Errorf("got %+v, want nothing written", out)
	}
	check(t, target, nil)
}

func newestEvent(t *testing.T, target Target) {
	r := rows(20, 1000)
	r.Event[6], r.Event[7], r.Event[8] = 5000, 3000, 2000 // the first is of a tombstone
	for name, c := range map[string]struct {
		rows *sink.Rows
		want eventtime.Instant
	}{"rows": {r, 3000}, "older rows": {rows(20, 10), 10}, "before 1970": {rows(20, -7), -7}, "none": {rows(0, 1), eventtime.None}} {
		if out := write(t, target, c.rows); out.Newest != c.want {
			t.Errorf("%s: newest %d, want %d", name, out.Newest, c.want)
		}
	}
	gone := rows(3, 1)
	gone.Deleted = []bool{true, true, true}
	if out := write(t, target, gone); out.Newest != eventtime.None {
		t.Errorf("tombstones: newest %d, want none", out.Newest)
	}
}

func repeat(t *testing.T, target Target) {
	r := rows(20, 1000)
	write(t, target, r)
	before := len(target.Read(t))
	write(t, target, r)
	check(t, target, want(r, target.Arrival))
	if after := len(target.Read(t)); after != before {
		t.Errorf("%d rows after the same write twice, %d after one", after, before)
	}
}

func order(t *testing.T, target Target) {
	newer, older := rows(20, 2000), rows(25, 1000)
	write(t, target, newer)
	write(t, target, older)
	check(t, target, append(want(newer, target.Arrival), want(older, target.Arrival)...))
}

func notRetained(t *testing.T, target Target) {
	r := rows(20, 1000)
	expected := want(r, target.Arrival)
	write(t, target, r)
	clear(r.Event)
	clear(r.Created)
	clear(r.Deleted)
	for _, k := range r.Encoded {
		clear(k)
	}
	for _, c := range r.Fields {
		c.Resize(20)
	}
	check(t, target, expected)
}

func incomplete(t *testing.T, target Target) {
	for name, spoil := range map[string]func(*sink.Rows){
		"a created time is missing":      func(r *sink.Rows) { r.Created = r.Created[1:] },
		"a delete mark is missing":       func(r *sink.Rows) { r.Deleted = r.Deleted[1:] },
		"a key is missing":               func(r *sink.Rows) { r.Encoded = r.Encoded[1:] },
		"a field is missing":             func(r *sink.Rows) { r.Fields = r.Fields[1:] },
		"a field is short":               func(r *sink.Rows) { r.Fields[1].Resize(3) },
		"an event time is none":          func(r *sink.Rows) { r.Event[7] = eventtime.None },
		"an event time is out of range":  func(r *sink.Rows) { r.Event[7] = eventtime.Max + 1 },
		"a created time is out of range": func(r *sink.Rows) { r.Created[7] = eventtime.Min - 1 },
		"there is no snapshot":           func(r *sink.Rows) { r.Snapshot = eventtime.None },
	} {
		r := rows(20, 1000)
		spoil(r)
		if _, err := target.Sink.Write(context.Background(), Table, r); errs.CodeOf(err) != errs.InvalidArgument {
			t.Errorf("%s: got %v, want invalid_argument", name, err)
		}
	}
	check(t, target, nil)
}

func cancelled(t *testing.T, target Target) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := target.Sink.Write(ctx, Table, rows(20, 1000)); errs.CodeOf(err) != errs.Canceled {
		t.Errorf("got %v, want canceled", err)
	}
}

func concurrent(t *testing.T, target Target) {
	var wg sync.WaitGroup
	var all []Row
	for n := range 8 {
		r := rows(10+n, eventtime.Instant(1000+n*7%5))
		all = append(all, want(r, target.Arrival)...)
		wg.Go(func() {
			if _, err := target.Sink.Write(context.Background(), Table, r); err != nil {
				t.Errorf("writer %d: %v", n, err)
			}
		})
	}
	wg.Wait()
	keys := newest(all)
	got := newest(target.Read(t))
	if len(got) != len(keys) {
		t.Fatalf("got rows of %d keys, want %d", len(got), len(keys))
	}
	for i := range keys {
		if !bytes.Equal(got[i].Key, keys[i].Key) || got[i].Event != keys[i].Event {
			t.Errorf("key %x: got event %d, want %d", keys[i].Key, got[i].Event, keys[i].Event)
		}
	}
}
