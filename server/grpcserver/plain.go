package grpcserver

import (
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/value"
)

// Nearly all requests are plain: they name a service or features, and their entity columns are integers or texts without
// nulls. Those are read here, into memory that is used again. The readers refuse what else a message may hold, without an
// error: protobuf's own code then reads it, and says what is wrong with it. A property compares the two.

// A plainColumn is the values of an entity column, Int64 or String each.
type plainColumn struct {
	name   string
	values []value.Value
	at     func(row int, t value.Type) (value.Value, error) // read, bound once
}

func (c *plainColumn) read(row int, t value.Type) (value.Value, error) {
	return value.Convert(c.values[row], t)
}

// plainColumns are the columns of one request. The next one uses their memory again.
type plainColumns struct {
	all  []*plainColumn
	used int
}

// next returns another column, without a name and values.
func (p *plainColumns) next() *plainColumn {
	if p.used == len(p.all) {
		c := &plainColumn{}
		c.at = c.read
		p.all = append(p.all, c)
	}
	c := p.all[p.used]
	p.used++
	c.name, c.values = "", c.values[:0]
	return c
}

// appendTo appends the columns as a request wants them.
func (p *plainColumns) appendTo(dst []input.Column) []input.Column {
	for _, c := range p.all[:p.used] {
		dst = append(dst, input.FromRows(c.name, len(c.values), c.at))
	}
	return dst
}
