package fileoffline

import (
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// Bounds implements pit.BoundedPart: a column that a file has from its place has one value, others what the file tells.
func (p *part) Bounds(column string) (low, high value.Value, ok bool) {
	if f, fixed := p.fixed[column]; fixed {
		return f.value, f.value, !f.value.IsNull()
	}
	if b, bounded := p.file.(tablefile.BoundedPart); bounded {
		return b.Bounds(column)
	}
	return low, high, false
}
