package grpcserver

import (
	"cmp"
	"slices"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

// plainFeast reads a plain GetOnlineFeaturesRequest, which has no request_context. As of every map, the columns are taken in
// order of name.
func plainFeast(m scan, r *serving.Request, columns *plainColumns) bool {
	*r = serving.Request{AsOf: eventtime.None, OnError: serving.Fail, Entities: r.Entities[:0], Features: r.Features[:0]}
	columns.used = 0
	asked := false
	for len(m) > 0 {
		tag, ok := m.varint()
		kind := tag == 1<<3|bytesType || tag == 2<<3|bytesType
		if !ok || kind && asked || !plainFeastMember(tag, &m, r, columns) {
			return false
		}
		asked = asked || kind
	}
	slices.SortFunc(columns.all[:columns.used], func(a, b *plainColumn) int { return cmp.Compare(a.name, b.name) })
	for i := 1; i < columns.used; i++ {
		if columns.all[i-1].name == columns.all[i].name {
			return false
		}
	}
	r.Entities = columns.appendTo(r.Entities)
	return true
}

func plainFeastMember(tag uint64, m *scan, r *serving.Request, columns *plainColumns) (ok bool) {
	var p scan
	var n uint64
	switch tag {
	case 1<<3 | bytesType:
		r.Service, ok = m.text()
	case 2<<3 | bytesType:
		p, ok = m.part()
		for ok && len(p) > 0 {
			var ref string
			if n, ok = p.varint(); ok && n == 1<<3|bytesType {
				ref, ok = p.text()
				r.Features = append(r.Features, ref)
				continue
			}
			ok = false
		}
	case 3<<3 | bytesType:
		p, ok = m.part()
		ok = ok && plainFeastColumn(p, columns.next())
	case 4<<3 | varintType:
		n, ok = m.varint()
		r.Names = names(n != 0)
	}
	return ok
}

// plainFeastColumn reads an entry of entities: a name, then its values.
func plainFeastColumn(m scan, c *plainColumn) bool {
	tag, ok := m.varint()
	if !ok || tag != 1<<3|bytesType {
		return false
	}
	if c.name, ok = m.text(); !ok {
		return false
	}
	if tag, ok = m.varint(); !ok || tag != 2<<3|bytesType {
		return false
	}
	values, ok := m.part()
	if !ok || len(m) > 0 {
		return false
	}
	for len(values) > 0 {
		if tag, ok = values.varint(); !ok || tag != 1<<3|bytesType {
			return false
		}
		v, ok := values.part()
		if !ok || !plainFeastValue(v, c) {
			return false
		}
	}
	return true
}

// plainFeastValue reads a Value with int64_val or string_val.
func plainFeastValue(m scan, c *plainColumn) bool {
	tag, ok := m.varint()
	switch {
	case !ok:
		return false
	case tag == 4<<3|varintType:
		n, ok := m.varint()
		c.values = append(c.values, value.OfInt64(int64(n)))
		return ok && len(m) == 0
	case tag == 2<<3|bytesType:
		text, ok := m.text()
		c.values = append(c.values, value.OfString(text))
		return ok && len(m) == 0
	}
	return false
}
