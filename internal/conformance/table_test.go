package conformance_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/value"
)

// ttl is that of the view "aging"; the view "lasting" has none.
const ttl = eventtime.Hour

// moments are the asOf of the reads, counted from now in microseconds.
var moments = [3]eventtime.Duration{-1, 0, 1}

// A standing is a way for rows to stand in a store, and the status of their values at each of the moments: in the view
// that has a ttl, and in the one that has none.
type standing struct {
	name          string
	event         eventtime.Instant
	deleted, none bool // there is a tombstone; there is nothing
	aging         [3]value.Status
	lasting       [3]value.Status
}

func standings() []standing {
	const bound = now - eventtime.Instant(ttl)
	all := func(s value.Status) [3]value.Status { return [3]value.Status{s, s, s} }
	const present, expired, unknown = value.Present, value.OutsideMaxAge, value.Error
	return []standing{
		{name: "the ttl and 2 µs old", event: bound - 2, aging: all(expired), lasting: all(present)},
		{name: "the ttl and 1 µs old", event: bound - 1, aging: [3]value.Status{present, expired, expired}, lasting: all(present)},
		{name: "as old as the ttl", event: bound, aging: [3]value.Status{present, present, expired}, lasting: all(present)},
		{name: "the ttl less 1 µs old", event: bound + 1, aging: all(present), lasting: all(present)},
		{name: "of now", event: now, aging: [3]value.Status{unknown, present, present}, lasting: [3]value.Status{unknown, present, present}},
		{name: "deleted", event: bound + 2, deleted: true, aging: all(value.NotFound), lasting: all(value.NotFound)},
		{name: "not there", none: true, aging: all(value.NotFound), lasting: all(value.NotFound)},
	}
}

// A row is one entity of the table: its key, how it stands, and the number of the value that it has in each column. Every
// other row has no created time.
type row struct {
	key int64
	standing
	n int
}

// rows are all standings with as many values as the column with the most has. Keys begin where floats end to be exact.
func rows(all []column) []row {
	most := 0
	for _, c := range all {
		most = max(most, len(c.values)+1)
	}
	var out []row
	for _, s := range standings() {
		for n := range most {
			out = append(out, row{odd + int64(len(out)), s, n})
		}
	}
	return out
}

func fieldName(i int) string { return fmt.Sprintf("f%d", i) }

// tableSet defines the views of the table.
func tableSet() *definitions {
	set := storetest.Set("created", fields(columns())...)
	set.Entities[0].ValueType = value.Scalar(value.Int64)
	set.Sources[0].DeletedColumn = "deleted"
	set.Sources = append(set.Sources, &feature.Source{Name: "p", Type: feature.PushSource, BatchSource: "src"})
	set.Views[0].Source = "p"
	aging, lasting := set.Views[0], *set.Views[0]
	aging.Name, aging.TTL, lasting.Name = "aging", ttl, "lasting"
	set.Views = append(set.Views, &lasting)
	return set
}

// history returns the source's rows.
func history(all []column, rs []row) *value.Batch {
	b := &value.Batch{}
	add := func(name string, t value.Type, of func(row) value.Value) {
		c := value.NewColumn(t, len(rs))
		for _, r := range rs {
			if !r.none {
				c.Append(of(r))
			}
		}
		b.Rows = c.Len()
		b.Add(name, c)
	}
	add("k", value.Scalar(value.Int64), func(r row) value.Value { return value.OfInt64(r.key) })
	add("event", value.Scalar(value.UnixTimestamp), func(r row) value.Value { return value.OfInstant(r.event) })
	add("created", value.Scalar(value.UnixTimestamp), func(r row) value.Value {
		if r.n%2 == 0 {
			return value.Value{}
		}
		return value.OfInstant(r.event)
	})
	add("deleted", value.Scalar(value.Bool), func(r row) value.Value { return value.OfBool(r.deleted) })
	for i, f := range fields(all) {
		add(f.Name, f.Type, func(r row) value.Value { return all[i].at(r.n).value })
	}
	return b
}

// TestEveryStoreAnswersTheTable is the conformance table: stores × statuses × ages around the ttl × values of every type. However
// rows were written, each store answers each of them as the table says, byte for byte as the others, when it is asked first
// and when it is asked again: JSON by the rule of design/semantics.md 2.2, gRPC bit by bit.
func TestEveryStoreAnswersTheTable(t *testing.T) {
	t.Parallel()
	ways := map[string]func(*stack, *value.Batch){"materialized": materialized, "pushed": pushed}
	reference := answers(newStack(t, backends()[0], tableSet()), materialized)
	for how, write := range ways {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			onEveryStore(t, tableSet, func(s *stack) {
				for name, got := range answers(s, write) {
					if got != reference[name] {
						s.Errorf("%s: the answer is not that of the store in memory:\n got %.2000s\nwant %.2000s", name, got, reference[name])
					}
				}
			})
		})
	}
}

// materialized writes rows by a run of each view.
func materialized(s *stack, rows *value.Batch) {
	s.offline.Put("src", rows)
	report, err := s.store.Materialize(s.Context(), &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: now - eventtime.Instant(2*ttl), End: now})
	s.must(err)
	for _, v := range report.Views {
		if v.Run == nil || v.Run.Rejected != 0 || v.Run.Written != int64(rows.Rows) {
			s.Fatalf("materialize %d rows: %+v, %v", rows.Rows, v.Run, v.Err)
		}
	}
}

// pushed writes rows by one push for both views.
func pushed(s *stack, rows *value.Batch) {
	report, err := s.store.Push(s.Context(), &truepoint.PushRequest{Source: "p", Rows: input.FromBatch(rows)})
	s.must(err)
	for _, v := range report.Views {
		if v.Written != int64(rows.Rows) {
			s.Fatalf("push %d rows: %+v", rows.Rows, v)
		}
	}
}

// answers writes the table, checks every answer, and returns them.
func answers(s *stack, write func(*stack, *value.Batch)) map[string]string {
	all := columns()
	rs := rows(all)
	write(s, history(all, rs))
	out := map[string]string{}
	for at := range moments {
		for _, view := range []string{"aging", "lasting"} {
			a := &asking{s, view, all, rs, at}
			for name, ask := range map[string]func() string{"Feast's route": a.feastHTTP, "our route": a.ownHTTP, "Feast's service": a.feastGRPC, "our service": a.ownGRPC} {
				name = fmt.Sprintf("%s, %s, %d µs", view, name, moments[at])
				out[name] = ask()
				if again := ask(); again != out[name] {
					s.Errorf("%s: asked again the answer is\n%.2000s, before it was\n%.2000s", name, again, out[name])
				}
			}
		}
	}
	return out
}

// An asking is a read of all columns of all rows of one view at one of the moments.
type asking struct {
	*stack
	view string
	all  []column
	rows []row
	at   int
}

func (a *asking) asOf() eventtime.Instant { return now.Add(moments[a.at]) }

func (a *asking) features() []string {
	out := make([]string, len(a.all))
	for i := range out {
		out[i] = a.view + ":" + fieldName(i)
	}
	return out
}

func (a *asking) keys() []int64 {
	out := make([]int64, len(a.rows))
	for i, r := range a.rows {
		out[i] = r.key
	}
	return out
}

// status returns what the table says of a row at moment at, but for nulls.
func (a *asking) status(r row, at int) value.Status {
	if a.view == "lasting" {
		return r.lasting[at]
	}
	return r.aging[at]
}

// body is the JSON of the request, with more members.
func (a *asking) body(more string) string {
	keys := strings.Join(strings.Fields(strings.Trim(fmt.Sprint(a.keys()), "[]")), ",")
	names, err := json.Marshal(a.features())
	a.must(err)
	return `{"entities":{"k":[` + keys + `]},"features":` + string(names) + more + `}`
}

// text returns the bytes of a message.
func (a *asking) text(m proto.Message) string {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	a.must(err)
	return string(b)
}

// want returns the cell and the status that a row must have in a column at moment at.
func (a *asking) want(r row, c *column, at int) (cell, value.Status) {
	w := c.at(r.n)
	s := a.status(r, at).Of(w.value.IsNull())
	if s != value.Present {
		w = is(value.Value{}, `null`)
	}
	return w, s
}

// event returns the event time that a row must have at moment at.
func (a *asking) event(r row, at int) eventtime.Instant {
	if a.status(r, at) == value.NotFound {
		return eventtime.None
	}
	return r.event
}
