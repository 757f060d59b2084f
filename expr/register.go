package expr

import "github.com/truepoint/truepoint/value"

// A reason says why a cell is an ERROR; 0 is none.
type reason uint8

const (
	fine reason = iota
	overflow
	zeroDivisor
	notInt32
	notFloat32
	notInt
	unreadable
	textSize
	timeRange
	matchSteps
)

var reasons = [...]string{
	fine: "", overflow: "the result does not fit Int64", zeroDivisor: "an integer is divided by zero", notInt32: "the result does not fit Int32",
	notFloat32: "the result does not fit Float32", notInt: "the number has no Int64", unreadable: "the text cannot be read as the type",
	textSize: "the text is longer than 65536 bytes", timeRange: "the time is outside the years 0001 to 9999",
	matchSteps: "the text is too long for the pattern",
}

// A register holds the values of one part of an expression for a few rows. Rows that are null hold anything. A row
// with a reason is an ERROR and counts as null.
type register struct {
	nulls  []uint64 // a bit a row
	faulty bool     // whether why holds a reason
	why    []reason // nil until one was needed
	ints   []int64  // boolean, integer, moment, date, span
	floats []float64
	texts  []string
	values []value.Value
	stop   <-chan struct{} // closed when nobody waits any more; for kernels that may be slow over one row
}

// newRegister returns a register for size rows, a multiple of 64.
func newRegister(s storage, size int) *register {
	r := &register{nulls: make([]uint64, size/64)}
	switch s {
	case storeInts:
		r.ints = make([]int64, size)
	case storeFloats:
		r.floats = make([]float64, size)
	case storeTexts:
		r.texts = make([]string, size)
	default:
		r.values = make([]value.Value, size)
	}
	return r
}

func getInts(r *register) []int64         { return r.ints }
func getFloats(r *register) []float64     { return r.floats }
func getTexts(r *register) []string       { return r.texts }
func getValues(r *register) []value.Value { return r.values }
func (r *register) null(i int) bool       { return r.nulls[i>>6]&(1<<(i&63)) != 0 }
func (r *register) setNull(i int)         { r.nulls[i>>6] |= 1 << (i & 63) }
func (r *register) fault(i int) reason {
	if !r.faulty {
		return fine
	}
	return r.why[i]
}

// clear makes the first n rows neither null nor ERROR.
func (r *register) clear(n int) {
	clear(r.nulls[:words(n)])
	r.faulty = false
}

// stopped reports whether a kernel may end early, because its result will not be used.
func (r *register) stopped() bool {
	select {
	case <-r.stop:
		return true
	default:
		return false
	}
}

func words(n int) int { return (n + 63) >> 6 }

// raise makes row i an ERROR, unless it is null already.
func (r *register) raise(i int, why reason) {
	if r.null(i) {
		return
	}
	if !r.faulty {
		if r.why == nil {
			r.why = make([]reason, 64*len(r.nulls))
		}
		clear(r.why)
		r.faulty = true
	}
	r.why[i] = why
	r.setNull(i)
}

// inherit makes the rows null that are null in any of the arguments, and ERROR that are ERROR in any; of several
// reasons the first argument's stays.
func (r *register) inherit(n int, args []*register) {
	r.clear(n)
	for _, a := range args {
		if a.faulty {
			for i := range n {
				if a.why[i] != fine {
					r.raise(i, a.why[i])
				}
			}
		}
	}
	for w := range words(n) {
		for _, a := range args {
			r.nulls[w] |= a.nulls[w]
		}
	}
}
