package grpcserver

import (
	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

// plainOwn reads a plain GetOnlineRequest.
func plainOwn(m scan, r *serving.Request, columns *plainColumns) bool {
	*r = serving.Request{AsOf: eventtime.None, Else: serving.Cells, Entities: r.Entities[:0], Features: r.Features[:0]}
	columns.used = 0
	for len(m) > 0 {
		tag, ok := m.varint()
		if !ok || !plainOwnMember(tag, &m, r, columns) {
			return false
		}
	}
	r.Entities = columns.appendTo(r.Entities)
	return true
}

func plainOwnMember(tag uint64, m *scan, r *serving.Request, columns *plainColumns) (ok bool) {
	var n uint64
	switch tag {
	case 1<<3 | bytesType:
		r.Service, ok = m.text()
	case 2<<3 | bytesType:
		var ref string
		ref, ok = m.text()
		r.Features = append(r.Features, ref)
	case 3<<3 | bytesType:
		var p scan
		p, ok = m.part()
		ok = ok && plainOwnColumn(p, columns.next())
	case 4<<3 | varintType:
		n, ok = m.varint()
		r.Names = names(n != 0)
	case 5<<3 | fixed64Type:
		if n, ok = m.fixed64(); ok {
			var err error
			r.AsOf, err = eventtime.FromUnit(int64(n), eventtime.Microseconds)
			ok = err == nil
		}
	case 6<<3 | varintType:
		if n, ok = m.varint(); ok {
			var err error
			r.OnError, err = onErrorOf(truepointv1.OnError(n))
			ok = err == nil
		}
	case 7<<3 | varintType:
		n, ok = m.varint()
		r.Strict = n != 0
	}
	return ok
}

// plainOwnColumn reads a Column.
func plainOwnColumn(m scan, c *plainColumn) bool {
	found := false
	for len(m) > 0 {
		tag, ok := m.varint()
		switch {
		case !ok:
		case tag == 1<<3|bytesType:
			c.name, ok = m.text()
		case tag == 2<<3|bytesType && !found:
			var p scan
			p, ok = m.part()
			found = ok && plainValues(p, c)
			ok = found
		default:
			ok = false
		}
		if !ok {
			return false
		}
	}
	return found
}

// plainValues reads Values of kind INT64 or STRING.
func plainValues(m scan, c *plainColumn) bool {
	kind, has := value.Null, value.Null // what is said, and what is there
	for len(m) > 0 {
		tag, ok := m.varint()
		list := value.Null
		switch {
		case !ok:
		case tag == 1<<3|varintType:
			var n uint64
			n, ok = m.varint()
			kind = value.Kind(min(n, 255))
		case tag == 5<<3|bytesType:
			list, ok = value.Int64, plainLongs(&m, c)
		case tag == 8<<3|bytesType:
			var text string
			text, ok = m.text()
			list, c.values = value.String, append(c.values, value.OfString(text))
		default:
			ok = false
		}
		if !ok || list != value.Null && has != value.Null && list != has {
			return false
		}
		has = max(has, list)
	}
	return (kind == value.Int64 || kind == value.String) && (has == kind || has == value.Null)
}

// plainLongs consumes a packed list of sfixed64.
func plainLongs(m *scan, c *plainColumn) bool {
	p, ok := m.part()
	if !ok || len(p)%8 != 0 {
		return false
	}
	for len(p) > 0 {
		n, _ := p.fixed64()
		c.values = append(c.values, value.OfInt64(int64(n)))
	}
	return true
}
