package expr_test

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A term is an expression of the oracle: what the generator draws, before it is written as text.
type term struct {
	op    string // function or operator; "" for a column or a literal
	class string // Int, Float, Bool, String, UnixTimestamp, Date, Duration; null, literal or list
	args  []*term
	takes []string // classes of the arguments, as the overload has them
	name  string   // of a column; "" for a literal
	col   int      // its place in the row
	lit   any      // of a literal: int64, float64, string, bool, nil
}

// A cell is null, an ERROR, or a value: int64 (Int, Bool as 0 and 1, UnixTimestamp, Date, Duration), float64 or string.
type cell struct {
	null, failed bool
	v            any
}

var (
	nullCell   = cell{null: true}
	failedCell = cell{failed: true}
)

// evaluate is the oracle: value by value, from the leaves, with big integers.
func evaluate(t *term, row []value.Value) cell {
	switch {
	case t.name != "":
		return cellOf(row[t.col])
	case t.op == "":
		return literalCell(t.lit)
	case t.op == "if":
		c := evaluate(t.args[0], row)
		if c.failed {
			return c
		}
		if !c.null && c.v == int64(1) {
			return as(t.class, t.args[1], row)
		}
		return as(t.class, t.args[2], row)
	case t.op == "coalesce":
		for _, a := range t.args {
			if c := as(t.class, a, row); c.failed || !c.null {
				return c
			}
		}
		return nullCell
	case t.op == "is_null":
		c := evaluate(t.args[0], row)
		if c.failed {
			return c
		}
		return cell{v: truth(c.null)}
	}
	args, null := make([]any, len(t.args)), false // an ERROR anywhere is before null
	for i, a := range t.args {
		c := as(t.takes[i], a, row)
		if c.failed {
			return c
		}
		null = null || c.null
		args[i] = c.v
	}
	if null {
		return nullCell
	}
	return apply(t, args)
}

// as evaluates a term and widens it.
func as(class string, t *term, row []value.Value) cell {
	c := evaluate(t, row)
	if c.null || c.failed {
		return c
	}
	switch {
	case class == "Float" && t.class == "Int":
		return cell{v: float64(c.v.(int64))}
	case class == "UnixTimestamp" && t.class == "Date":
		return instant(new(big.Int).Mul(big.NewInt(c.v.(int64)), big.NewInt(86400e6)))
	}
	return c
}

func cellOf(v value.Value) cell {
	switch v.Kind() {
	case value.Null:
		return nullCell
	case value.Float32, value.Float64:
		return cell{v: v.Float()}
	case value.String:
		return cell{v: v.Text()}
	}
	return cell{v: v.Int()}
}

func literalCell(v any) cell {
	switch v := v.(type) {
	case nil:
		return nullCell
	case bool:
		return cell{v: truth(v)}
	}
	return cell{v: v}
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func exact(n *big.Int) cell {
	if !n.IsInt64() {
		return failedCell
	}
	return cell{v: n.Int64()}
}

func instant(n *big.Int) cell {
	if c := exact(n); !c.failed && eventtime.Instant(c.v.(int64)).Valid() {
		return c
	}
	return failedCell
}

// apply computes a function of values that are there, by the class of the first.
func apply(t *term, args []any) cell {
	if formats[t.op] != "" {
		return cell{v: part(t.op, args)}
	}
	switch x := args[0].(type) {
	case string:
		return applyText(t, x, args)
	case float64:
		return applyFloat(t, x, args)
	}
	return applyInt(t, args[0].(int64), args)
}

func applyInt(t *term, x int64, args []any) cell {
	y, a, b := int64(0), big.NewInt(x), new(big.Int)
	if len(args) > 1 {
		y, _ = args[1].(int64)
		b.SetInt64(y)
	}
	result := exact
	if t.class == "UnixTimestamp" && t.op != "min" && t.op != "max" {
		result = instant
	}
	switch t.op {
	case "+":
		return result(a.Add(a, b))
	case "-":
		if len(args) == 1 {
			return exact(a.Neg(a))
		}
		return result(a.Sub(a, b))
	case "*":
		return exact(a.Mul(a, b))
	case "//", "%":
		if y == 0 {
			return failedCell
		}
		q, r := new(big.Int).QuoRem(a, b, new(big.Int))
		if r.Sign() != 0 && r.Sign() != b.Sign() {
			q.Sub(q, big.NewInt(1))
			r.Add(r, b)
		}
		if t.op == "%" {
			return exact(r)
		}
		return exact(q)
	case "abs":
		return exact(a.Abs(a))
	case "sign":
		return cell{v: int64(a.Sign())}
	case "!":
		return cell{v: 1 - x}
	case "&&":
		return cell{v: x * y}
	case "||":
		return cell{v: truth(x+y > 0)}
	case "min":
		return cell{v: min(x, y)}
	case "max":
		return cell{v: max(x, y)}
	case "clamp":
		return cell{v: min(max(x, y), args[2].(int64))}
	case "int":
		return cell{v: x}
	case "double":
		return cell{v: float64(x)}
	case "bool":
		return cell{v: truth(x != 0)}
	case "string":
		return cell{v: textOf(t.args[0].class, x)}
	case "timestamp":
		return instant(a.Mul(a, big.NewInt(1e6)))
	case "epoch_seconds":
		return cell{v: new(big.Int).Div(a, big.NewInt(1e6)).Int64()} // Euclidean: floors for a positive divisor
	case "seconds":
		return cell{v: float64(x) / 1e6}
	case "minutes":
		return cell{v: float64(x) / 60e6}
	case "hours":
		return cell{v: float64(x) / 3600e6}
	case "days":
		return cell{v: float64(x) / 86400e6}
	case "in":
		for _, e := range t.args[1].args {
			if e.lit == x {
				return cell{v: int64(1)}
			}
		}
		return cell{v: int64(0)}
	}
	return cell{v: compared(t.op, a.Cmp(b))}
}

// compared returns what a comparison says of two values that compare as −1, 0 or 1.
func compared(op string, c int) int64 {
	switch op {
	case "==":
		return truth(c == 0)
	case "!=":
		return truth(c != 0)
	case "<":
		return truth(c < 0)
	case "<=":
		return truth(c <= 0)
	case ">":
		return truth(c > 0)
	case ">=":
		return truth(c >= 0)
	}
	panic("the oracle does not know " + op)
}

func textOf(class string, n int64) string {
	switch class {
	case "Bool":
		return fmt.Sprint(n == 1)
	case "Date":
		return time.Unix(n*86400, 0).UTC().Format("2006-01-02")
	case "UnixTimestamp":
		return eventtime.Instant(n).String()
	}
	return fmt.Sprint(n)
}

var plainFloats = map[string]func(float64) float64{"abs": math.Abs, "floor": math.Floor, "ceil": math.Ceil, "round": math.Round, "sqrt": math.Sqrt,
	"exp": math.Exp, "ln": math.Log, "log10": math.Log10, "double": func(x float64) float64 { return x }}

func applyFloat(t *term, x float64, args []any) cell {
	if f, ok := plainFloats[t.op]; ok {
		return cell{v: f(x)}
	}
	y := math.NaN()
	if len(args) > 1 {
		y, _ = args[1].(float64)
	}
	switch t.op {
	case "+":
		return cell{v: x + y}
	case "-":
		if len(args) == 1 {
			return cell{v: math.Copysign(x, -math.Copysign(1, x))}
		}
		return cell{v: x - y}
	case "*":
		return cell{v: x * y}
	case "/":
		return cell{v: x / y}
	case "//":
		return cell{v: math.Floor(x / y)}
	case "%":
		return cell{v: remainder(x, y)}
	case "pow":
		return cell{v: math.Pow(x, y)}
	case "sign":
		if x == 0 || x != x {
			return cell{v: x}
		}
		return cell{v: math.Copysign(1, x)}
	case "min":
		return cell{v: math.Min(x, y)}
	case "max":
		return cell{v: math.Max(x, y)}
	case "clamp":
		return cell{v: math.Min(math.Max(x, y), args[2].(float64))}
	case "is_nan":
		return cell{v: truth(x != x)}
	case "is_inf":
		return cell{v: truth(x-x != x-x && x == x)}
	case "string":
		return cell{v: strconv.FormatFloat(x, 'g', -1, 64)}
	case "int":
		if x != x || math.Abs(x) > 1e19 {
			return failedCell
		}
		n, _ := new(big.Float).SetFloat64(x).Int(nil)
		return exact(n)
	case "in":
		for _, e := range t.args[1].args {
			if f, isFloat := e.lit.(float64); isFloat && f == x || !isFloat && float64(e.lit.(int64)) == x {
				return cell{v: int64(1)}
			}
		}
		return cell{v: int64(0)}
	}
	if x != x || y != y {
		return cell{v: truth(t.op == "!=")}
	}
	return cell{v: compared(t.op, new(big.Float).SetFloat64(x).Cmp(new(big.Float).SetFloat64(y)))}
}

// remainder has the sign of y, as Python's %.
func remainder(x, y float64) float64 {
	r := math.Mod(x, y)
	switch {
	case r == 0:
		return math.Copysign(0, y)
	case math.Signbit(r) != math.Signbit(y):
		return r + y
	}
	return r
}

func applyText(t *term, s string, args []any) cell {
	u := ""
	if len(args) > 1 {
		u, _ = args[1].(string)
	}
	switch t.op {
	case "+", "concat":
		return bounded(s + u)
	case "length":
		return cell{v: int64(utf8.RuneCountInString(s))}
	case "lower":
		return bounded(strings.Map(lowerRune, s))
	case "upper":
		return bounded(strings.Map(upperRune, s))
	case "trim":
		return cell{v: strings.TrimFunc(s, isSpace)}
	case "contains":
		return cell{v: truth(strings.Index(s, u) >= 0)}
	case "starts_with":
		return cell{v: truth(len(s) >= len(u) && s[:len(u)] == u)}
	case "ends_with":
		return cell{v: truth(len(s) >= len(u) && s[len(s)-len(u):] == u)}
	case "substr":
		return cell{v: substring([]rune(s), args)}
	case "replace":
		if u == "" {
			return cell{v: s}
		}
		return bounded(strings.Join(strings.Split(s, u), args[2].(string)))
	case "matches":
		return cell{v: truth(regexp.MustCompile(t.args[1].lit.(string)).MatchString(s))}
	case "int":
		n, ok := new(big.Int).SetString(s, 10)
		if !ok || !n.IsInt64() || strings.Contains(s, "_") {
			return failedCell
		}
		return exact(n)
	case "double":
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return failedCell
		}
		return cell{v: f}
	case "bool":
		if s != "true" && s != "false" {
			return failedCell
		}
		return cell{v: truth(s == "true")}
	case "string":
		return cell{v: s}
	case "in":
		for _, e := range t.args[1].args {
			if e.lit == s {
				return cell{v: int64(1)}
			}
		}
		return cell{v: int64(0)}
	case "timestamp":
		zone := time.UTC
		if u != "" {
			zone, _ = time.LoadLocation(u)
		}
		at, err := time.ParseInLocation("2006-01-02T15:04:05", s, zone)
		if err != nil {
			panic(err)
		}
		return cell{v: at.UnixMicro()}
	case "duration":
		d, err := time.ParseDuration(s)
		if err != nil {
			panic(err)
		}
		return cell{v: d.Microseconds()}
	case "date_trunc":
		return truncated(s, args)
	}
	return cell{v: compared(t.op, strings.Compare(s, u))}
}
