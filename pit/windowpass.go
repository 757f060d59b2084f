package pit

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// A windowPass is one pass over a history and what it serves: the windows over the same parts whose keys are the same
// columns of the history and of the spine. Their times, filters and inputs may differ.
type windowPass struct {
	know    knowledge
	index   *index
	parts   []Part
	start   []int64
	meter   *meter
	workers int
	room    *room
	runs    []*windowRun
	columns []string     // that decide which rows count, each once
	names   []string     // payload columns, each once
	types   []value.Type // of names; without parts none is known
}

// serves reports whether the pass may serve w, whose table has the given parts: whether these are the same slice.
func (p *windowPass) serves(w *WindowScan, parts []Part) bool {
	first := p.runs[0].scan
	return len(parts) > 0 && len(p.parts) == len(parts) && &p.parts[0] == &parts[0] &&
		slices.Equal(first.Layout.Keys, w.Layout.Keys) && slices.Equal(first.Spine, w.Spine)
}

// add makes the pass serve r.
func (p *windowPass) add(r *windowRun) {
	p.runs = append(p.runs, r)
	for _, name := range r.roles.names {
		if !slices.Contains(p.columns, name) {
			p.columns = append(p.columns, name)
		}
	}
	for _, name := range r.scan.payload() {
		if !slices.Contains(p.names, name) {
			p.names = append(p.names, name)
		}
	}
}

// evaluate answers all runs.
func (p *windowPass) evaluate(ctx context.Context) (err error) {
	defer func() {
		for _, r := range p.runs {
			err = errs.Join(err, r.spill.close())
		}
	}()
	l := &Layout{Features: p.names}
	if p.types, err = l.types(ctx, p.parts); err != nil {
		return err
	}
	for _, r := range p.runs {
		if err := r.prepare(ctx); err != nil {
			return err
		}
	}
	if err := p.read(ctx); err != nil {
		return err
	}
	for _, r := range p.runs {
		if err := r.sweep(ctx); err != nil {
			return err
		}
	}
	return nil
}

// read reads every part once and fills the bags of all runs.
func (p *windowPass) read(ctx context.Context) error {
	return each(ctx, p.workers, len(p.parts), func(int) func(context.Context, int) error { return newWindowReader(p).part })
}

// user returns the first run that reads a payload column.
func (p *windowPass) user(name string) *windowRun {
	return p.runs[slices.IndexFunc(p.runs, func(r *windowRun) bool { return slices.Contains(r.scan.payload(), name) })]
}

// blanks returns n columns to be read into.
func blanks(n int) []*value.Column {
	out := make([]*value.Column, n)
	for i := range out {
		out[i] = new(value.Column)
	}
	return out
}
