package sqlgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// described says what a feature is, for a comment.
func described(f *pit.WindowFeature) string {
	text := said(f.Name) + ": " + string(f.Spec.Function)
	if f.Column != "" {
		text += " of " + said(f.Column)
	}
	if f.Window.Length > 0 {
		text += " in " + f.Window.Length.String()
	}
	if f.Window.Hop > 0 && f.Window.Length > 0 {
		text += ", hop " + f.Window.Hop.String()
	}
	if f.Window.Offset > 0 {
		text += ", offset " + f.Window.Offset.String()
	}
	if f.Last > 0 {
		text += fmt.Sprint(", last ", f.Last)
	}
	if f.By != "" {
		text += ", by " + said(f.By) + ": keys k, values f"
	}
	if f.Where != nil {
		text += " where " + said(f.Where.String())
	}
	return text
}

// place returns the index of x in list, where it adds it if need be.
func place[T comparable](list *[]T, x T) int {
	if i := slices.Index(*list, x); i >= 0 {
		return i
	}
	*list = append(*list, x)
	return len(*list) - 1
}

// feature adds what feature f needs and its aggregate.
func (a *windowAnswer) feature(f int) error {
	feature := &a.view.Features[f]
	member := alias("w", place(&a.windows, feature.Window))
	if feature.Where != nil {
		condition, err := a.where(&a.view.From, feature.Where)
		if err != nil {
			return err
		}
		member += " AND " + alias("p", place(&a.filters, condition))
	}
	among := member
	if feature.By != "" {
		group := alias("g", place(&a.groups, feature.By))
		member += " AND " + group + " IS NOT NULL"
		among = member + ", " + group
	}
	a.members = append(a.members, member)
	if feature.Last > 0 {
		a.ordered = true
		member += fmt.Sprintf(" AND %s <= %d", alias("l", place(&a.lasts, among)), feature.Last)
	}
	x := "1"
	if feature.Column != "" {
		x = alias("v", place(&a.inputs, feature.Column))
	}
	a.aggregates = append(a.aggregates, a.function(feature.Spec, x, member))
	return nil
}

// function returns the aggregate of the rows of an entity row that are members.
func (a *windowAnswer) function(s agg.Spec, x, member string) string {
	float := s.Input.Kind == value.Float32 || s.Input.Kind == value.Float64
	cast := func(x string, k value.Kind) string { return "CAST(" + x + " AS " + a.d.Types[k] + ")" }
	when := func(x string) string { return "CASE WHEN " + member + " THEN " + x + " END" }
	widened := x
	if s.Input.Kind == value.Float32 {
		widened = cast(x, value.Float64)
	}
	switch s.Function {
	case agg.Count:
		return "COUNT(" + when(x) + ")"
	case agg.CountDistinct:
		if s.Input.Kind == value.String {
			x = a.d.Rank(value.String, x)[0]
		}
		return "COUNT(DISTINCT " + when(x) + ")"
	case agg.Sum:
		if float {
			return "SUM(" + when(widened) + ")"
		}
		return cast("SUM("+when(x)+")", value.Int64)
	case agg.Mean:
		if float {
			return "SUM(" + when(widened) + ") / COUNT(" + when(x) + ")"
		}
		return cast("AVG("+when(x)+")", value.Float64)
	case agg.VarPop, agg.VarSamp, agg.StddevPop, agg.StddevSamp:
		return a.spread(s.Function, x, widened, member, float)
	case agg.Min:
		return a.extreme(s.Input.Kind, "MIN", x, member)
	case agg.Max:
		return a.extreme(s.Input.Kind, "MAX", x, member)
	}
	a.ordered = true
	order := "place"
	if s.Function == agg.Last || s.Function == agg.LastN {
		order += " DESC"
	}
	return a.d.Gather(x, member, []string{order}, s.N)
}

// spread returns a variance or deviation, which is NaN where an input is not finite.
func (a *windowAnswer) spread(f agg.Function, x, widened, member string, float bool) string {
	name := strings.ToUpper(string(f))
	if !float {
		variance := strings.Replace(name, "STDDEV", "VAR", 1)
		text := fmt.Sprintf("CAST(%s(CASE WHEN %s THEN %s END) AS %s)", variance, member, x, a.d.Types[value.Float64])
		if variance != name { // PostgreSQL takes the root of an exact number to few digits
			return "SQRT(" + text + ")"
		}
		return text
	}
	least := 1
	if f == agg.VarSamp || f == agg.StddevSamp {
		least = 2
	}
	return fmt.Sprintf("CASE WHEN COUNT(CASE WHEN %s THEN %s END) < %d THEN NULL WHEN COUNT(CASE WHEN %s AND NOT (%s) THEN 1 END) > 0 THEN CAST('NaN' AS %s) ELSE %s(CASE WHEN %s AND %s THEN %s END) END",
		member, x, least, member, a.d.Finite(x), a.d.Types[value.Float64], name, member, a.d.Finite(x), widened)
}

// extreme returns the least or greatest value as pit orders them; NaN gives way to every number. Floats are ordered by
// their opposites: DuckDB takes −0 for 0 when an array is ordered by its own elements.
func (a *windowAnswer) extreme(k value.Kind, name, x, member string) string {
	direction, opposite := "", " DESC"
	if name == "MAX" {
		direction, opposite = " DESC", ""
	}
	rank := a.d.Rank(k, x)
	switch k {
	case value.Float32, value.Float64:
		sign := rank[len(rank)-1]
		return a.d.Gather(x, member, []string{"CASE WHEN " + a.d.NaN(x) + " THEN 1 ELSE 0 END", "-" + x + opposite, sign + direction}, 0)
	case value.String, value.Decimal:
		for i := range rank {
			rank[i] += direction
		}
		return a.d.Gather(x, member, rank, 0)
	}
	return name + "(CASE WHEN " + member + " THEN " + x + " END)"
}
