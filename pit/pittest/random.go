package pittest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// Random draws a case without expectations: one to three uses of one or two histories, rows of few keys at few instants,
// so that ties, edges, duplicates and nulls are the rule, in any order and cut into any parts. Times lie around the epoch
// or around the present.
func Random(t *rapid.T) *Case { return random(&drawn{t: t}) }

// RandomOf draws cases like Random, and faster, but does not make one that fails smaller.
func RandomOf(r *rand.Rand) *Case { return random(seeded{r}) }

func random(from source) *Case {
	g := &generator{source: from}
	g.base = pick(g, "base", []eventtime.Instant{0, -3, 1_700_000_000_000_000, -1_000_000_000_003})
	g.unit = pick(g, "unit", []eventtime.Duration{1, 1, eventtime.Second, eventtime.Hour})
	c := &Case{Name: "random", OnNull: g.chance(50, "null_features")}
	c.Known = pick(g, "known", []pit.KnownAtRule{pit.KnownNow, pit.KnownNow, pit.KnownAtInstant, pit.KnownAtAsOf})
	c.KnownAt = g.instant("known_at")
	c.Created = g.chance(30, "created times")
	g.keys = pick(g, "keys", keySets)
	c.Views = append(c.Views, g.view("v"))
	if g.chance(50, "second") {
		c.Views = append(c.Views, g.view("w"))
	}
	if g.chance(50, "twice") {
		twin := *c.Views[0]
		twin.Name, twin.Of, twin.TTL = "again", "v", g.ttl()
		twin.Spine = slices.Clone(twin.Spine)
		for i := range twin.Spine {
			twin.Spine[i] = "other_" + twin.Layout.Keys[i]
		}
		c.Views = append(c.Views, &twin)
	}
	g.spine(c)
	return c
}

// keySets are the lists of join keys that are drawn from, in order of name.
var keySets = [][]value.Field{
	{},
	{{Name: "k", Type: value.Scalar(value.Int64)}},
	{{Name: "k", Type: value.Scalar(value.String)}},
	{{Name: "k", Type: value.Scalar(value.Int32)}},
	{{Name: "k", Type: value.Scalar(value.UnixTimestamp)}},
	{{Name: "k", Type: value.Scalar(value.Bytes)}},
	{{Name: "a", Type: value.Scalar(value.String)}, {Name: "b", Type: value.Scalar(value.Int64)}},
	{{Name: "a", Type: value.Scalar(value.Bool)}, {Name: "b", Type: value.Scalar(value.String)}, {Name: "c", Type: value.Scalar(value.Uuid)}},
}

type generator struct {
	source
	base eventtime.Instant
	unit eventtime.Duration
	keys []value.Field
}

// instant draws one of few instants: a few units after the base, seldom a microsecond off.
func (g *generator) instant(label string) eventtime.Instant {
	i := g.base.Add(eventtime.Duration(g.number(0, 5, label)) * g.unit)
	if g.chance(15, "off") {
		i += eventtime.Instant(g.number(-1, 1, "by"))
	}
	return i
}

func (g *generator) ttl() eventtime.TTL {
	return eventtime.Duration(pick(g, "ttl", []int{0, 0, 1, 1, 2, 3})) * g.unit
}

func (g *generator) view(name string) *View {
	v := &View{Name: name, TTL: g.ttl(), Layout: pit.Layout{Event: "event"}}
	v.column("event", value.UnixTimestamp)
	for _, k := range g.keys {
		v.Columns = append(v.Columns, k)
		v.Layout.Keys, v.Spine = append(v.Layout.Keys, k.Name), append(v.Spine, "spine_"+k.Name)
	}
	if g.chance(80, "has created") {
		v.Layout.Created = v.column("created", value.UnixTimestamp)
	}
	if g.chance(30, "has deleted") {
		v.Layout.Deleted = v.column("gone", value.Bool)
	}
	if g.chance(30, "has sequence") {
		v.Layout.Sequence = v.column("arrival", value.Int64)
	}
	for i := range pick(g, "tie_break", []int{0, 0, 0, 1, 2}) {
		kind := pick(g, "tie kind", []value.Kind{value.Int64, value.String, value.Float64, value.Bool})
		v.Layout.TieBreak = append(v.Layout.TieBreak, v.column(fmt.Sprint("tie", i), kind))
	}
	for i := range g.number(1, 3, "features") {
		f := value.Field{Name: fmt.Sprint("f", i), Type: pick(g, "type", featureTypes)}
		v.Columns = append(v.Columns, f)
		v.Layout.Features, v.Layout.FeatureTypes = append(v.Layout.Features, f.Name), append(v.Layout.FeatureTypes, f.Type)
	}
	rules := []eventtime.AvailabilityRule{eventtime.ByEventTime, eventtime.ByEventTime, eventtime.ByDelay}
	if v.Layout.Created != "" {
		rules = append(rules, eventtime.ByCreatedTime)
	}
	v.Availability.Rule = pick(g, "availability", rules)
	v.Availability.Delay = eventtime.Duration(g.number(0, 2, "delay")) * g.unit
	v.TiesError = g.chance(10, "ties error")
	g.history(v)
	return v
}

func (v *View) column(name string, k value.Kind) string {
	v.Columns = append(v.Columns, value.Field{Name: name, Type: value.Scalar(k)})
	return name
}

var featureTypes = []value.Type{
	value.Scalar(value.Int64), value.Scalar(value.Float64), value.Scalar(value.String), value.Scalar(value.Float32),
	value.Scalar(value.Bool), value.ArrayOf(value.Scalar(value.Int64)),
}

// history draws the rows of v and cuts them into parts, some of which may be empty.
func (g *generator) history(v *View) {
	rows := g.number(0, 60, "rows")
	for range g.number(1, 4, "parts") {
		b := &value.Batch{}
		for _, f := range v.Columns {
			b.Add(f.Name, value.NewColumn(f.Type, 0))
		}
		v.Parts = append(v.Parts, b)
	}
	at := 0
	for range rows {
		if at < len(v.Parts)-1 && g.chance(10, "cut") {
			at++
		}
		g.row(v, v.Parts[at])
	}
}

func (g *generator) row(v *View, b *value.Batch) {
	event := g.instant("event")
	for i, f := range v.Columns {
		var cell value.Value
		switch {
		case slices.Contains(v.Layout.Keys, f.Name):
			cell = g.key(f.Type, 3)
		case f.Name == v.Layout.Event:
			cell = g.orNull(value.OfInstant(event), 3)
		case f.Name == v.Layout.Created:
			later := event.Add(eventtime.Duration(g.number(-1, 2, "created")) * g.unit)
			cell = g.orNull(value.OfInstant(later), 20)
		case f.Name == v.Layout.Deleted:
			cell = g.orNull(value.OfBool(g.chance(25, "gone")), 10)
		case f.Name == v.Layout.Sequence:
			cell = g.orNull(value.OfInt64(int64(g.number(0, 3, "arrival"))), 40)
		case isInput(v, f.Name):
			cell = g.orNull(g.input(f.Type), 15)
		default:
			cell = g.orNull(g.feature(f.Type), 15)
		}
		b.Columns[i].Append(cell)
	}
	b.Rows++
}

func (g *generator) orNull(v value.Value, percent int) value.Value {
	if g.chance(percent, "null") {
		return value.Value{}
	}
	return v
}

// key draws one of few keys of a type, null in percent of the draws.
func (g *generator) key(t value.Type, percent int) value.Value {
	if g.chance(percent, "null key") {
		return value.Value{}
	}
	n := g.number(0, 2, "key")
	switch t.Kind {
	case value.Int64:
		return value.OfInt64([]int64{0, -1, 1<<53 + 1}[n])
	case value.Int32:
		return value.OfInt32([]int32{0, -1, math.MaxInt32}[n])
	case value.UnixTimestamp:
		return value.OfInstant([]eventtime.Instant{0, -1e6, 1_700_000_000e6}[n])
	case value.Bytes:
		return value.OfBytes([][]byte{{}, {0}, {0, 255}}[n])
	case value.Bool:
		return value.OfBool(n == 1)
	case value.Uuid:
		return value.OfUuid([16]byte{15: byte(n)})
	}
	return value.OfString([]string{"", "a", "a\x00b"}[n])
}

// feature draws one of few values of a type, so that rows often agree in some features and differ in others.
func (g *generator) feature(t value.Type) value.Value {
	n := g.number(0, 2, "value")
	switch t.Kind {
	case value.Int64:
		return value.OfInt64([]int64{0, 7, math.MinInt64}[n])
	case value.Float64:
		return value.OfFloat64([]float64{0, math.Copysign(0, -1), math.NaN()}[n])
	case value.Float32:
		return value.OfFloat32([]float32{1, float32(math.Inf(1)), float32(math.NaN())}[n])
	case value.Bool:
		return value.OfBool(n == 1)
	case value.String:
		return value.OfString([]string{"", "x", "yy"}[n])
	}
	parts := []value.Value{value.OfInt64(1), {}, value.OfInt64(2)}
	return value.OfList(value.Array, parts[:n])
}

// spine draws entity rows with every column that a view of c asks for, and a third of their times on or beside an edge.
func (g *generator) spine(c *Case) {
	s := &c.Spine
	s.Columns = &value.Batch{}
	rows := g.number(0, 25, "entity rows")
	percent := 0
	if c.OnNull {
		percent = 5
	}
	for _, v := range c.Views {
		for i, name := range v.Spine {
			if s.Columns.Column(name) != nil {
				continue
			}
			col := value.NewColumn(g.keys[i].Type, rows)
			for range rows {
				col.Append(g.key(g.keys[i].Type, percent))
			}
			s.Columns.Add(name, col)
		}
	}
	s.Columns.Rows = rows
	for range rows {
		asOf := g.instant("as of").Add(eventtime.Duration(g.number(0, 2, "later")) * g.unit)
		if v := c.Views[g.number(0, len(c.Views)-1, "edge of")]; g.chance(60, "edge") {
			asOf = g.edge(v)
		}
		if g.chance(percent, "null as of") {
			asOf = eventtime.None
		}
		s.AsOf = append(s.AsOf, asOf)
	}
}

// edge draws an instant at which a row of v just begins or ceases to be visible, or a microsecond beside it.
func (g *generator) edge(v *View) eventtime.Instant {
	at := g.instant("edge event")
	if b := v.Parts[g.number(0, len(v.Parts)-1, "edge part")]; b.Rows > 0 {
		if event := b.Column("event").Instant(g.number(0, b.Rows-1, "edge row")); event != eventtime.None {
			at = event
		}
	}
	if v.Windows == nil {
		at = at.Add(v.TTL)
	} else {
		at = g.windowEdge(v, at)
	}
	return at.Add(eventtime.Duration(pick(g, "beside", []int{-1, 0, 0, 0, 0, 1})))
}
