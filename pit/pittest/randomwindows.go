package pittest

import (
	"fmt"
	"math"
	"math/rand/v2"
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
func RandomWindows(t *rapid.T) *Case { return randomWindows(&drawn{t: t}) }

// RandomWindowsOf draws cases like RandomWindows, and faster, but does not make one that fails smaller.
func RandomWindowsOf(r *rand.Rand) *Case { return randomWindows(seeded{r}) }

func randomWindows(from source) *Case {
	g := &generator{source: from}
	g.base = pick(g, "base", []eventtime.Instant{0, -3, 1_700_000_000_000_000, -1_000_000_000_003})
	g.unit = pick(g, "unit", []eventtime.Duration{2, 10, eventtime.Second, eventtime.Hour})
	c := &Case{Name: "random windows", OnNull: g.chance(50, "null_features")}
	c.Known = pick(g, "known", []pit.KnownAtRule{pit.KnownNow, pit.KnownNow, pit.KnownAtInstant, pit.KnownAtAsOf})
	c.KnownAt = g.instant("known_at").Add(eventtime.Duration(g.number(0, 3, "known later")) * g.unit)
	g.keys = pick(g, "keys", keySets)
	for i := range g.number(1, 2, "views") {
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
		v.Windows.EventID = v.column("id", pick(g, "id kind", []value.Kind{value.String, value.Int64}))
	}
	v.column("x", pick(g, "x kind", inputTypes))
	v.column("y", pick(g, "y kind", inputTypes))
	v.column("group", pick(g, "group kind", []value.Kind{value.String, value.Int64, value.Int32}))
	v.column("n", value.Int64)
	rules := []eventtime.AvailabilityRule{eventtime.ByEventTime, eventtime.ByEventTime, eventtime.ByDelay}
	if v.Layout.Created != "" {
		rules = append(rules, eventtime.ByCreatedTime, eventtime.ByCreatedTime)
	}
	v.Availability.Rule = pick(g, "availability", rules)
	v.Availability.Delay = eventtime.Duration(g.number(0, 2, "available after")) * g.unit
	if g.chance(40, "snapshots") {
		v.Windows.Refresh = eventtime.Duration(g.number(1, 3, "refresh")) * g.unit
		v.Windows.Delay = eventtime.Duration(g.number(0, 4, "delay")) * g.unit / 2
		v.TTL = pick(g, "ttl", []eventtime.TTL{0, v.Windows.Delay + g.unit/2, v.Windows.Delay + g.unit, eventtime.SnapshotTTL(v.Windows.Refresh, v.Windows.Delay)})
	}
	for i := range g.number(1, 6, "features") {
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
	column := pick(g, "of", []string{"x", "y", "n"})
	for _, function := range agg.Functions() {
		for _, n := range []int{0, 1, 2, 3} {
			spec := agg.Spec{Function: agg.Function(function), Input: v.typeOf(column), N: n}
			if _, err := spec.Result(); err == nil {
				fits = append(fits, spec)
			}
		}
	}
	f.Column, f.Spec = column, pick(g, "function", fits)
	if g.chance(10, "rows") {
		f.Column, f.Spec = "", agg.Spec{Function: agg.Count}
	}
	length := func(label string, units ...int) eventtime.Duration {
		return eventtime.Duration(pick(g, label, units)) * g.unit
	}
	f.Window = eventtime.Window{Length: length("window", 0, 1, 1, 2, 3, 4), Offset: length("offset", 0, 0, 0, 1, 2), Hop: length("hop", 0, 0, 0, 1, 2)}
	if g.chance(25, "last") {
		f.Last = g.number(1, 4, "newest")
	}
	if g.chance(30, "where") {
		f.Where, _ = filter(pick(g, "filter", []string{"n > 0", "n % 2 == 0", "is_null(group)", "n != 7"}), v.Columns)
	}
	if g.chance(25, "by") {
		f.By = "group"
	}
	return f
}

// input draws a value of a column that windows read.
func (g *generator) input(t value.Type) value.Value {
	n := g.number(0, 6, "input")
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
	f := v.Windows.Features[g.number(0, len(v.Windows.Features)-1, "edge feature")]
	at := event.Add(f.Window.Offset)
	if g.chance(50, "far edge") {
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
