package agg

import (
	"encoding/binary"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A reader consumes the bytes of a State. After a failure, which why tells, it gives zeros.
type reader struct {
	rest []byte
	why  string
}

func (r *reader) fail(why string) {
	if r.why == "" {
		r.why = why
	}
	r.rest = nil
}

// take consumes n bytes; nil if there are fewer.
func (r *reader) take(n int) []byte {
	if n > len(r.rest) {
		r.fail("it is cut off")
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

// kind consumes the byte that tells one kind of State from another.
func (r *reader) kind(want byte) {
	if r.byte() != want {
		r.fail("it belongs to another function")
	}
}

// count consumes a minimal uvarint that is at most limit.
func (r *reader) count(limit uint64) int64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || size > 1 && r.rest[size-1] == 0 || n > limit {
		r.fail("an impossible number")
		return 0
	}
	r.rest = r.rest[size:]
	return int64(n)
}

// number consumes 8 bytes, little-endian.
func (r *reader) number() int64 {
	if b := r.take(8); b != nil {
		return int64(binary.LittleEndian.Uint64(b))
	}
	return 0
}

// instant consumes a valid instant.
func (r *reader) instant() eventtime.Instant {
	i := eventtime.Instant(r.number())
	if !i.Valid() {
		r.fail("a time outside the years 0001 to 9999")
	}
	return i
}

// value consumes a value of type t.
func (r *reader) value(t *value.Type) value.Value {
	if r.why != "" {
		return value.Value{}
	}
	v, rest, err := value.ReadPart(r.rest, t)
	if err != nil {
		r.fail(err.Error())
		return value.Value{}
	}
	r.rest = rest
	return v
}

// appendValue appends a value of type t. It cannot fail for values that a State was given: Add demands their type.
func appendValue(dst []byte, t *value.Type, v value.Value) []byte {
	dst, err := value.AppendPart(dst, t, v)
	if err != nil {
		panic("agg: " + err.Error())
	}
	return dst
}

// Rows are placed in time by these flags of an Order's first byte, which say what follows its event time.
const (
	hasCreated = 1 << iota
	hasRank
)

func appendOrder(dst []byte, o Order) []byte {
	flags := byte(0)
	if o.Created != eventtime.None {
		flags |= hasCreated
	}
	if len(o.Rank) > 0 {
		flags |= hasRank
	}
	dst = append(dst, flags)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(o.Event))
	if flags&hasCreated != 0 {
		dst = binary.LittleEndian.AppendUint64(dst, uint64(o.Created))
	}
	dst = binary.LittleEndian.AppendUint64(dst, uint64(o.Position))
	if flags&hasRank != 0 {
		dst = append(dst, byte(len(o.Rank)))
		for _, v := range o.Rank {
			if dst = append(dst, byte(v.Kind())); !v.IsNull() {
				t := value.Scalar(v.Kind())
				dst = appendValue(dst, &t, v)
			}
		}
	}
	return dst
}

func (r *reader) order() Order {
	flags := r.byte()
	if flags > hasCreated|hasRank {
		r.fail("unknown flags")
	}
	o := Order{Event: r.instant(), Created: eventtime.None}
	if flags&hasCreated != 0 {
		o.Created = r.instant()
	}
	o.Position = r.number()
	if flags&hasRank == 0 {
		return o
	}
	o.Rank = make([]value.Value, r.byte())
	if len(o.Rank) == 0 {
		r.fail("an empty rank")
	}
	for i := range o.Rank {
		k := value.Kind(r.byte())
		if k > value.Json {
			r.fail("a rank that is no scalar")
		}
		if k != value.Null {
			t := value.Scalar(k)
			o.Rank[i] = r.value(&t)
		}
	}
	return o
}
