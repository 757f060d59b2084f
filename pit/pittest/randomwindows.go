package pittest

import (
	"fmt"
	"math"
	"slices"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// RandomWindows draws a case of windows without expectations: one or two views over histories of few keys at few instants,
// with every function, windows whose edges meet events, filters, secondary keys, repeated events, late rows and
// snapshots. Sums of integers overflow seldom.
func RandomWindows(t *rapid.T) *Case {
	g := &generator{t: t}
	g.base = rapid.SampledFrom([]eventtime.Instant{0, -3, 1_700_000_000_000_000, -1_000_000_000_003}).Draw(t, "base")
	g.unit = rapid.SampledFrom([]eventtime.Duration{2, 10, eventtime.Second, eventtime.Hour}).Draw(t, "unit")
	c := &Case{Name: "random windows", OnNull: rapid.Bool().Draw(t, "null_features")}
	c.Known = rapid.SampledFrom([]pit.KnownAtRule{pit.KnownNow, pit.KnownNow, pit.KnownAtInstant, pit.KnownAtAsOf}).Draw(t, "known")
	c.KnownAt = g.instant("known_at").Add(eventtime.Duration(rapid.IntRange(0, 3).Draw(t, "known later")) * g.unit)
	g.keys = rapid.SampledFrom(keySets).Draw(t, "keys")
	for i := range rapid.IntRange(1, 2).Draw(t, "views") {
		c.Views = append(c.Views, g.windows(fmt.Sprint("v", i)))
	}
	g.spine(c)
	return c
}

// inputTypes are the types of the columns that windows read.
var inputTypes = []value.Kind{
	value.Int64, value.Int64, value.Float64, value.Float64, value.Float64, value.Float32, value.Int32, value.String, value.Decimal,
	value.UnixTimestamp, value.Bool,
}

func (g *generator) windows(name string) *View {
	v := &View{Name: name, Layout: pit.Layout{Event: "event"}, Windows: &Windows{}}
	v.column("event", value.UnixTimestamp)
	for _, k := range g.keys {
		v.Columns = append(v.Columns, k)
		v.Layout.Keys, v.Spine = append(v.Layout.Keys, k.Name), append(v.Spine, "spine_"+k.Name)
	}
	if g.chance(80, "has created") {
		v.Layout.Created = v.column("created", value.UnixTimestamp)
	}
	if g.chance(20, "has sequence") {
		v.Layout.Sequence = v.column("arrival", value.Int64)
	}
	if g.chance(30, "has tie_break") {
		v.Layout.TieBreak = append(v.Layout.TieBreak, v.column("tie", value.Int64))
	}
	if g.chance(50, "has id") {
		v.Windows.EventID = v.column("id", rapid.SampledFrom([]value.Kind{value.String, value.Int64}).Draw(g.t, "id kind"))
	}
	v.column("x", rapid.SampledFrom(inputTypes).Draw(g.t, "x kind"))
	v.column("y", rapid.SampledFrom(inputTypes).Draw(g.t, "y kind"))
	v.column("group", rapid.SampledFrom([]value.Kind{value.String, value.Int64, value.Int32}).Draw(g.t, "group kind"))
	v.column("n", value.Int64)
	rules := []eventtime.AvailabilityRule{eventtime.ByEventTime, eventtime.ByEventTime, eventtime.ByDelay}
	if v.Layout.Created != "" {
		rules = append(rules, eventtime.ByCreatedTime, eventtime.ByCreatedTime)
	}
	v.Availability.Rule = rapid.SampledFrom(rules).Draw(g.t, "availability")
	v.Availability.Delay = eventtime.Duration(rapid.IntRange(0, 2).Draw(g.t, "available after")) * g.unit
	if g.chance(40, "snapshots") {
		v.Windows.Refresh = eventtime.Duration(rapid.IntRange(1, 3).Draw(g.t, "refresh")) * g.unit
		v.Windows.Delay = eventtime.Duration(rapid.IntRange(0, 4).Draw(g.t, "delay")) * g.unit / 2
		v.TTL = rapid.SampledFrom([]eventtime.TTL{0, v.Windows.Delay + g.unit/2, v.Windows.Delay + g.unit, eventtime.SnapshotTTL(v.Windows.Refresh, v.Windows.Delay)}).Draw(g.t, "ttl")
	}
	for i := range rapid.IntRange(1, 6).Draw(g.t, "features") {
		f := g.windowFeature(v, fmt.Sprint("f", i))
		t, _ := f.Type()
		v.Windows.Features = append(v.Windows.Features, f)
		v.Layout.Features, v.Layout.FeatureTypes = append(v.Layout.Features, f.Name), append(v.Layout.FeatureTypes, t)
	}
	g.history(v)
	return v
}

func (g *generator) windowFeature(v *View, name string) pit.WindowFeature {
	f := pit.WindowFeature{Name: name}
	var fits []agg.Spec
	column := rapid.SampledFrom([]string{"x", "y", "n"}).Draw(g.t, "of")
	for _, function := range agg.Functions() {
		for _, n := range []int{0, 1, 2, 3} {
			spec := agg.Spec{Function: agg.Function(function), Input: v.typeOf(column), N: n}
			if _, err := spec.Result(); err == nil {
				fits = append(fits, spec)
			}
		}
	}
	f.Column, f.Spec = column, rapid.SampledFrom(fits).Draw(g.t, "function")
	if g.chance(10, "rows") {
		f.Column, f.Spec = "", agg.Spec{Function: agg.Count}
	}
	length := func(label string, units ...int) eventtime.Duration {
		return eventtime.Duration(rapid.SampledFrom(units).Draw(g.t, label)) * g.unit
	}
	f.Window = eventtime.Window{Length: length("window", 0, 1, 1, 2, 3, 4), Offset: length("offset", 0, 0, 0, 1, 2), Hop: length("hop", 0, 0, 0, 1, 2)}
	if g.chance(25, "last") {
		f.Last = rapid.IntRange(1, 4).Draw(g.t, "newest")
	}
	if g.chance(30, "where") {
		f.Where, _ = filter(rapid.SampledFrom([]string{"n > 0", "n % 2 == 0", "is_null(group)", "n != 7"}).Draw(g.t, "filter"), v.Columns)
	}
	if g.chance(25, "by") {
		f.By = "group"
	}
	return f
}

// input draws a value of a column that windows read.
func (g *generator) input(t value.Type) value.Value {
	n := rapid.IntRange(0, 6).Draw(g.t, "input")
	switch t.Kind {
	case value.Int64:
		if g.chance(1, "great") {
			return value.OfInt64(math.MaxInt64)
		}
		return value.OfInt64([]int64{0, 1, -1, 7, 2, 1 << 40, -1 << 40}[n])
	case value.Float64:
		return value.OfFloat64([]float64{0, math.Copysign(0, -1), 0.1, -0.1, 1e17, 3, math.NaN()}[n])
	case value.Float32:
		return value.OfFloat32([]float32{1, float32(math.Inf(1)), float32(math.NaN()), 0.1, -3, 5, 0}[n])
	case value.Int32:
		return value.OfInt32([]int32{0, 1, -1, math.MaxInt32, 3, 4, 5}[n])
	case value.Decimal:
		return value.OfText(value.Decimal, []string{"1", "1.0", "0.1", "-2", "10", "0", "1.5"}[n])
	case value.UnixTimestamp:
		return value.OfInstant(eventtime.Instant(n))
	case value.Bool:
		return value.OfBool(n%2 == 1)
	}
	return value.OfString([]string{"", "a", "b", "ab", "ä", "a\x00", "b"}[n])
}

// windowEdge draws an instant at which a row of v just enters or leaves a window, or a snapshot becomes usable, or a
// microsecond beside it.
func (g *generator) windowEdge(v *View, event eventtime.Instant) eventtime.Instant {
	f := v.Windows.Features[rapid.IntRange(0, len(v.Windows.Features)-1).Draw(g.t, "edge feature")]
	at := event.Add(f.Window.Offset)
	if rapid.Bool().Draw(g.t, "far edge") {
		at = at.Add(f.Window.Length)
	}
	if v.Windows.Refresh > 0 && g.chance(70, "edge of a snapshot") {
		if of := eventtime.SnapshotAt(at, v.Windows.Refresh, 0); of != eventtime.None {
			at = of.Add(v.Windows.Delay)
		}
		if g.chance(30, "edge of its ttl") {
			at = at.Add(v.TTL - v.Windows.Delay)
		}
	}
	return at
}

// isInput reports whether windows read a column as it is.
func isInput(v *View, column string) bool {
	return v.Windows != nil && slices.Contains([]string{"x", "y", "n"}, column)
}
