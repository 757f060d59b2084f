package conformance_test

import (
	"fmt"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/value"
)

// Feast: the value is answered, PRESENT.
func expired(s *stack) {
	s.push(of(1, ago(40*eventtime.Day), 1), of(2, ago(eventtime.Hour), 2))
	s.put(of(3, ago(40*eventtime.Day), 3))
	s.between(ago(60*eventtime.Day), now)
	s.wants("null OUTSIDE_MAX_AGE, 2 PRESENT, null OUTSIDE_MAX_AGE", 1, 2, 3)
}

// Feast: Redis says PRESENT.
func unknown(s *stack) {
	s.wants("null NOT_FOUND", 1)
	s.push(of(2, ago(eventtime.Hour), 2))
	s.wants("null NOT_FOUND, 2 PRESENT", 1, 2)
}

// Feast: SQLite goes back to the older row.
func older(s *stack) {
	s.push(of(1, ago(eventtime.Hour), 2))
	s.push(of(1, ago(2*eventtime.Hour), 1))
	s.put(of(2, ago(eventtime.Hour), 2), of(2, ago(5*eventtime.Hour), 1), of(1, ago(3*eventtime.Hour), 0))
	s.between(ago(2*eventtime.Hour), now)
	s.between(ago(9*eventtime.Hour), ago(2*eventtime.Hour))
	s.wants("2 PRESENT, 2 PRESENT", 1, 2)
}

// Feast: Redis drops the correction.
func corrected(s *stack) {
	event := ago(3 * eventtime.Hour)
	s.push(fact{1, event, event, 1})
	s.push(fact{1, event, event + 1, 2})
	s.push(fact{1, event, event - 1, 3})
	s.put(fact{2, event, event, 1}, fact{2, event, event + 1, 2}, fact{2, event, eventtime.Min, 3})
	s.between(event, now)
	s.wants("2 PRESENT, 2 PRESENT", 1, 2)
	// Without a created column rows are created when they arrive.
	for n := range 2 {
		s.clock.Add(eventtime.Second)
		s.pushTo("p_u", map[string][]string{"k": {"1"}, "n": {fmt.Sprint(n)}, "event": {`"` + event.String() + `"`}})
	}
	if got := s.read(`"features":["u:n"],"entities":{"k":[1]}`); got != "1 PRESENT" {
		s.Errorf("pushed again: got %s", got)
	}
}

// Feast: SQLite ends with the row that stands last in the batch.
func batched(s *stack) {
	s.push(of(1, ago(eventtime.Hour), 3), of(1, ago(2*eventtime.Hour), 2), of(2, ago(2*eventtime.Hour), 2), of(2, ago(eventtime.Hour), 3), of(1, ago(3*eventtime.Hour), 1))
	s.wants("3 PRESENT, 3 PRESENT", 1, 2)
}

// Feast: null is PRESENT.
func nulled(s *stack) {
	s.push(of(1, ago(2*eventtime.Hour), 1))
	s.push(of(1, ago(eventtime.Hour), nil))
	s.put(of(2, ago(2*eventtime.Hour), 1), of(2, ago(eventtime.Hour), nil))
	s.between(ago(eventtime.Day), now)
	s.wants("null NULL_VALUE, null NULL_VALUE", 1, 2)
	for i, event := range s.columns(`"features":["v:n"],"entities":{"k":[1,2]}`)[1].Events {
		if want := ago(eventtime.Hour).String(); *event != want {
			s.Errorf("row %d has the event time %s, want that of the null, %s", i, *event, want)
		}
	}
}

// Feast: neither the late row nor the new entity arrives.
func late(s *stack) {
	early := []fact{of(1, ago(2*eventtime.Hour), 1)}
	s.put(early...)
	s.upTo(now)
	s.wants("1 PRESENT, null NOT_FOUND", 1, 2)
	s.clock.Add(eventtime.Hour)
	arrived := now.Add(eventtime.Hour / 2)
	s.put(append(early, fact{1, ago(eventtime.Hour), arrived, 2}, fact{2, ago(3 * eventtime.Hour), arrived, 3})...)
	s.upTo(now.Add(eventtime.Hour))
	s.wants("2 PRESENT, 3 PRESENT", 1, 2)
}

// Feast: the run starts a ttl before the clock, so that nothing is written, and says nothing.
func first(s *stack) {
	end := ago(21 * eventtime.Day)
	s.put(of(1, end.Add(-eventtime.Hour), 1), of(2, end.Add(-2*eventtime.Day), 2))
	if run := s.upTo(end); run.Written != 1 || run.Start != end.Add(-eventtime.Day) {
		s.Errorf("%d rows were written from %s, want 1 from a day before %s", run.Written, run.Start, end)
	}
	status, text := s.post("/v1/online", `{"features":["v:n"],"entities":{"k":[1]},"as_of":"`+end.String()+`"}`)
	if status != 200 || !strings.Contains(text, `"values":[1],"statuses":["PRESENT"]`) {
		s.Errorf("as of the end of the run: %d %s", status, text)
	}
}

// Feast: one engine takes the first row of a file, the other the last.
func tied(s *stack) {
	event := ago(eventtime.Hour)
	s.offline.Put("src_u", storetest.Batch([]string{"k:Int64", "event:UnixTimestamp", "n:Int64"},
		[]any{1, event, 1}, []any{2, event, 2}, []any{2, event, 1}, []any{1, event, 2}, []any{3, event, 7}, []any{3, event, 7}))
	run := s.materialize(&truepoint.MaterializeRequest{Views: []string{"u"}, Mode: materialize.Interval, Start: event, End: now})
	if run.Ambiguous != 2 {
		s.Errorf("%d cells are ambiguous, want 2", run.Ambiguous)
	}
	if got := s.read(`"features":["u:n"],"entities":{"k":[1,2,3]}`); got != "2 PRESENT, 1 PRESENT, 7 PRESENT" {
		s.Errorf("got %s", got)
	}
}

// Feast: 2⁵³+1 comes back as 2⁵³.
func exact(s *stack) {
	s.put(of(1, ago(eventtime.Hour), odd), of(2, ago(eventtime.Hour), nil), of(odd, ago(eventtime.Hour), -odd))
	s.between(ago(eventtime.Day), now)
	s.push(of(3, ago(eventtime.Hour), odd), of(4, ago(eventtime.Hour), nil))
	s.wants("9007199254740993 PRESENT, null NULL_VALUE, 9007199254740993 PRESENT, -9007199254740993 PRESENT, null NOT_FOUND", 1, 2, 3, odd, odd-1)
}

// Feast: SQLite with vectors cannot bind a list.
func lists(s *stack) {
	b := storetest.Batch([]string{"k:Int64", "event:UnixTimestamp", "created:UnixTimestamp", "n:Int64", "x:Float64", "b:Bytes"},
		[]any{1, ago(eventtime.Hour), nil, nil, nil, nil}, []any{2, ago(eventtime.Hour), nil, nil, nil, nil})
	tags := value.NewColumn(value.ArrayOf(value.Scalar(value.String)), 0)
	tags.Append(value.OfList(value.Array, []value.Value{value.OfString("a"), {}, value.OfString("")}))
	tags.Append(value.OfList(value.Array, nil))
	b.Add("tags", tags)
	s.offline.Put("src_v", b)
	s.between(ago(eventtime.Day), now)
	if got := s.read(`"features":["v:tags"],"entities":{"k":[1,2]}`); got != `["a",null,""] PRESENT, [] PRESENT` {
		s.Errorf("got %s", got)
	}
}
