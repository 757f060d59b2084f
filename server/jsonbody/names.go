package jsonbody

// repeated reports whether the name at place last stands before it among its siblings, of which the first is at first.
func (d *Document) repeated(first, last int) bool {
	text := d.text(last)
	for i := first; i < last; i = int(d.nodes[i+1].next) {
		if d.text(i) == text {
			return true
		}
	}
	return false
}

// names returns the names of an object that is being read, of which the first is at first and the last has no value yet.
func (d *Document) names(first int) map[string]struct{} {
	all := map[string]struct{}{}
	for i := first; i < len(d.nodes); i = int(d.nodes[i+1].next) {
		all[d.text(i)] = struct{}{}
		if i+1 == len(d.nodes) {
			break
		}
	}
	return all
}
