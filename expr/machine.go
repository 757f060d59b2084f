package expr

import (
	"context"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// Rows that a machine takes at a time: few enough that registers stay in the cache, and fewer where texts are made,
// so that a machine holds at most 64 × TextSizeMax bytes per operation. Both are multiples of 64.
const (
	rowsMax      = 1024
	heavyRowsMax = 64
)

// A machine is the registers of a program, wired to its steps. It serves one Eval at a time.
type machine struct {
	rows      int
	registers []*register
	steps     []wired
}

type wired struct {
	kernel kernel
	lazy   bool
	args   []*register
	out    *register
}

func (p *Program) rowsMax() int {
	if p.heavy {
		return heavyRowsMax
	}
	return rowsMax
}

// machine returns registers for at least min(rows, p.rowsMax()) rows.
func (p *Program) machine(rows int) *machine {
	need := min(64*words(rows), p.rowsMax())
	if m, _ := p.pool.Get().(*machine); m != nil && m.rows >= need {
		return m
	}
	m := &machine{rows: need}
	for _, s := range p.slots {
		m.registers = append(m.registers, s.register(need))
	}
	for _, s := range p.steps {
		w := wired{kernel: s.kernel, lazy: s.lazy, out: m.registers[s.out]}
		for _, a := range s.args {
			w.args = append(w.args, m.registers[a])
		}
		m.steps = append(m.steps, w)
	}
	return m
}

// register returns a register with the slot's constant in every row.
func (s slot) register(rows int) *register {
	r := newRegister(s.storage, rows)
	if s.borrows {
		return &register{nulls: r.nulls}
	}
	for i := range rows {
		switch v := s.constant.(type) {
		case bool:
			r.ints[i] = flag(v)
		case int64:
			r.ints[i] = v
		case float64:
			r.floats[i] = v
		case string:
			r.texts[i] = v
		}
		if s.null {
			r.setNull(i)
		}
	}
	return r
}

// run computes all registers for the first n rows.
func (m *machine) run(ctx context.Context, n int, heavy bool) error {
	for i := range m.steps {
		s := &m.steps[i]
		if s.lazy {
			s.out.clear(n)
		} else {
			s.out.inherit(n, s.args)
		}
		if !heavy {
			s.kernel(n, s.out, s.args)
			continue
		}
		s.out.stop = ctx.Done()
		s.kernel(n, s.out, s.args)
		s.out.stop = nil
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// load fills the input registers with rows lo ≤ i < lo+n; lo is a multiple of 64.
func (p *Program) load(m *machine, cols []*value.Column, asOf []eventtime.Instant, lo, n int) {
	for i, s := range p.slots {
		switch r := m.registers[i]; {
		case s.input > 0:
			r.load(cols[s.input-1], lo, n)
		case s.asOf:
			r.clear(n)
			for j, t := range asOf[lo : lo+n] {
				r.ints[j] = int64(t)
				if t == eventtime.None {
					r.setNull(j)
				}
			}
		}
	}
}

// load points r at rows of a column, or copies them where the storage differs. Bits beyond the rows stay 0.
func (r *register) load(c *value.Column, lo, n int) {
	r.clear(n)
	if first := lo >> 6; first < len(c.Nulls) {
		copy(r.nulls[:words(n)], c.Nulls[first:])
	}
	if n&63 != 0 {
		r.nulls[n>>6] &= 1<<(n&63) - 1
	}
	switch c.Type.Kind {
	case value.Bool, value.Int32, value.Int64, value.UnixTimestamp, value.Date:
		r.ints = c.Ints[lo : lo+n]
	case value.Float32:
		for i, f := range c.Float32s[lo : lo+n] {
			r.floats[i] = float64(f)
		}
	case value.Float64:
		r.floats = c.Float64s[lo : lo+n]
	case value.Array, value.Set, value.Map, value.Struct, value.Vector:
		r.values = c.Values[lo : lo+n]
	default:
		r.texts = c.Texts[lo : lo+n]
	}
}

// release drops what the registers hold of the caller's and of texts that were made, and keeps the machine.
func (p *Program) release(m *machine) {
	for i, s := range p.slots {
		r := m.registers[i]
		switch {
		case s.borrows:
			r.ints, r.floats, r.texts, r.values = nil, nil, nil, nil
		case s.constant == nil:
			clear(r.texts)
			clear(r.values)
		}
	}
	p.pool.Put(m)
}
