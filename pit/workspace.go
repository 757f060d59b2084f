package pit

import "github.com/truepoint/truepoint/value"

// workspaces are the memory that the goroutines of an evaluation work in, by number, view after view: fresh memory costs a
// short join as much as what is done in it. None has its own each time.
type workspaces []*workspace

// A workspace serves one goroutine at a time.
type workspace struct {
	columns []*value.Column
	slots   []slot
	block   keyBlock
	hits    hits
}

// slotsKeptMax bounds the slots that a workspace keeps: more are wanted for the payload, which is read behind them.
const slotsKeptMax = 1 << 18

// of returns the workspace of a goroutine.
func (w workspaces) of(worker int) *workspace {
	if w == nil {
		return &workspace{}
	}
	if w[worker] == nil {
		w[worker] = &workspace{}
	}
	return w[worker]
}

// columnsOf returns n columns to read into.
func (w *workspace) columnsOf(n int) []*value.Column {
	if more := n - len(w.columns); more > 0 {
		w.columns = append(w.columns, blanks(more)...)
	}
	return w.columns[:n]
}

// slotsOf returns n slots, which hold what they held.
func (w *workspace) slotsOf(n int) []slot {
	if n > slotsKeptMax {
		return makeLarge[slot](n)
	}
	if cap(w.slots) < n {
		w.slots = makeLarge[slot](n)
	}
	return w.slots[:n]
}

// blockOf returns a block for keys of an index.
func (w *workspace) blockOf(x *index, what string) *keyBlock {
	w.block.form, w.block.seed, w.block.what = x.form, x.seed, what
	return &w.block
}
