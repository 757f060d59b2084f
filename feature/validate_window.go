package feature

import (
	"slices"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/value"
)

// windows checks what window views have and others have not.
func (c *checker) windows(v *View) {
	c.refresh(v)
	for i := range v.Aggregations {
		a, path := &v.Aggregations[i], index("aggregations", i)
		if i >= len(v.Schema) || v.Schema[i].Name != a.Name {
			c.fault("T0190", v.Origin.At(path), "aggregation %q of view %q has no field of its name at its place", a.Name, v.Name).
				WithHint("leave the schema out")
			return
		}
		c.window(v, a, path)
		c.aggregation(v, i, path)
		c.where(v, a, path)
	}
}

// refresh checks when the values of a view exist (design/semantics.md 5.7).
func (c *checker) refresh(v *View) {
	at := v.Origin.first("refresh", "delay", "aggregations")
	switch {
	case v.Refresh < 0 || v.Delay < 0:
		c.fault("T0192", at, "refresh and delay of view %q cannot be negative", v.Name).WithHint("write a duration such as 1h")
	case !v.Windowed() && (v.Refresh > 0 || v.Delay > 0):
		c.fault("T0192", at, "view %q has no aggregations: refresh and delay have no effect on it", v.Name).
			WithHint("remove them; schedule says how often it is materialized")
	case !v.Windowed():
	case v.Online && v.Refresh == 0:
		c.fault("T0192", v.Origin.first("refresh", "aggregations"), "window view %q is served online and does not say how often its values are computed", v.Name).
			WithHint("write refresh: 1h, and training sees values as old as serving does; or online: false, and training values are exact at every moment")
	case !v.Online && (v.Refresh > 0 || v.Delay > 0):
		c.fault("T0192", at, "view %q is not served online, so its values are exact at every moment: refresh and delay have no effect", v.Name).
			WithHint("remove them, or write online: true")
	case v.Refresh > 0 && v.Schedule != "":
		if s, err := ParseSchedule(v.Schedule); err == nil && s.Period() > v.Refresh {
			c.fault("T0192", v.Origin.At("schedule"), "view %q is materialized every %s, and training would use values of every %s", v.Name, s.Period(), v.Refresh).
				WithHint("write refresh: %s, or a schedule of at most %s", s.Period(), v.Refresh)
		}
	}
}

// window checks which events an aggregation counts.
func (c *checker) window(v *View, a *Aggregation, path string) {
	at := func(key string) errs.Position { return v.Origin.At(path + "." + key) }
	whole := v.Origin.first(path+".window", path+".last", path)
	said := 0
	for _, b := range []bool{a.Window != 0, a.Lifetime, a.Last != 0} {
		if b {
			said++
		}
	}
	_, written := v.Origin.Fields[path+".window"]
	switch {
	case a.Window < 0 || a.Last < 0:
		c.fault("T0190", whole, "the window of %q is negative", a.Name).WithHint("write a duration such as 7d")
	case said == 0 && written:
		c.fault("T0190", whole, "a window of 0 holds no event").WithHint("write a duration such as 7d, or lifetime")
	case said == 0:
		c.fault("T0190", whole, "aggregation %q has no window", a.Name).WithHint("write window: 7d, window: lifetime, or last: 10")
	case said > 1:
		c.fault("T0190", at("last"), "aggregation %q has both a window and last", a.Name).WithHint("keep one of them; where: can narrow the events down")
	case a.Last > LastMax:
		c.fault("T0190", at("last"), "last %d of %q is more than %d", a.Last, a.Name, LastMax).WithHint("use at most %d, or a window", LastMax)
	}
	if a.Offset < 0 {
		c.fault("T0190", at("offset"), "the offset of %q is negative: the window would end in the future", a.Name).WithHint("write a duration such as 1d, or leave it out")
	}
	c.hop(a, at("hop"))
}

// hop checks that the far edge of a window moves in steps that the window is made of.
func (c *checker) hop(a *Aggregation, at errs.Position) {
	switch {
	case a.Hop == 0:
	case a.Hop < 0:
		c.fault("T0191", at, "the hop of %q is negative", a.Name).WithHint("write a duration such as 1h, or leave it out: the window is exact then")
	case a.Window <= 0:
		c.fault("T0191", at, "%q has a hop and no window of a length", a.Name).WithHint("leave hop out")
	case a.Hop > a.Window:
		c.fault("T0191", at, "hop %s is longer than the window of %s", a.Hop, a.Window).WithHint("use at most hop: %s", a.Window)
	case a.Window%a.Hop != 0:
		c.fault("T0191", at, "hop %s does not divide the window of %s", a.Hop, a.Window).WithHint("use hop: %s", nearestHop(a.Window, a.Hop))
	}
}

// hopUnits are the steps in which nearestHop looks, greatest first.
var hopUnits = [...]eventtime.Duration{eventtime.Day, eventtime.Hour, eventtime.Minute, eventtime.Second, eventtime.Millisecond, eventtime.Microsecond}

// nearestHop returns the divisor of window that is nearest to hop among those in whole units that both are made of:
// 5h in 7d gives 6h. Where the nearest one is very far away it returns the window itself, which always divides.
func nearestHop(window, hop eventtime.Duration) eventtime.Duration {
	const tries = 100_000
	unit := eventtime.Microsecond
	for _, u := range hopUnits {
		if window%u == 0 && hop%u == 0 {
			unit = u
			break
		}
	}
	for n := range eventtime.Duration(tries) {
		longer, shorter := hop+n*unit, hop-n*unit
		switch {
		case longer <= window && window%longer == 0:
			return longer
		case shorter > 0 && window%shorter == 0:
			return shorter
		}
	}
	return window
}

// aggregation checks the function of Aggregations[i] against the type of its column, and what is declared of the
// result. While the type is not known only what holds for every type is checked.
func (c *checker) aggregation(v *View, i int, path string) {
	a, f := &v.Aggregations[i], &v.Schema[i]
	spec, unknown := v.Spec(a)
	if unknown != nil {
		spec.Input = value.Scalar(value.Int64) // which every function takes
	}
	if by := v.Input(a.By); a.By != "" && !by.IsZero() && by.Kind != value.String {
		c.fault("T0193", v.Origin.At(path+".by"), "column %q is %s, a secondary key must be String", a.By, by).
			WithHint("add a String column to the source")
	}
	if _, err := spec.Result(); err != nil {
		for _, e := range errs.All(err) {
			key := map[string]string{"T0700": ".function", "T0701": ".column", "T0702": ".n"}[e.ID]
			c.wrong(e.ID, v.Origin.At(path+key), e)
		}
		return
	}
	if f.Type.IsZero() {
		return
	}
	if got, err := v.result(a); err == nil && !got.Equal(f.Type) {
		c.fault("T0193", v.Origin.At(index("schema", i)+".type"), "feature %q is declared %s, and %s of %s is %s", f.Name, f.Type, a.Function, columnText(spec), got).
			WithHint("write type: %s, or leave the type out", got)
		return
	}
	if _, err := f.Defaults(); err != nil {
		c.wrong("T0133", v.Origin.At(index("schema", i)+".default"), err)
	}
}

func columnText(s agg.Spec) string {
	if s.Input.IsZero() {
		return "rows"
	}
	return "a column of type " + s.Input.String()
}

// where checks a filter: its text in any case, its types once those of all columns that it uses are known.
func (c *checker) where(v *View, a *Aggregation, path string) {
	if a.Where == "" {
		return
	}
	path += ".where"
	used, err := expr.Columns(a.Where)
	if err == nil && !slices.ContainsFunc(used, func(name string) bool { return v.Input(name).IsZero() }) {
		_, err = v.Filter(a)
	}
	c.expression(err, &v.Origin, path)
}

// expression adds the faults of an expression, each at its place within the file where the text stands there as it is,
// and otherwise at the text, with the place inside of it in words.
func (c *checker) expression(err error, o *Origin, path string) {
	for _, e := range errs.All(err) {
		fault := *e
		fault.Excerpt = ""
		if text, exact := o.Fields[path+TextPath]; exact && e.Pos.Line > 0 {
			fault.Pos = errs.Position{File: text.File, Line: text.Line + e.Pos.Line - 1, Column: text.Column + e.Pos.Column - 1}
			c.faults.Add(&fault)
			continue
		}
		fault.Pos, fault.Width = o.At(path), 0
		if e.Pos.Line > 0 {
			fault.Message += ", at " + within(e.Pos) + " of the expression"
		}
		c.faults.Add(&fault)
	}
}

func within(p errs.Position) string {
	if p.Line > 1 {
		return "line " + itoa(p.Line) + ", character " + itoa(p.Column)
	}
	return "character " + itoa(p.Column)
}
