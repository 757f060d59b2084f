package pit

// A ref is the position of a best row with a mark that says whether other rows are tied with it. The zero ref is no row.
type ref int64

func refOf(position int64) ref { return ref(position+1) << 1 }

func (r ref) position() int64 { return int64(r>>1) - 1 }
func (r ref) tied() bool      { return r&1 != 0 }
func (r ref) withTies() ref   { return r | 1 }

// ties keeps, for each best row that is tied, the positions of the others, by the position of the best. Rows that stop
// being best are dropped at once, so that what is held is bounded by what may still matter.
type ties struct {
	others map[int64][]int64
	held   int
	max    int
	met    int // times that a row was tied with the best so far
}

func newTies(limit int) *ties { return &ties{others: map[int64][]int64{}, max: limit} }

// add says that the row at position is tied with best, and returns the new best: the later of both.
func (t *ties) add(best ref, position int64) ref {
	old := best.position()
	list := t.others[old]
	t.held++
	t.met++
	if position < old {
		t.others[old] = append(list, position)
		return best.withTies()
	}
	delete(t.others, old)
	t.others[position] = append(list, old)
	return refOf(position).withTies()
}

// drop forgets the rows tied with a best row that was beaten.
func (t *ties) drop(beaten ref) {
	if beaten.tied() {
		t.held -= len(t.others[beaten.position()])
		delete(t.others, beaten.position())
	}
}

// take moves the rows tied with a best row of another worker here.
func (t *ties) take(from *ties, best ref) {
	if best.tied() {
		t.others[best.position()] = from.others[best.position()]
		t.held += len(t.others[best.position()])
	}
}

// union joins a best row of another worker, tied with best, and what is tied with it, to best. It returns the new best.
func (t *ties) union(best ref, from *ties, other ref) ref {
	for _, p := range from.others[other.position()] {
		best = t.add(best, p)
	}
	return t.add(best, other.position())
}

func (t *ties) full() bool { return t.held > t.max }
