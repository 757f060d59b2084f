package expr_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/value"
)

// An entry is one overload of the table: how a term can be made.
type entry struct {
	text, name, result string
	args               []string
}

func entries() []entry {
	var out []entry
	for _, f := range expr.Functions() {
		for _, s := range f.Signatures {
			args, result, _ := strings.Cut(s[1:], ") ")
			out = append(out, entry{text: f.Name + s, name: f.Name, args: strings.Split(args, ", "), result: result})
		}
	}
	return out
}

// A generator draws expressions and columns.
type generator struct {
	*rand.Rand
	table   []entry
	columns []value.Field
	met     map[string]int // uses of each overload
}

func newGenerator(seed uint64) *generator {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 11)), table: entries(), met: map[string]int{}}
	for i, k := range []value.Kind{value.Int64, value.Int32, value.Int64, value.Float64, value.Float32, value.Float64, value.String, value.String,
		value.Bool, value.Bool, value.UnixTimestamp, value.UnixTimestamp, value.Date} {
		g.columns = append(g.columns, value.Field{Name: fmt.Sprintf("c%d", i), Type: value.Scalar(k)})
	}
	return g
}

func classOf(k value.Kind) string {
	switch k {
	case value.Int32, value.Int64:
		return "Int"
	case value.Float32, value.Float64:
		return "Float"
	}
	return k.String()
}

var classes = []string{"Int", "Float", "Bool", "String", "UnixTimestamp", "Date", "Duration"}

// term draws an expression of a class, at most depth deep.
func (g *generator) term(class string, depth int) *term {
	if depth == 0 || g.IntN(8) == 0 && class != "Duration" {
		return g.leaf(class)
	}
	var fitting []entry
	for _, e := range g.table {
		if e.result == class || e.result == "any" {
			fitting = append(fitting, e)
		}
	}
	if class == "Date" { // only if and coalesce give one; most of the time a column is wanted
		return g.leaf(class)
	}
	e, other := fitting[g.IntN(len(fitting))], fitting[g.IntN(len(fitting))]
	if g.met[other.text] < g.met[e.text] { // of two the rarer, so that all are met
		e = other
	}
	return g.make(e, class, depth)
}

// make draws the arguments of an overload.
func (g *generator) make(e entry, class string, depth int) *term {
	t := &term{op: e.name, class: class, takes: slices.Clone(e.args)}
	any := class
	if e.name == "is_null" {
		any = classes[g.IntN(len(classes))]
	}
	exact := map[int]*term{}
	for i, a := range e.args {
		switch a {
		case "any":
			t.takes[i] = any
			a = any
		case "literal", "list":
			t.args = append(t.args, g.words(e, i))
			continue
		}
		arg := g.term(a, depth-1)
		exact[i] = arg
		switch other := g.IntN(12); {
		case other == 0 && a == "Float":
			arg = g.term("Int", depth-1)
		case other == 0 && a == "UnixTimestamp":
			arg = g.leaf("Date")
		case other == 1 && len(e.args) > 1 && a != "Duration":
			arg = &term{class: "null"}
		}
		t.args = append(t.args, arg)
	}
	if g.first(e.name, t.args) != e.text || !slices.ContainsFunc(t.args, func(a *term) bool { return a.class == any }) && slices.Contains(e.args, "any") {
		for i, a := range exact {
			t.args[i] = a
		}
	}
	if g.first(e.name, t.args) != e.text {
		panic("no way to call " + e.text)
	}
	g.met[e.text]++
	return t
}

// first returns the overload that arguments choose.
func (g *generator) first(name string, args []*term) string {
	for _, e := range g.table {
		if e.name != name || len(e.args) != len(args) {
			continue
		}
		ok := true
		for i, a := range args {
			fits := e.args[i] == a.class || e.args[i] == "any" || a.class == "null" && e.args[i] != "literal" ||
				a.class == "Int" && e.args[i] == "Float" || a.class == "Date" && e.args[i] == "UnixTimestamp"
			if a.class == "list" && e.args[i] == "list" {
				fits = listFits(a, e.args[0])
			}
			ok = ok && fits
		}
		if ok {
			return e.text
		}
	}
	return ""
}

func listFits(list *term, class string) bool {
	for _, e := range list.args {
		if e.class != class && (e.class != "Int" || class != "Float") {
			return false
		}
	}
	return true
}

// words draws a literal that belongs to a function.
func (g *generator) words(e entry, i int) *term {
	pick := func(all ...string) *term { return &term{class: "literal", lit: all[g.IntN(len(all))]} }
	zone := func() *term {
		return pick("UTC", "Asia/Seoul", "America/New_York", "Asia/Kathmandu", "America/Sao_Paulo")
	}
	switch {
	case e.args[i] == "list":
		l := &term{class: "list", lit: "list"}
		for range 1 + g.IntN(5) {
			l.args = append(l.args, g.literal(e.args[0]))
		}
		return l
	case e.name == "matches":
		return pick("a", "^a", "b+$", "^$", "[^a]", `(?i)é|ß`, `\d`)
	case e.name == "date_trunc" && i == 0:
		return pick("second", "minute", "hour", "day", "week", "month", "year")
	case e.name == "duration":
		return pick("90s", "36h", "15m", "0h", "100000h")
	case e.name == "timestamp" && i == 0:
		return pick("2026-03-12T10:00:00", "1969-12-31T23:59:59", "0001-01-02T00:00:00", "2026-06-01T00:00:00")
	}
	return zone()
}

func (g *generator) leaf(class string) *term {
	if class == "Duration" {
		return g.make(entry{text: "duration(literal) Duration", name: "duration", args: []string{"literal"}, result: "Duration"}, class, 1)
	}
	if g.IntN(3) == 0 && class != "Date" && class != "UnixTimestamp" {
		return g.literal(class)
	}
	for {
		if i := g.IntN(len(g.columns)); classOf(g.columns[i].Type.Kind) == class {
			return &term{class: class, name: g.columns[i].Name, col: i}
		}
	}
}

func (g *generator) literal(class string) *term {
	t := &term{class: class}
	switch class {
	case "Int":
		t.lit = g.int()
	case "Float":
		for {
			f := g.float()
			if t.lit = f; !math.IsNaN(f) && !math.IsInf(f, 0) {
				return t
			}
		}
	case "Bool":
		t.lit = g.IntN(2) == 0
	default:
		t.lit = g.textValue()
	}
	return t
}

func (g *generator) int() int64 {
	special := []int64{0, 1, -1, 2, 3, -7, 1000, math.MaxInt64, math.MinInt64, math.MaxInt32, 1<<53 + 1, 3037000500, g.Int64N(1000) - 500, g.Int64()}
	return special[g.IntN(len(special))]
}

func (g *generator) float() float64 {
	special := []float64{0, math.Copysign(0, -1), 1, -1, 0.5, -2.5, 1e308, -1e308, 5e-324, math.NaN(), math.Inf(1), math.Inf(-1), 1 << 63, -1 << 63, g.NormFloat64() * 100}
	return special[g.IntN(len(special))]
}

func (g *generator) textValue() string {
	special := []string{"", "a", "ab", "aab", "héllo", "ß", "İ", "日本", " a\t", "b", "42", "-7", "1.5", "true", "\u00a0x", "a\"b\\\n"}
	return special[g.IntN(len(special))]
}

// batch draws rows rows of the columns; about one cell in seven is null.
func (g *generator) batch(rows int) *value.Batch {
	b := &value.Batch{}
	for _, f := range g.columns {
		c := value.NewColumn(f.Type, rows)
		for range rows {
			c.Append(g.cell(f.Type.Kind))
		}
		b.Add(f.Name, c)
	}
	b.Rows = rows
	return b
}

func (g *generator) cell(k value.Kind) value.Value {
	if g.IntN(7) == 0 {
		return value.Value{}
	}
	switch k {
	case value.Int64:
		return value.OfInt64(g.int())
	case value.Int32:
		return value.OfInt32(int32(g.int()))
	case value.Float64:
		return value.OfFloat64(g.float())
	case value.Float32:
		return value.OfFloat32(float32(g.float()))
	case value.String:
		if g.IntN(500) == 0 {
			return value.OfString(strings.Repeat("xy", 20000)) // two of them are too long
		}
		return value.OfString(g.textValue())
	case value.Bool:
		return value.OfBool(g.IntN(2) == 0)
	case value.Date:
		return value.OfDate([]int32{0, -1, 20524, -719162, 2932896, int32(g.IntN(40000) - 20000)}[g.IntN(6)])
	}
	special := []eventtime.Instant{0, -1, 1772953199999999, 1793513400000000, 1541300400000000, eventtime.Min, eventtime.Max, eventtime.Instant(g.Int64N(4e15) - 1e15)}
	return value.OfInstant(special[g.IntN(len(special))])
}

// source writes a term as text, with needless parentheses, methods and ?: at times.
func (g *generator) source(t *term) string {
	switch {
	case t.name != "":
		return t.name
	case t.class == "list":
		all := make([]string, len(t.args))
		for i, a := range t.args {
			all[i] = g.source(a)
		}
		return "[" + strings.Join(all, ",") + "]"
	case t.op == "":
		return literalSource(t.lit)
	}
	args := make([]string, len(t.args))
	for i, a := range t.args {
		args[i] = g.source(a)
	}
	switch {
	case t.op == "in":
		return "(" + args[0] + " in " + args[1] + ")"
	case t.op == "if" && g.IntN(2) == 0:
		return "((" + args[0] + ") ? " + args[1] + " : " + args[2] + ")"
	case t.op[0] >= 'a' && t.op[0] <= 'z':
		if t.args[0].name != "" && g.IntN(3) == 0 && t.op != "if" {
			return args[0] + "." + t.op + "(" + strings.Join(args[1:], ", ") + ")"
		}
		return t.op + "(" + strings.Join(args, ", ") + ")"
	case len(args) == 1:
		return t.op + "(" + args[0] + ")"
	}
	return "(" + args[0] + " " + t.op + strings.Repeat(" ", g.IntN(2)) + args[1] + ")"
}

func literalSource(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		if s := strconv.FormatFloat(v, 'g', -1, 64); strings.ContainsAny(s, ".e") {
			return s
		}
		return strconv.FormatFloat(v, 'f', 1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return strconv.Quote(v.(string))
}
