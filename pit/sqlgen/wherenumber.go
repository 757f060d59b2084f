package sqlgen

import (
	"fmt"
	"math"

	"github.com/truepoint/truepoint/expr"
)

// wideBits is the size of the numbers that the wide type of every dialect holds.
const wideBits = 126

// smallDivisorMax is the greatest literal twice which any integer type of an engine holds.
const smallDivisorMax = 1<<30 - 1

// arithmetic computes with whole numbers in the wide type, where nothing overflows, and tells what does not fit 64 bits.
func (t *translation) arithmetic(e *expr.Term, a []phrase) (phrase, error) {
	if e.Class != "Int" {
		return phrase{}, elsewhere("%s of %s is computed here", e.Name, e.Class)
	}
	wide := func(p phrase) string { return "CAST(" + p.text + " AS " + t.d.Wide + ")" }
	x := wide(a[0])
	if n, ok := e.Args[len(a)-1].Literal.(int64); ok && e.Name == "%" && n > 0 && n <= smallDivisorMax && a[0].bits <= 63 {
		return phrase{text: fmt.Sprintf("MOD(MOD(%s, %d) + %d, %d)", a[0].text, n, n, n), bits: 63}, nil
	}
	p := phrase{bits: a[0].bits + 1}
	if len(a) == 1 {
		p.text = "(-" + x + ")"
		return t.fitting(p)
	}
	y, divisor := wide(a[1]), "NULLIF("+wide(a[1])+", 0)"
	remainder := fmt.Sprintf("MOD(MOD(%s, %s) + %s, %s)", x, divisor, y, divisor)
	switch e.Name {
	case "*":
		p.text, p.bits = "("+x+" * "+y+")", a[0].bits+a[1].bits
	case "//":
		p.text = t.d.Quotient("("+x+" - "+remainder+")", divisor)
	case "%":
		p.text, p.bits = remainder, a[1].bits
	default:
		p.text, p.bits = "("+x+" "+e.Name+" "+y+")", max(a[0].bits, a[1].bits)+1
	}
	p, err := t.fitting(p)
	if e.Name == "//" || e.Name == "%" {
		p.fault = either(p.fault, "("+a[0].text+" IS NOT NULL AND COALESCE("+a[1].text+" = 0, FALSE))")
	}
	return p, err
}

// fitting adds the fault of a number that does not fit 64 bits.
func (t *translation) fitting(p phrase) (phrase, error) {
	if p.bits > wideBits {
		return p, elsewhere("numbers of %d bits are computed here", p.bits)
	}
	if p.bits > 63 {
		p.fault = fmt.Sprintf("COALESCE(%s NOT BETWEEN %d AND %d, FALSE)", p.text, math.MinInt64, math.MaxInt64)
	}
	return p, nil
}
