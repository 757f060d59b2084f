package definitions

import (
	"strconv"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/strictyaml"
	"github.com/truepoint/truepoint/value"
)

// A decoder turns documents into definitions. What is wrong with a document is reported and the rest of it kept, so
// that a reference to it does not become a second fault.
type decoder struct {
	shapes *shapes
	set    feature.Set
	report strictyaml.Report
	gaps   *gaps
	feast  bool // the present document stands in a file that uses Feast's package
}

// document decodes one document; nil, an empty one, is nothing.
func (d *decoder) document(n *strictyaml.Node) {
	if n == nil {
		return
	}
	if n.Kind != strictyaml.Map {
		d.fault(n.Pos, "T0204", "%s stands here, a definition is expected", n.Kind).
			WithHint("begin with kind: one of %s", d.shapes.expected())
		d.gaps.files[n.Pos.File] = true
		return
	}
	kind := n.Get("kind")
	if kind == nil {
		d.gaps.files[n.Pos.File] = true
		e := d.fault(n.Pos, "T0175", "the document has no kind").WithHint("add kind: one of %s", d.shapes.expected())
		if n.Get("project") != nil {
			e.WithHint("if it is a configuration, call it feature_store-NAME.yaml or name it in .feastignore")
		}
		return
	}
	shape, known := d.shapes.kinds[kind.Text]
	if !known {
		d.gaps.files[n.Pos.File] = true
		d.unknownKind(kind)
		return
	}
	strictyaml.Check(n, shape, &d.report)
	name := n.Get("name").String()
	origin := feature.Origin{Pos: n.Pos, Fields: n.Positions(), Feast: d.feast}
	d.gaps.nameless(&origin, name, fields(n.Get("schema")))
	switch kind.Text {
	case feature.KindEntity:
		d.set.Entities = append(d.set.Entities, entity(n, origin))
	case feature.KindSource:
		src := &feature.Source{Name: name, Origin: origin}
		setSource(src, n)
		d.set.Sources = append(d.set.Sources, src)
	case feature.KindView:
		v := view(n, origin)
		d.windows(v, n)
		d.set.Views = append(d.set.Views, v)
	case feature.KindOnDemand:
		d.set.OnDemand = append(d.set.OnDemand, onDemandView(n, origin))
	case feature.KindService:
		d.set.Services = append(d.set.Services, service(n, origin))
	}
}

func (d *decoder) fault(p errs.Position, id, format string, args ...any) *errs.Error {
	e := errs.New(errs.InvalidArgument, format, args...).WithID(id).At(p)
	d.report.Faults.Add(e)
	return e
}

func (d *decoder) unknownKind(kind *strictyaml.Node) {
	if hint, later := d.shapes.later[kind.Text]; later {
		d.report.Faults.Add(errs.New(errs.Unimplemented, "kind %s cannot be used yet", kind.Text).WithID("T0160").At(kind.Pos).WithHint("%s", hint))
		return
	}
	hint := errs.DidYouMean(kind.Text, d.shapes.names())
	if hint == "" {
		hint = "use one of " + d.shapes.expected()
	}
	d.fault(kind.Pos, "T0206", "unknown kind %q", kind.Text).WithHint("%s", hint)
}

func infoOf(n *strictyaml.Node) feature.Info {
	return feature.Info{Description: n.Get("description").String(), Tags: n.Get("tags").StringMap(), Owner: n.Get("owner").String()}
}

func entity(n *strictyaml.Node, o feature.Origin) *feature.Entity {
	e := &feature.Entity{Name: n.Get("name").String(), JoinKeys: n.Get("join_keys").Strings(), ValueType: typeOf(n.Get("value_type")), Info: infoOf(n), Origin: o}
	if n.Get("join_keys") == nil && e.Name != "" {
		e.JoinKeys = []string{e.Name}
	}
	return e
}

// setSource sets what n says of a source and leaves the rest as it is.
func setSource(s *feature.Source, n *strictyaml.Node) {
	for name, field := range map[string]*string{
		"type": &s.Type, "path": &s.Path, "table": &s.Table, "query": &s.Query,
		"timestamp_field": &s.TimestampField, "created_timestamp_column": &s.CreatedTimestampColumn,
		"date_partition_column": &s.DatePartitionColumn, "timezone": &s.Timezone, "timestamp_unit": &s.TimestampUnit,
		"ties": &s.Ties, "deleted_column": &s.DeletedColumn, "event_id": &s.EventID, "batch_source": &s.BatchSource,
		"description": &s.Description, "owner": &s.Owner,
	} {
		if v := n.Get(name); v != nil {
			*field = v.Text
		}
	}
	if v := n.Get("availability"); v != nil {
		s.Availability = availability(v)
	}
	if v := n.Get("field_mapping"); v != nil {
		s.FieldMapping = nonEmpty(v.StringMap())
	}
	if v := n.Get("options"); v != nil {
		s.Options = v.StringMap()
	}
	if v := n.Get("tags"); v != nil {
		s.Tags = v.StringMap()
	}
	if v := n.Get("tie_break"); v != nil {
		s.TieBreak = v.Strings()
	}
	if v := n.Get("schema"); v != nil {
		s.Schema = fields(v)
	}
}

// nonEmpty returns nil for an empty map, so that {} and a missing key are the same.
func nonEmpty(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	return m
}

func availability(n *strictyaml.Node) eventtime.Availability {
	if d := n.Get("delay"); d != nil {
		return eventtime.Availability{Rule: eventtime.ByDelay, Delay: durationOf(d)}
	}
	if n.Text == "created_time" {
		return eventtime.Availability{Rule: eventtime.ByCreatedTime}
	}
	return eventtime.Availability{}
}

func view(n *strictyaml.Node, o feature.Origin) *feature.View {
	return &feature.View{
		Name: n.Get("name").String(), Entities: n.Get("entities").Strings(), TTL: durationOf(n.Get("ttl")),
		Schema: fields(n.Get("schema")), Source: n.Get("source").String(), Online: n.Get("online").Bool(true),
		Schedule: n.Get("schedule").String(), AllowedLateness: durationOf(n.Get("allowed_lateness")),
		CommitLag: durationOf(n.Get("commit_lag")), Info: infoOf(n), Origin: o,
	}
}

func fields(n *strictyaml.Node) []feature.Field {
	if n == nil || n.Kind != strictyaml.List {
		return nil
	}
	out := make([]feature.Field, 0, len(n.Items))
	for _, item := range n.Items {
		f := feature.Field{Name: item.Get("name").String(), Type: typeOf(item.Get("type")), Description: item.Get("description").String(), Tags: item.Get("tags").StringMap()}
		if d := item.Get("default"); d != nil {
			f.Default = &feature.Default{Null: jsonOf(d.Get("null")), Absent: jsonOf(d.Get("absent"))}
			if f.Default.Null == nil && f.Default.Absent == nil {
				f.Default = nil
			}
		}
		out = append(out, f)
	}
	return out
}

func jsonOf(n *strictyaml.Node) *string {
	if n == nil {
		return nil
	}
	s := n.JSON()
	return &s
}

// typeOf returns the type that a text names; what it cannot read was reported by Check.
func typeOf(n *strictyaml.Node) value.Type {
	t, err := value.ParseType(n.String())
	if err != nil {
		return value.Type{}
	}
	return t
}

// durationOf is to durations what typeOf is to types.
func durationOf(n *strictyaml.Node) eventtime.Duration {
	d, err := eventtime.ParseDuration(n.String())
	if err != nil {
		return 0
	}
	return d
}

// service decodes a feature service. References view:feature of one view become one projection, in the place of the
// first.
func service(n *strictyaml.Node, o feature.Origin) *feature.Service {
	s := &feature.Service{Name: n.Get("name").String(), OnError: n.Get("on_error").String(), Info: infoOf(n), Origin: o}
	list := n.Get("features")
	if list == nil {
		return s
	}
	places := projections{service: s, refs: map[string]int{}}
	for path := range o.Fields {
		if strings.HasPrefix(path, "features[") {
			delete(o.Fields, path)
		}
	}
	for _, item := range list.Items {
		places.add(item)
	}
	return s
}

type projections struct {
	service *feature.Service
	refs    map[string]int // view of view:feature references → its projection
}

func (p *projections) add(n *strictyaml.Node) {
	s, at := p.service, len(p.service.Features)
	if n.Kind == strictyaml.Map {
		s.Features = append(s.Features, feature.Projection{
			View: n.Get("view").String(), Features: n.Get("features").Strings(), Alias: n.Get("alias").String(),
			JoinKeyMap: nonEmpty(n.Get("join_key_map").StringMap()),
		})
		for path, pos := range n.Positions() {
			s.Origin.Fields[projectionPath(at, "."+path)] = pos
		}
		s.Origin.Fields[projectionPath(at, "")] = n.Pos
		return
	}
	name, feat, isRef := strings.Cut(n.Text, ":")
	if !isRef {
		s.Features = append(s.Features, feature.Projection{View: n.Text})
		s.Origin.Fields[projectionPath(at, "")] = n.Pos
		return
	}
	if was, ok := p.refs[name]; ok {
		at = was
	} else {
		p.refs[name] = at
		s.Features = append(s.Features, feature.Projection{View: name})
		s.Origin.Fields[projectionPath(at, "")] = n.Pos
	}
	proj := &s.Features[at]
	place := n.Pos
	place.Column += len(name) + 1
	s.Origin.Fields[projectionPath(at, ".features["+strconv.Itoa(len(proj.Features))+"]")] = place
	proj.Features = append(proj.Features, feat)
}

func projectionPath(i int, rest string) string { return itemPath("features", i) + rest }

func itemPath(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }
