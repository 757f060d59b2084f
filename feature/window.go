package feature

import (
	"slices"
	"strings"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/value"
)

// An Aggregation computes one feature of a window view from raw events (design/semantics.md 5). Aggregations[i] of a
// view computes Schema[i], which has its name, type and default.
type Aggregation struct {
	Name     string       `json:"name"`
	Function agg.Function `json:"function"`
	Column   string       `json:"column,omitempty"` // as views name it; empty for count, which counts rows then
	N        int          `json:"n,omitempty"`      // of first_n, last_n and their distinct variants

	// Exactly one of Window, Lifetime and Last says which events count.
	Window   eventtime.Duration `json:"window,omitempty"`   // (end − Window, end]
	Lifetime bool               `json:"lifetime,omitempty"` // every event up to end
	Last     int                `json:"last,omitempty"`     // the newest Last events up to end, counted after Where

	Offset eventtime.Duration `json:"offset,omitempty"` // end = asOf − Offset
	Hop    eventtime.Duration `json:"hop,omitempty"`    // the far edge of Window lies on multiples of it; 0: exact

	Where string `json:"where,omitempty"` // a Bool expression over the columns of the source: only events for which it is true count
	By    string `json:"by,omitempty"`    // a String column: the feature is a Map from its values to the function of their events
}

// LastMax is the greatest number of events that a window may count.
const LastMax = 10_000

// Bounds returns the window of a: what eventtime.Window.Bounds needs. Lifetimes and counts of events have no far edge.
func (a *Aggregation) Bounds() eventtime.Window {
	return eventtime.Window{Length: a.Window, Offset: a.Offset, Hop: a.Hop}
}

// Extent returns a's window for people: "7d", "7d in steps of 1h, until 1d ago", "lifetime", "last 10".
func (a *Aggregation) Extent() string {
	text := a.Window.String()
	switch {
	case a.Lifetime:
		text = "lifetime"
	case a.Last > 0:
		text = "last " + itoa(a.Last)
	}
	if a.Hop > 0 {
		text += " in steps of " + a.Hop.String()
	}
	if a.Offset > 0 {
		text += ", until " + a.Offset.String() + " ago"
	}
	return text
}

// String returns how a is computed, for people: "sum(amount) over 7d, by country, where status == 'ok'".
func (a *Aggregation) String() string {
	text := string(a.Function) + "(" + a.Column
	if a.N > 0 {
		text += ", " + itoa(a.N)
	}
	text += ") over " + a.Extent()
	if a.By != "" {
		text += ", by " + a.By
	}
	if a.Where != "" {
		text += ", where " + a.Where
	}
	return text
}

// columns returns the columns that a uses, in no order; those of a Where that cannot be read are missing.
func (a *Aggregation) columns() []string {
	var out []string
	for _, name := range []string{a.Column, a.By} {
		if name != "" {
			out = append(out, name)
		}
	}
	if a.Where != "" {
		used, _ := expr.Columns(a.Where) // Validate tells of what is wrong with it
		out = append(out, used...)
	}
	return out
}

// Windowed reports whether v computes its features from raw events.
func (v *View) Windowed() bool { return len(v.Aggregations) > 0 }

// Snapshot reports whether the values of v exist at instants k·Refresh alone, each usable Delay later; a window view
// that is none is exact at asOf (design/semantics.md 5.7).
func (v *View) Snapshot() bool { return v.Windowed() && v.Refresh > 0 }

// Reach returns how far behind its end the widest window of v begins: the greatest Window + Offset + Hop. bounded is
// false where a lifetime or a count of events reaches back without limit.
func (v *View) Reach() (reach eventtime.Duration, bounded bool) {
	bounded = true
	for i := range v.Aggregations {
		a := &v.Aggregations[i]
		reach = max(reach, a.Window+a.Offset+a.Hop)
		bounded = bounded && a.Window > 0
	}
	return reach, bounded
}

// Input returns the type of a column that v's aggregations use; the zero type where it is not known.
func (v *View) Input(name string) value.Type {
	i, found := slices.BinarySearchFunc(v.Inputs, name, func(f value.Field, n string) int { return strings.Compare(f.Name, n) })
	if !found {
		return value.Type{}
	}
	return v.Inputs[i].Type
}

// Spec returns the function of an aggregation of v with the type of its column. Errors: FailedPrecondition for a column
// whose type is neither declared nor inferred yet.
func (v *View) Spec(a *Aggregation) (agg.Spec, error) {
	spec := agg.Spec{Function: a.Function, N: a.N}
	if a.Column == "" {
		return spec, nil
	}
	if spec.Input = v.Input(a.Column); spec.Input.IsZero() {
		return spec, errs.New(errs.FailedPrecondition, "the type of column %q of view %q is not known", a.Column, v.Name).WithID("T0193").
			WithHint("add it to the schema of the source, or run truepoint apply, which reads it from the source").At(v.Origin.At("aggregations"))
	}
	return spec, nil
}

// Filter returns the compiled Where of an aggregation of v, nil where it has none. Errors: those of expr.Compile.
func (v *View) Filter(a *Aggregation) (*expr.Filter, error) {
	if a.Where == "" {
		return nil, nil
	}
	p, err := expr.Compile(a.Where, expr.Scope{Columns: v.knownInputs()}, value.Scalar(value.Bool))
	if err != nil {
		return nil, err
	}
	return p.Filter()
}

// Canonical returns an aggregation of v with its filter in the form that does not depend on spelling.
func (v *View) Canonical(a Aggregation) Aggregation {
	if f, err := v.Filter(&a); err == nil && f != nil {
		a.Where = f.String()
	}
	return a
}

// knownInputs returns the inputs of v whose types are known.
func (v *View) knownInputs() []value.Field {
	return slices.DeleteFunc(slices.Clone(v.Inputs), func(f value.Field) bool { return f.Type.IsZero() })
}

// result returns the type of an aggregation of v, a Map with a secondary key. Errors: those of Spec and Result.
func (v *View) result(a *Aggregation) (value.Type, error) {
	spec, err := v.Spec(a)
	if err != nil {
		return value.Type{}, err
	}
	t, err := spec.Result()
	if err == nil && a.By != "" {
		t = value.MapOf(t)
	}
	return t, err
}
