package sqlgen

import (
	"slices"
	"strconv"
	"strings"

	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// where returns a filter as a condition: it is true for the rows that the filter selects, and raises no error. Errors:
// Unimplemented for a filter whose parts engines answer otherwise.
func (w *writer) where(from *From, f pit.Filter) (string, error) {
	tree, ok := f.(interface{ Term() *expr.Term })
	if !ok {
		return "", elsewhere("the filter %s is no expression", said(f.String()))
	}
	t := &translation{writer: w, from: from, kinds: map[string]value.Kind{}}
	for _, c := range f.Columns() {
		t.kinds[c.Name] = c.Type.Kind
	}
	var all []string
	err := t.conjunction(tree.Term(), &all)
	return strings.Join(all, " AND "), err
}

// A translation says an expression in SQL, with the rules of design/semantics.md 11.
type translation struct {
	*writer
	from  *From
	kinds map[string]value.Kind // of columns
}

// A phrase is a part of an expression in SQL. Its text raises no error. Where fault is true the part is an ERROR, whatever
// text gives; fault is never null, and empty where there can be no ERROR.
type phrase struct {
	text, fault string
	bits        int // of a whole number: how many it may have beside its sign; more than 63 in the wide type alone
}

// conjunction adds the conditions of t that must all be true. Only here a null may count as false.
func (t *translation) conjunction(e *expr.Term, to *[]string) error {
	if e.Name == "&&" {
		for _, a := range e.Args {
			if err := t.conjunction(a, to); err != nil {
				return err
			}
		}
		return nil
	}
	p, err := t.phrase(e)
	if err != nil {
		return err
	}
	if *to = append(*to, p.text); p.fault != "" {
		*to = append(*to, "NOT "+p.fault)
	}
	return nil
}

// either returns the condition that one of the faults is true.
func either(faults ...string) string {
	faults = slices.DeleteFunc(faults, func(f string) bool { return f == "" })
	slices.Sort(faults)
	faults = slices.Compact(faults)
	if len(faults) < 2 {
		return strings.Join(faults, "")
	}
	return "(" + strings.Join(faults, " OR ") + ")"
}

func (t *translation) phrase(e *expr.Term) (phrase, error) {
	switch {
	case e.Column != "":
		return t.column(e), nil
	case e.Name == "":
		return t.literal(e)
	}
	args := make([]phrase, len(e.Args))
	var faults []string
	for i, a := range e.Args {
		p, err := t.phrase(a)
		if err != nil {
			return p, err
		}
		args[i], faults = p, append(faults, p.fault)
	}
	p, err := t.call(e, args)
	if err != nil {
		return p, err
	}
	if e.Name != "coalesce" && e.Name != "if" {
		p.fault = either(append(faults, p.fault)...)
	}
	return p, nil
}

func (t *translation) column(e *expr.Term) phrase {
	p := phrase{text: t.quote(t.from.own(e.Column)), bits: 63}
	if t.kinds[e.Column] == value.Float32 {
		p.text = "CAST(" + p.text + " AS " + t.d.Types[value.Float64] + ")"
	}
	return p
}

func (t *translation) literal(e *expr.Term) (phrase, error) {
	switch v := e.Literal.(type) {
	case bool:
		return phrase{text: strings.ToUpper(strconv.FormatBool(v))}, nil
	case int64:
		return phrase{text: strconv.FormatInt(v, 10), bits: 63}, nil
	case float64:
		return phrase{text: "CAST('" + strconv.FormatFloat(v, 'g', -1, 64) + "' AS " + t.d.Types[value.Float64] + ")"}, nil
	case string:
		if strings.ContainsRune(v, 0) {
			return phrase{}, elsewhere("a text with a zero byte is compared here")
		}
		return phrase{text: t.d.Text(v)}, nil
	}
	return phrase{}, elsewhere("the literal null is taken here")
}

// call returns a call without the faults of its arguments, those of lazy functions apart.
func (t *translation) call(e *expr.Term, a []phrase) (phrase, error) {
	switch e.Name {
	case "==", "!=", "<", "<=", ">", ">=":
		return t.comparison(e, a[0], a[1])
	case "+", "-", "*", "//", "%":
		return t.arithmetic(e, a)
	case "in":
		return t.among(e, a)
	case "&&":
		return strict(a[0].text, a[1].text, a[0].text+" AND "+a[1].text), nil
	case "||":
		return strict(a[0].text, a[1].text, a[0].text+" OR "+a[1].text), nil
	case "!":
		return phrase{text: "(NOT " + a[0].text + ")"}, nil
	case "is_null":
		return phrase{text: "(" + a[0].text + " IS NULL)"}, nil
	case "is_nan":
		return phrase{text: t.d.NaN(a[0].text)}, nil
	case "double":
		if e.Args[0].Class == "Int" && a[0].bits <= 63 && e.Args[0].Name == "" {
			return phrase{text: "CAST(" + a[0].text + " AS " + t.d.Types[value.Float64] + ")"}, nil
		}
	case "coalesce":
		if class(e.Class) {
			return coalesce(a[0], a[1]), nil
		}
	case "if":
		if class(e.Class) {
			return choose(a[0], a[1], a[2]), nil
		}
	}
	return phrase{}, elsewhere("%s of %s is computed here", e.Name, e.Class)
}

// class reports whether values of a class are the same here and in engines.
func class(c string) bool { return slices.Contains([]string{"Bool", "Int", "Float", "String"}, c) }

// strict returns a condition that is null where one of two operands is: SQL says otherwise of false AND null.
func strict(a, b, text string) phrase {
	return phrase{text: "(CASE WHEN " + a + " IS NOT NULL AND " + b + " IS NOT NULL THEN " + text + " END)"}
}

// coalesce does not ask what stands behind a value.
func coalesce(a, b phrase) phrase {
	p := phrase{text: "COALESCE(" + a.text + ", " + b.text + ")", fault: a.fault, bits: max(a.bits, b.bits)}
	if b.fault != "" {
		p.fault = either(a.fault, "("+a.text+" IS NULL AND "+b.fault+")")
	}
	return p
}

// choose does not ask the branch that it does not take.
func choose(c, a, b phrase) phrase {
	p := phrase{text: "(CASE WHEN " + c.text + " THEN " + a.text + " ELSE " + b.text + " END)", fault: c.fault, bits: max(a.bits, b.bits)}
	if a.fault != "" || b.fault != "" {
		or := func(fault string) string {
			if fault == "" {
				return "FALSE"
			}
			return fault
		}
		p.fault = either(c.fault, "(CASE WHEN "+c.text+" THEN "+or(a.fault)+" ELSE "+or(b.fault)+" END)")
	}
	return p
}

func (t *translation) comparison(e *expr.Term, a, b phrase) (phrase, error) {
	operator := map[string]string{"==": "=", "!=": "<>"}[e.Name]
	if operator == "" {
		operator = e.Name
	}
	if !class(e.Args[0].Class) || !class(e.Args[1].Class) {
		return phrase{}, elsewhere("%s is compared here", e.Args[0].Class)
	}
	return phrase{text: t.compared(e.Args, a.text+t.bytewise(e.Args[0].Class)+" "+operator+" "+b.text, a, b, e.Name == "!=")}, nil
}

// bytewise follows a text that is compared.
func (t *translation) bytewise(class string) string {
	if class != "String" {
		return ""
	}
	return t.d.Rank(value.String, "")[0]
}

// compared returns a comparison of floats, to which NaN is different from everything, itself included.
func (t *translation) compared(args []*expr.Term, text string, a, b phrase, differ bool) string {
	unequal := strings.ToUpper(strconv.FormatBool(differ))
	var cases string
	for i, pair := range [][2]phrase{{a, b}, {b, a}} {
		if args[i].Class == "Float" && (args[i].Column != "" || args[i].Name != "") && args[i].Name != "double" {
			cases += " WHEN " + t.d.NaN(pair[0].text)
			if other := args[1-i]; other.Literal == nil {
				cases += " AND " + pair[1].text + " IS NOT NULL"
			}
			cases += " THEN " + unequal
		}
	}
	if cases == "" {
		return "(" + text + ")"
	}
	return "(CASE" + cases + " ELSE " + text + " END)"
}

// among compares with each element of a list.
func (t *translation) among(e *expr.Term, a []phrase) (phrase, error) {
	if !class(e.Args[0].Class) {
		return phrase{}, elsewhere("%s is compared here", e.Args[0].Class)
	}
	list := make([]string, len(a)-1)
	for i := range list {
		list[i] = a[i+1].text
	}
	text := a[0].text + t.bytewise(e.Args[0].Class) + " IN (" + strings.Join(list, ", ") + ")"
	return phrase{text: "(" + text + ")"}, nil // no literal is NaN, so that NaN is in no list
}
