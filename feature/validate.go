package feature

import (
	"cmp"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// FeaturesMax is the largest number of features that a view may have.
const FeaturesMax = 10_000

// Validate returns every fault of the set at once as an errs.List, each with the place that it was written at as far
// as Origin knows it, or nil. It does no I/O: whether files, columns and tables exist is another check. The set need
// not be sorted. A set read from Python or YAML goes through Complete first.
func Validate(s *Set) error {
	c := &checker{set: s, sources: byName(s.Sources), entities: byName(s.Entities)}
	if s.Project != "" {
		c.faults.AddErr(CheckProject(s.Project))
	}
	for _, e := range s.Entities {
		c.entity(e)
	}
	for _, src := range s.Sources {
		c.source(src)
	}
	for _, v := range s.Views {
		c.view(v)
	}
	c.onDemandViews()
	for _, svc := range s.Services {
		c.service(svc)
	}
	c.unique()
	return c.faults.Err()
}

type checker struct {
	set      *Set
	faults   errs.List
	sources  map[string]*Source
	entities map[string]*Entity
}

type named interface {
	label() (name string, o *Origin)
}

func (e *Entity) label() (string, *Origin)  { return e.Name, &e.Origin }
func (s *Source) label() (string, *Origin)  { return s.Name, &s.Origin }
func (v *View) label() (string, *Origin)    { return v.Name, &v.Origin }
func (s *Service) label() (string, *Origin) { return s.Name, &s.Origin }

func (v *OnDemandView) label() (string, *Origin) { return v.Name, &v.Origin }

func byName[T named](all []T) map[string]T {
	out := make(map[string]T, len(all))
	for _, d := range all {
		name, _ := d.label()
		if _, twice := out[name]; !twice {
			out[name] = d
		}
	}
	return out
}

// fault adds an InvalidArgument fault at a path of a definition.
func (c *checker) fault(id string, at errs.Position, format string, args ...any) *errs.Error {
	e := errs.New(errs.InvalidArgument, format, args...).WithID(id).At(at)
	c.faults.Add(e)
	return e
}

// wrong adds err, found by another package, at a place; nil is ignored.
func (c *checker) wrong(id string, at errs.Position, err error) {
	for _, e := range errs.All(err) {
		fault := *e
		if fault.ID == "" {
			fault.ID = id
		}
		if fault.Code != errs.Unimplemented {
			fault.Code = errs.InvalidArgument
		}
		fault.Pos = at
		c.faults.Add(&fault)
	}
}

func (c *checker) name(what, name string, o *Origin, path string) {
	rule, text := ownName, ownRule
	if o.Feast {
		rule, text = feastName, feastRule
		if what == "data source" {
			rule, text = feastSource, "the name of a source has at most 512 letters, digits and _ . / : * ? = @ - or spaces"
		}
	}
	if e := checkName(what, name, rule, text); e != nil {
		c.faults.Add(e.At(o.At(path)))
	}
}

// unique refuses names that stand twice in one kind, or that differ in case only: some engines cannot tell those.
func (c *checker) unique() {
	uniqueIn(c, "entity", c.set.Entities)
	uniqueIn(c, "data source", c.set.Sources)
	var views []named // their names share one space
	for _, v := range c.set.Views {
		views = append(views, v)
	}
	for _, v := range c.set.OnDemand {
		views = append(views, v)
	}
	uniqueIn(c, "feature view", views)
	uniqueIn(c, "feature service", c.set.Services)
}

func uniqueIn[T named](c *checker, what string, all []T) {
	first := make(map[string]T, len(all))
	for _, d := range all {
		name, o := d.label()
		folded := strings.ToLower(name)
		was, twice := first[folded]
		if !twice {
			first[folded] = d
			continue
		}
		wasName, wasOrigin := was.label()
		if name != wasName && later(wasOrigin.Pos, o.Pos) { // sets are in order of name, not of writing
			name, o, wasName, wasOrigin = wasName, wasOrigin, name, o
		}
		switch {
		case name == "":
		case wasName == name:
			c.fault("T0173", o.At("name"), "%s %q is defined twice, first at %s", what, name, place(wasOrigin.At("name"))).
				WithHint("rename or remove one of them")
		default:
			c.fault("T0174", o.At("name"), "%s names %q and %q%s differ in case only", what, name, wasName, seen(wasOrigin.At("name"))).
				WithHint("rename one of them: some engines ignore case")
		}
	}
}

// later reports whether p stands behind q.
func later(p, q errs.Position) bool {
	return cmp.Or(cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column)) > 0
}

func place(p errs.Position) string {
	if p.IsZero() {
		return "another place"
	}
	return p.String()
}

func (c *checker) entity(e *Entity) {
	c.name("entity", e.Name, &e.Origin, "name")
	if len(e.JoinKeys) == 0 && e.Name != "" {
		c.fault("T0175", e.Origin.At("join_keys"), "entity %q has no join keys", e.Name).WithHint("write join_keys: [%s]", e.Name)
	}
	for i, k := range e.JoinKeys {
		path := index("join_keys", i)
		if k != e.Name { // its name was checked above
			c.name("join key", k, &e.Origin, path)
		}
		if j := slices.IndexFunc(e.JoinKeys[:i], func(o string) bool { return strings.EqualFold(o, k) }); j >= 0 {
			c.fault("T0173", e.Origin.At(path), "join key %q stands twice in entity %q", k, e.Name).WithHint("remove one of them")
		}
	}
	if !e.ValueType.IsZero() {
		c.wrong("T0123", e.Origin.At("value_type"), value.CheckKey(e.ValueType))
	}
}

func (c *checker) view(v *View) {
	c.name("feature view", v.Name, &v.Origin, "name")
	c.viewEntities(v)
	c.viewSource(v)
	if len(v.Schema) == 0 {
		at := v.Origin.At("schema")
		if written, ok := v.Origin.Fields["aggregations"]; ok {
			at = written
		}
		c.fault("T0121", at, "feature view %q has no features", v.Name).
			WithHint("list them: schema: [{name: age, type: Int64}]")
	}
	if len(v.Schema) > FeaturesMax {
		c.fault("T0121", v.Origin.At("schema"), "feature view %q has %d features, at most %d are allowed", v.Name, len(v.Schema), FeaturesMax).
			WithHint("split it into several views")
	}
	schema := fieldList{what: "feature view", owner: v.Name, path: "schema", fields: v.Schema, origin: &v.Origin}
	c.fieldNames(schema)
	if v.Windowed() {
		c.windows(v)
	} else {
		c.refresh(v)
		c.fieldTypes(schema)
	}
	for i := range v.Schema {
		if e := c.set.keyOwner(v, v.Schema[i].Name); e != nil {
			c.fault("T0120", v.Origin.At(index("schema", i)+".name"), "feature %q of view %q has the name of a join key of entity %q", v.Schema[i].Name, v.Name, e.Name).
				WithHint("rename the feature and map its column with field_mapping")
		}
	}
	if v.TTL < 0 {
		c.fault("T0130", v.Origin.At("ttl"), "ttl %s is negative", v.TTL).WithHint("write a duration such as 7d, or 0 for values that never expire")
	}
	if v.Schedule != "" {
		_, err := ParseSchedule(v.Schedule)
		c.wrong("T0131", v.Origin.At("schedule"), err)
	}
	if v.AllowedLateness < 0 || v.CommitLag < 0 {
		c.fault("T0130", v.Origin.At("allowed_lateness"), "allowed_lateness and commit_lag of view %q cannot be negative", v.Name).WithHint("write a duration such as 1h")
	}
}

func (c *checker) viewEntities(v *View) {
	owner := map[string]string{}
	for i, name := range v.Entities {
		at := v.Origin.At(index("entities", i))
		e, ok := c.entities[name]
		if !ok {
			c.wrong("T0181", at, c.set.unknownEntity(name))
			continue
		}
		if slices.Contains(v.Entities[:i], name) {
			c.fault("T0173", at, "entity %q stands twice in view %q", name, v.Name).WithHint("remove one of them")
			continue
		}
		for _, k := range e.JoinKeys {
			if was, shared := owner[k]; shared {
				c.fault("T0125", at, "entities %q and %q of view %q share the join key %q", was, name, v.Name, k).
					WithHint("give one of them another join key")
			}
			owner[k] = name
		}
	}
}

func (c *checker) viewSource(v *View) {
	at := v.Origin.At("source")
	if v.Source == "" {
		c.fault("T0175", at, "feature view %q has no source", v.Name).WithHint("name a data source: source: transactions")
		return
	}
	src, ok := c.sources[v.Source]
	if !ok {
		c.wrong("T0180", at, c.set.unknownSource(v.Source))
		return
	}
	switch {
	case src.Type == RequestSource:
		c.fault("T0183", at, "view %q reads request source %q%s, which holds no history", v.Name, src.Name, seen(src.Origin.Pos)).
			WithHint("request sources are for on-demand views; name a batch or push source")
	case src.Type != PushSource && src.Type != "" && src.TimestampField == "":
		c.fault("T0175", src.Origin.Pos, "source %q of view %q has no timestamp_field", src.Name, v.Name).
			WithHint("name the column of the event time: timestamp_field: event_timestamp")
	}
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// tablePart is one part of a table name: an identifier, as engines read it without quotes, or with a dash as in
// BigQuery projects.
var tablePart = &spelling{lower + upper + "_", lower + upper + numerals + "_$-", 128}
