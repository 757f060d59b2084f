package serving_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/server/onlinejson"
	"github.com/truepoint/truepoint/server/onlineproto"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// A stamped is an online driver whose writes all pass through it.
type stamped struct {
	online.Driver
	stamps *online.Stamps
}

func (s *stamped) Stamps() *online.Stamps { return s.stamps }

func (s *stamped) PutBatch(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
	s.stamps.Begin(cells)
	defer s.stamps.End(cells)
	return s.Driver.PutBatch(ctx, table, cells)
}

func (s *stamped) Drop(ctx context.Context, table string) error {
	s.stamps.BeginAll()
	defer s.stamps.EndAll()
	return s.Driver.Drop(ctx, table)
}

// A roomy driver lays rows in the memory of its caller, where they stay until the next reading.
type roomy struct{ online.Driver }

func (d roomy) GetBatch(ctx context.Context, items []online.TableKeys) error {
	err := d.Driver.GetBatch(ctx, items)
	for _, item := range items {
		for i, row := range item.Rows {
			if place := item.Room.Take(len(row)); row != nil && place != nil {
				copy(place, row)
				item.Rows[i] = place
			}
		}
	}
	return err
}

// kindsOfFields returns fields whose values are written in all different ways.
func kindsOfFields() []feature.Field {
	seven, nine, inf := "7", "9", `"a\"b"`
	return []feature.Field{
		{Name: "i", Type: value.Scalar(value.Int64), Default: &feature.Default{Null: &seven}},
		{Name: "d", Type: value.Scalar(value.Float64), Default: &feature.Default{Absent: &nine}},
		{Name: "s", Type: value.Scalar(value.String), Default: &feature.Default{Null: &inf, Absent: &inf}},
		{Name: "t", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "a", Type: value.Type{Kind: value.Array, Elem: &value.Type{Kind: value.Float32}}},
	}
}

// mixedSet has views with and without a ttl, over one key, a renamed one, two keys and none.
func mixedSet() *feature.Set {
	set := storetest.Set("created", kindsOfFields()...)
	set.Entities[0].ValueType = value.Scalar(value.Int64)
	set.Entities = append(set.Entities, &feature.Entity{Name: "h", JoinKeys: []string{"h"}, ValueType: value.Scalar(value.String)})
	view := func(name string, ttl eventtime.TTL, entities []string, fields ...feature.Field) {
		v := *set.Views[0]
		v.Name, v.TTL, v.Entities, v.Schema = name, ttl, entities, fields
		set.Views = append(set.Views, &v)
	}
	view("w", eventtime.TTL(eventtime.Hour), []string{"e"}, kindsOfFields()...)
	view("two", eventtime.TTL(eventtime.Hour), []string{"e", "h"}, kindsOfFields()[:2]...)
	view("none", 0, nil, kindsOfFields()[:1]...)
	set.Services = []*feature.Service{
		{Name: "all", Features: []feature.Projection{{View: "v"}, {View: "w"}, {View: "two"}, {View: "none"}}},
		{Name: "twice", Features: []feature.Projection{{View: "w"}, {View: "w", Alias: "x", JoinKeyMap: map[string]string{"k": "other"}}, {View: "v", Features: []string{"s"}}}},
	}
	return set
}

// grown is mixedSet with one more feature of v, which rows that were written before lack.
func grown() *feature.Set {
	set := mixedSet()
	set.Views[0].Schema = append(kindsOfFields(), feature.Field{Name: "late", Type: value.Scalar(value.Int64), Default: &feature.Default{Absent: new("5")}})
	return set
}

// A writer puts random rows of a set into the online store.
type writer struct {
	r     *rand.Rand
	rig   *storetest.Rig
	store *online.Store
	set   *feature.Set
	puts  int
}

func (w *writer) value(t value.Type) value.Value {
	switch t.Kind {
	case value.Int64:
		return value.OfInt64(int64(w.r.Uint64()))
	case value.Float64:
		return value.OfFloat64([]float64{0, math.Copysign(0, -1), 1, 0.1, 1e300, math.NaN(), math.Inf(1), math.Inf(-1)}[w.r.IntN(8)])
	case value.String:
		return value.OfString(strings.Repeat([]string{"", "a", "é\"", "x\n", strings.Repeat("long ", 60)}[w.r.IntN(5)], w.r.IntN(3)))
	case value.UnixTimestamp:
		return value.OfInstant(noon + eventtime.Instant(w.r.IntN(1e7)))
	}
	parts := make([]value.Value, w.r.IntN(4))
	for i := range parts {
		parts[i] = value.OfFloat32([]float32{1.5, float32(math.NaN()), -0.25}[w.r.IntN(3)])
	}
	return value.OfList(value.Array, parts)
}

// put writes one random row: recent, old, of the future, a delete; now and then it drops a table.
func (w *writer) put(t *testing.T) {
	v := w.set.Views[w.r.IntN(len(w.set.Views))]
	table := v.Table(storetest.Project)
	if w.r.IntN(60) == 0 {
		if err := w.store.Drop(t.Context(), table); err != nil {
			t.Fatal(err)
		}
		return
	}
	parts := map[string][]value.Value{"two": {value.OfInt64(w.r.Int64N(4)), value.OfString(string(rune('a' + w.r.IntN(2))))}, "none": {}}[v.Name]
	if parts == nil {
		parts = []value.Value{value.OfInt64(w.r.Int64N(6))}
	}
	key, err := value.AppendKey(nil, parts)
	if err != nil {
		t.Fatal(err)
	}
	ages := []eventtime.Duration{0, eventtime.Minute, eventtime.Hour, eventtime.Hour + 1, 3 * eventtime.Hour, -eventtime.Second, -eventtime.Minute}
	at := value.Version{Event: w.rig.Clock.Now().Add(-ages[w.r.IntN(len(ages))]), Created: eventtime.None, Snapshot: w.rig.Clock.Now()}
	if w.r.IntN(2) == 0 {
		at.Created = at.Event + eventtime.Instant(w.r.IntN(1000))
	}
	row := value.AppendTombstone(nil, at)
	w.puts++
	damaged := w.puts%80 == 40
	if damaged || w.r.IntN(8) > 0 {
		schema := v.RowSchema()
		if w.r.IntN(3) == 0 && len(v.Schemas) > 0 {
			schema = &v.Schemas[w.r.IntN(len(v.Schemas))]
		}
		cells := make([]value.Value, len(schema.Fields))
		for i, f := range schema.Fields {
			if w.r.IntN(6) > 0 {
				cells[i] = w.value(f.Type)
			}
		}
		if row, err = value.AppendRow(nil, schema, at, cells); err != nil {
			t.Fatal(err)
		}
	}
	if damaged {
		row = row[:len(row)-1]
	}
	if _, err := w.rig.Online.PutBatch(t.Context(), table, []online.Cell{{Key: key, Row: row}}); err != nil && !damaged {
		t.Fatal(err)
	}
}

func (w *writer) request() *serving.Request {
	q := &serving.Request{AsOf: eventtime.None, OnError: []serving.OnError{serving.Fail, serving.Cells}[w.r.IntN(2)]}
	if w.r.IntN(4) == 0 {
		q.AsOf = w.rig.Clock.Now().Add(eventtime.Duration(w.r.Int64N(int64(2*eventtime.Hour))) - eventtime.Hour)
	}
	switch w.r.IntN(3) {
	case 0:
		q.Service, q.Names = "all", feature.FullNames
	case 1:
		q.Service, q.Names = "twice", feature.FullNames
	default:
		q.Features = []string{"v:s", "w:d", "v:i", "w:t", "v:a"}[w.r.IntN(4):]
	}
	rows := []int{0, 1, 2, 9, 70}[w.r.IntN(5)]
	k, other, h := make([]string, rows), make([]string, rows), make([]string, rows)
	for i := range rows {
		k[i], other[i], h[i] = fmt.Sprint(w.r.IntN(7)), fmt.Sprint(w.r.IntN(7)), string(rune('a'+w.r.IntN(3)))
	}
	q.Entities = []input.Column{input.FromTexts("h", h), input.FromTexts("k", k), input.FromTexts("other", other)}
	return q
}

// TestARenderingIsTheResponse writes and reads at random, with a cache, with one so small that it forgets all the time, without,
// and with both kinds of cache where writes are not seen: each rendering must be, byte by byte, what Read answers of the same moment.
func TestARenderingIsTheResponse(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	driver := &stamped{memonline.New(), online.NewStamps()}
	rig := storetest.New(t, noon, func(o *truepoint.Options) { o.Online = driver })
	rig.Online = driver
	defer rig.Store.Close()
	rig.Apply(t, mixedSet())
	rig.Apply(t, grown())
	set, _, err := rig.Store.Definitions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	small := rig.Second(t, func(o *truepoint.Options) { o.Serving.CacheBytes = 1 })
	none := rig.Second(t, func(o *truepoint.Options) { o.Serving.CacheBytes = -1 })
	byRows := rig.Second(t, func(o *truepoint.Options) { o.Online = roomy{driver.Driver} })
	smallByRows := rig.Second(t, func(o *truepoint.Options) { o.Online, o.Serving.CacheBytes = roomy{driver.Driver}, 1 })
	w := &writer{r: rand.New(rand.NewPCG(seed, 1)), rig: rig, store: online.New(driver, nil), set: set}
	var r serving.Rendering
	var out writers
	failed, seen := 0, map[value.Status]int{}
	for step := range 2000 {
		if w.r.IntN(3) == 0 {
			w.put(t)
		}
		if w.r.IntN(10) == 0 {
			rig.Clock.Add(eventtime.Duration(w.r.Int64N(int64(20 * eventtime.Minute))))
		}
		q := w.request()
		want, wantErr := rig.Store.Online(t.Context(), q)
		for name, s := range map[string]*truepoint.Store{"cached": rig.Store, "small": small, "none": none, "by rows": byRows, "small by rows": smallByRows} {
			for _, form := range []serving.Form{serving.FeastForm, serving.OwnForm, serving.PackedForm} {
				gotErr := s.Render(t.Context(), q, form, &r)
				if wantErr != nil || gotErr != nil {
					if failed++; fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
						t.Fatalf("step %d, %s: got error %v, want %v", step, name, gotErr, wantErr)
					}
					continue
				}
				if got, expected := out.both(form, &r, want); string(got) != string(expected) {
					at := 0
					for at < min(len(got), len(expected)) && got[at] == expected[at] {
						at++
					}
					at = max(0, at-80)
					t.Fatalf("step %d, %s, form %d, %d rows, %s%v:\n got …%.300s\nwant …%.300s", step, name, form, want.Rows, q.Service, q.Features, got[min(at, len(got)):], expected[min(at, len(expected)):])
				}
				_, cells := r.Counts()
				for _, all := range cells {
					for st, n := range all {
						seen[value.Status(st)] += n
					}
				}
				compareRowCells(t, &r, want, form)
			}
		}
	}
	if failed < 30 {
		t.Errorf("only %d requests met a damaged row: the generator is too tame", failed)
	}
	for st := value.Error; st <= value.OutsideMaxAge; st++ {
		if seen[st] < 500 {
			t.Errorf("only %d cells were %s: the generator is too tame", seen[st], st)
		}
	}
	if s := rig.Store.CacheStats(); s.Hits < 2000 || s.Stale < 100 {
		t.Errorf("the cache was hardly used: %+v", s)
	}
	if s := byRows.CacheStats(); s.Hits < 2000 || s.Stale > 0 {
		t.Errorf("what is kept by its rows was hardly used: %+v", s)
	}
	t.Logf("%d requests failed on all sides, cells %v, cache %+v", failed, seen, rig.Store.CacheStats())
}

// writers write what a rendering of any form is for.
type writers struct {
	json  onlinejson.Writer
	proto onlineproto.Writer
	feast bool // the next PackedForm is written as Feast's message
}

// both returns what is written of a rendering and of a response.
func (w *writers) both(form serving.Form, r *serving.Rendering, want *serving.Response) (got, expected []byte) {
	switch form {
	case serving.FeastForm:
		return w.whole(w.json.AppendFeast(nil, r)), onlinejson.AppendFeast(nil, want)
	case serving.OwnForm:
		return w.whole(w.json.Append(nil, r)), onlinejson.Append(nil, want)
	}
	if w.feast = !w.feast; w.feast {
		return w.proto.AppendFeast(nil, r), onlineproto.AppendFeast(nil, want)
	}
	return w.proto.Append(nil, r), onlineproto.Append(nil, want)
}

// whole returns the answer of a text; what is wrong with its length in place of it.
func (w *writers) whole(text []byte) []byte {
	pieces, length := w.json.Pieces(text)
	all := slices.Concat(pieces...)
	if len(all) != length {
		return fmt.Appendf(nil, "%d bytes, said to be %d", len(all), length)
	}
	return all
}

// compareRowCells compares the cells of each row of a rendering with those of a response.
func compareRowCells(t *testing.T, r *serving.Rendering, want *serving.Response, form serving.Form) {
	t.Helper()
	for row := range want.Rows {
		seen := 0
		r.RowCells(row, func(c *serving.RowCell) {
			of := &want.Columns[seen]
			cell := of.Cells[row]
			text := string(jsonvalue.AppendTyped(nil, cell.Value, of.Field.Type))
			if form != serving.FeastForm {
				text = string(jsonvalue.AppendOwnTyped(nil, cell.Value, of.Field.Type))
			}
			word := jsonvalue.NonFinite(cell.Value)
			if c.Column != seen || c.NonFinite != word || string(c.Text) != text || c.Status != cell.Status || c.Event != cell.Event || c.Defaulted != cell.Defaulted || c.Reason != cell.Reason {
				t.Fatalf("row %d, column %d: got %+v %s, want %+v", row, seen, c, c.Text, cell)
			}
			seen++
		})
		if seen != len(want.Columns) {
			t.Fatalf("row %d has %d cells, want %d", row, seen, len(want.Columns))
		}
	}
}
