package definitions

import (
	"strings"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/strictyaml"
	"github.com/truepoint/truepoint/value"
)

// windows decodes what makes v a window view. Its fields are those of the aggregations; what else the schema lists are
// types of columns that they use.
func (d *decoder) windows(v *feature.View, n *strictyaml.Node) {
	v.Refresh, v.Delay = durationOf(n.Get("refresh")), durationOf(n.Get("delay"))
	list := n.Get("aggregations")
	if list == nil || list.Kind != strictyaml.List || len(list.Items) == 0 {
		return
	}
	declared := v.Schema
	for path := range v.Origin.Fields {
		if strings.HasPrefix(path, "schema[") {
			delete(v.Origin.Fields, path)
		}
	}
	v.Schema = fields(list)
	for i, item := range list.Items {
		v.Aggregations = append(v.Aggregations, aggregation(item))
		path := itemPath("aggregations", i)
		for inner, pos := range item.Positions() {
			v.Origin.Fields[itemPath("schema", i)+"."+inner] = pos
		}
		v.Origin.Fields[itemPath("schema", i)] = item.Pos
		textPlace(&v.Origin, path+".where", item.Get("where"))
	}
	var dropped []string
	for _, f := range declared {
		at := v.Field(f.Name)
		switch {
		case at < 0:
			v.Inputs = append(v.Inputs, value.Field{Name: f.Name, Type: f.Type})
		case d.feast:
			dropped = append(dropped, f.Name)
		case v.Schema[at].Type.IsZero():
			v.Schema[at].Type = f.Type
		}
	}
	if d.feast {
		d.feastWindows(v, dropped)
	}
}

// feastWindows completes a view that Feast's package wrote: it knows no refresh, and declares types that its engines
// do not give.
func (d *decoder) feastWindows(v *feature.View, dropped []string) {
	if len(dropped) > 0 {
		d.warn(v.Origin.At("schema"), "types of aggregated features are those of their functions: "+strings.Join(dropped, ", "), "leave them out of schema")
	}
	if v.Online && v.Refresh == 0 {
		v.Refresh = eventtime.Day
		if s, err := feature.ParseSchedule(v.Schedule); err == nil {
			v.Refresh = s.Period()
		}
		d.warn(v.Origin.At("aggregations"), "view \""+v.Name+"\" says not how often its values are computed; refresh is taken to be "+v.Refresh.String(),
			"write refresh, with the package truepoint in place of feast")
	}
}

func (d *decoder) warn(at errs.Position, message, hint string) {
	d.report.Warnings = append(d.report.Warnings, errs.New(errs.OK, "%s", message).WithID("T0207").At(at).WithHint("%s", hint))
}

func aggregation(n *strictyaml.Node) feature.Aggregation {
	a := feature.Aggregation{
		Name: n.Get("name").String(), Function: agg.Function(n.Get("function").String()), Column: n.Get("column").String(),
		N: int(n.Get("n").Int(0)), Last: int(n.Get("last").Int(0)), Offset: durationOf(n.Get("offset")), Hop: durationOf(n.Get("hop")),
		Where: n.Get("where").String(), By: n.Get("by").String(),
	}
	if w := n.Get("window"); w.String() == lifetime {
		a.Lifetime = true
	} else {
		a.Window = durationOf(w)
	}
	return a
}

// textPlace remembers where an expression begins, if its characters stand in the file as they are.
func textPlace(o *feature.Origin, path string, n *strictyaml.Node) {
	if n != nil && !n.Inner.IsZero() {
		o.Fields[path+feature.TextPath] = n.Inner
	}
}
