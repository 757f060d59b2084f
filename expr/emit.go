package expr

import "github.com/truepoint/truepoint/errs"

// A step runs one kernel on registers, which are numbered.
type step struct {
	kernel kernel
	lazy   bool
	args   []int
	out    int
}

// A slot says what a register holds before the first step.
type slot struct {
	storage  storage
	constant any // of a literal; nil for all others, and for null
	null     bool
	input    int  // column + 1 of an input; 0 for all others
	borrows  bool // an input whose column has the register's storage, which is used in place
	asOf     bool
}

// An emitter turns a checked tree into steps.
type emitter struct {
	*source
	program *Program
	inputs  map[string]int // column → register
	faults  errs.List
}

func (e *emitter) slot(s slot) int {
	e.program.slots = append(e.program.slots, s)
	return len(e.program.slots) - 1
}

func (e *emitter) step(k kernel, o *overload, out storage, args ...int) int {
	r := e.slot(slot{storage: out})
	e.program.steps = append(e.program.steps, step{kernel: k, lazy: o.lazy, args: args, out: r})
	e.program.heavy = e.program.heavy || o.makes
	return r
}

var widening overload

// emit appends the steps of n and returns the register of its value, as a value of type want.
func (e *emitter) emit(n *node, want typ) int {
	if n.typ.class == nothing && n.kind != callNode {
		return e.slot(slot{storage: want.storage(), null: true})
	}
	var r int
	switch n.kind {
	case literalNode:
		return e.constant(n, want)
	case asOfNode:
		r = e.slot(slot{storage: storeInts, asOf: true})
	case columnNode:
		r = e.inputs[n.name]
	default:
		r = e.call(n)
	}
	return e.widen(r, n.typ.class, want)
}

func (e *emitter) constant(n *node, want typ) int {
	v := n.literal
	if i, ok := v.(int64); ok && want.class == float {
		v = float64(i)
	}
	return e.slot(slot{storage: want.storage(), constant: v})
}

func (e *emitter) widen(r int, from class, want typ) int {
	switch {
	case from == want.class:
		return r
	case from == integer:
		return e.step(widenInts, &widening, storeFloats, r)
	case from == date:
		return e.step(widenDates, &widening, storeInts, r)
	}
	return e.step(func(int, *register, []*register) {}, &widening, want.storage(), r) // all null
}

func (e *emitter) call(n *node) int {
	o := n.overload
	var args []int
	b := binding{shared: n.shared}
	for i, a := range n.args {
		switch o.args[i] {
		case word:
			b.words = append(b.words, a.literal.(string))
		case list:
			for _, x := range a.args {
				b.list = append(b.list, x.literal)
			}
		case anything:
			args = append(args, e.emit(a, n.shared))
		default:
			args = append(args, e.emit(a, typ{class: o.args[i]}))
		}
	}
	k := o.kernel
	if o.bind != nil {
		var err error
		if k, err = o.bind(b); err != nil {
			e.refuse(n, err)
		}
	}
	return e.step(k, o, n.typ.storage(), args...)
}

// refuse adds the fault of a literal at its place.
func (e *emitter) refuse(n *node, err error) {
	at := n
	for i, a := range n.args {
		if n.overload.args[i] == word {
			at = a
			break
		}
	}
	cause := errs.All(err)[0]
	id := cause.ID
	if id == "" {
		id = "T1107"
	}
	f := e.fault(at.at, at.width, id, "%s: %s", n.name, cause.Message)
	f.Hint = cause.Hint
	e.faults.Add(f)
}
