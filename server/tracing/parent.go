package tracing

// The headers of a trace context.
const (
	ParentHeader = "traceparent"
	StateHeader  = "tracestate"
)

// Places in a trace context: version, trace, parent span and flags, in hexadecimal digits.
const (
	parentBytes = len("00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")
	flagsAt     = parentBytes - 2
)

// parentChose returns whether the caller of a request samples it; ok is false where that is not said as W3C has it. What
// it does not look at, such as identifiers that are zero, makes a trace of its own.
func parentChose(parent string) (chosen, ok bool) {
	if len(parent) < parentBytes || len(parent) > parentBytes && (parent[:2] == "00" || parent[parentBytes] != '-') || parent[:2] == "ff" {
		return false, false
	}
	for i := range parentBytes {
		dash := i == 2 || i == 35 || i == 52
		if c := parent[i]; dash != (c == '-') || !dash && !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
			return false, false
		}
	}
	low := parent[flagsAt+1]
	if low >= 'a' {
		low -= 'a' - 10
	}
	return low&1 == 1, true
}
