package value

import (
	"math"

	"github.com/truepoint/truepoint/eventtime"
)

// A Value is one value of any type, or null, which is the zero Value. Values are immutable and may be shared.
type Value struct {
	kind Kind
	bits uint64   // Bool, ints, floats (IEEE bits), UnixTimestamp (µs), Date (days)
	text string   // String, Bytes, Uuid (16 bytes), Decimal (text), Json (text)
	list *[]Value // Array, Set, Vector: elements; Map: key, value, …; Struct: fields in order
}

// OfBool, OfInt32 and the other Of functions return the Value of a Go value.
func OfBool(b bool) Value {
	if b {
		return Value{kind: Bool, bits: 1}
	}
	return Value{kind: Bool}
}

// OfInt32 returns an Int32.
func OfInt32(n int32) Value { return Value{kind: Int32, bits: uint64(int64(n))} }

// OfInt64 returns an Int64.
func OfInt64(n int64) Value { return Value{kind: Int64, bits: uint64(n)} }

// OfFloat32 returns a Float32 with the bits of f.
func OfFloat32(f float32) Value { return Value{kind: Float32, bits: uint64(math.Float32bits(f))} }

// OfFloat64 returns a Float64 with the bits of f.
func OfFloat64(f float64) Value { return Value{kind: Float64, bits: math.Float64bits(f)} }

// OfString returns a String; s must be valid UTF-8, which the readers of foreign input check.
func OfString(s string) Value { return Value{kind: String, text: s} }

// OfBytes returns a Bytes with a copy of b.
func OfBytes(b []byte) Value { return Value{kind: Bytes, text: string(b)} }

// OfInstant returns a UnixTimestamp.
func OfInstant(i eventtime.Instant) Value { return Value{kind: UnixTimestamp, bits: uint64(i)} }

// OfDate returns a Date, given in days since the epoch.
func OfDate(days int32) Value { return Value{kind: Date, bits: uint64(int64(days))} }

// OfUuid returns a Uuid.
func OfUuid(u [16]byte) Value { return Value{kind: Uuid, text: string(u[:])} }

// OfText returns a Decimal or Json of already validated text, or a Uuid of its 16 bytes.
func OfText(k Kind, text string) Value { return Value{kind: k, text: text} }

// OfList returns an Array, Set, Vector, Map or Struct of its parts, which it keeps. A Set must be sorted and free of
// duplicates: MakeSet does that. A Map has its keys, Strings in ascending byte order, and values in turn.
func OfList(k Kind, parts []Value) Value { return Value{kind: k, list: &parts} }

// Kind returns the value's kind; Null for null.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether v is null.
func (v Value) IsNull() bool { return v.kind == Null }

// Bool returns a Bool's truth.
func (v Value) Bool() bool { return v.bits != 0 }

// Int returns a Bool, Int32, Int64, UnixTimestamp (µs) or Date (days) as a number.
func (v Value) Int() int64 { return int64(v.bits) }

// Float returns a Float32 or Float64 as a float64. The bits of a Float32 NaN may differ: use Float32 for those.
func (v Value) Float() float64 {
	if v.kind == Float32 {
		return float64(math.Float32frombits(uint32(v.bits)))
	}
	return math.Float64frombits(v.bits)
}

// Float32 returns a Float32 bit for bit.
func (v Value) Float32() float32 { return math.Float32frombits(uint32(v.bits)) }

// Instant returns a UnixTimestamp.
func (v Value) Instant() eventtime.Instant { return eventtime.Instant(v.bits) }

// Text returns the bytes of a String, Bytes, Uuid, Decimal or Json.
func (v Value) Text() string { return v.text }

// List returns the parts of a nested value; the caller must not change them.
func (v Value) List() []Value {
	if v.list == nil {
		return nil
	}
	return *v.list
}

// Identical reports whether v and w are the same value bit for bit: NaN is identical to the same NaN, 0 not to −0.
func (v Value) Identical(w Value) bool {
	if v.kind != w.kind || v.bits != w.bits || v.text != w.text || len(v.List()) != len(w.List()) {
		return false
	}
	for i, p := range v.List() {
		if !p.Identical(w.List()[i]) {
			return false
		}
	}
	return true
}

// A Status says how a cell came by its value, offline and online alike (design/semantics.md 6.2). The numbers are
// Feast's and never change.
type Status uint8

// The statuses. Every status but Present has a null value unless a default was applied.
const (
	Error         Status = 0 // could not be asked
	Present       Status = 1
	NullValue     Status = 2 // the row is there and says null
	NotFound      Status = 3 // no row
	OutsideMaxAge Status = 4 // the row is older than the view's ttl
)

var statusNames = [...]string{"ERROR", "PRESENT", "NULL_VALUE", "NOT_FOUND", "OUTSIDE_MAX_AGE"}

// String returns the status as it is written on our own wire.
func (s Status) String() string { return statusNames[s] }

// Of returns the status of a cell of a row whose status is s: NullValue for a null in a row that is Present, otherwise s.
// It is the one place that tells a null from a value (design/semantics.md 6.2).
func (s Status) Of(null bool) Status {
	if null && s == Present {
		return NullValue
	}
	return s
}

// Agrees reports whether two statuses say the same about a cell: they are equal, or each is NotFound or OutsideMaxAge.
// Those two are told apart for people only, because retention turns one into the other (design/semantics.md 6.2), so
// every comparison of answers goes through here.
func (s Status) Agrees(o Status) bool { return s == o || s.absent() && o.absent() }

func (s Status) absent() bool { return s == NotFound || s == OutsideMaxAge }
