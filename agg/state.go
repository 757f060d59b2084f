package agg

import (
	"cmp"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A State is what a function has to remember of the rows that it was given. States of one Spec merge associatively and
// commutatively, and a new one is the identity: their Final depends on the set of rows alone. A State is not safe for
// concurrent use.
type State interface {
	// Add takes in a row's value, which is not null and of the Spec's Input; of a count without column any value will do.
	// The Rank of at is kept and must not change.
	Add(v value.Value, at Order)
	// Merge takes in all rows of another State of the same Spec, which is left as it was. A State of another kind panics.
	Merge(other State)
	// Final returns the function's value: null, 0 or an empty Array of no rows, as the function says. The State goes on.
	// Error: OutOfRange where a sum of integers does not fit into an Int64.
	Final() (value.Value, error)
	// Append appends bytes of which Spec.Parse makes an equal State. Equal sets of rows give equal bytes.
	Append(dst []byte) []byte
}

// A Remover is a State from which rows can be taken away again: those of count, sum, mean and the moments.
type Remover interface {
	State
	// Remove undoes one Add of the same value. Removing what was not added leaves a State without meaning.
	Remove(v value.Value, at Order)
}

// New returns the State of no rows. Errors: those of Result.
func (s Spec) New() (State, error) {
	e, err := s.entry()
	if err != nil {
		return nil, err
	}
	if e.formula != nil {
		return newTotals(e, s.Input), nil
	}
	return e.state(s), nil
}

// An Order places a row in the order of time (design/semantics.md 4): first and last go by it.
type Order struct {
	Event    eventtime.Instant
	Created  eventtime.Instant // None is earlier than every instant
	Rank     []value.Value     // the source's arrival sequence and tie-break columns; scalars
	Position int64             // of the row in its table; decides between rows that are otherwise tied
}

// Compare returns −1, 0 or 1: by event time, then created time, then rank, column by column as value.Compare does, then
// position.
func (o *Order) Compare(p *Order) int {
	c := cmp.Or(cmp.Compare(o.Event, p.Event), cmp.Compare(o.Created, p.Created))
	for i := 0; c == 0 && i < min(len(o.Rank), len(p.Rank)); i++ {
		c = value.Compare(o.Rank[i], p.Rank[i])
	}
	return cmp.Or(c, cmp.Compare(len(o.Rank), len(p.Rank)), cmp.Compare(o.Position, p.Position))
}

// StateFormat is the first byte of every State (docs/adr/0014-windows.md, fixtures in testdata/state-1.txt).
const StateFormat = 1

// Empty returns the value of no rows, that of a state to which nothing was added: 0 for counts, an empty Array for lists,
// otherwise null. Errors: those of Result.
func (s Spec) Empty() (value.Value, error) {
	state, err := s.New()
	if err != nil {
		return value.Value{}, err
	}
	return state.Final()
}

// Parse returns the State that b begins with, and the bytes behind it. Errors: those of Result, and DataLoss for bytes
// that a State of s does not write.
func (s Spec) Parse(b []byte) (State, []byte, error) {
	st, err := s.New()
	if err != nil {
		return nil, nil, err
	}
	r := reader{rest: b}
	if r.byte() != StateFormat {
		r.fail("an unknown format")
	}
	st.(parser).parse(&r)
	if r.why != "" {
		return nil, nil, errs.New(errs.DataLoss, "corrupt state of %s: %s", s.Function, r.why).WithID("T0704")
	}
	return st, r.rest, nil
}

// A parser is what every State is inside this package: it reads into itself, being new, what Append wrote behind the
// format.
type parser interface{ parse(r *reader) }
