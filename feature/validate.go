package feature

import (
	"cmp"
	"regexp"
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
	c := &checker{set: s, sources: byName(s.Sources), entities: byName(s.Entities), views: byName(s.Views)}
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
	views    map[string]*View
}

type named interface {
	label() (name string, o *Origin)
}

func (e *Entity) label() (string, *Origin)  { return e.Name, &e.Origin }
func (s *Source) label() (string, *Origin)  { return s.Name, &s.Origin }
func (v *View) label() (string, *Origin)    { return v.Name, &v.Origin }
func (s *Service) label() (string, *Origin) { return s.Name, &s.Origin }

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
	uniqueIn(c, "feature view", c.set.Views)
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
		c.fault("T0121", v.Origin.At("schema"), "feature view %q has no features", v.Name).
			WithHint("list them: schema: [{name: age, type: Int64}]")
	}
	if len(v.Schema) > FeaturesMax {
		c.fault("T0121", v.Origin.At("schema"), "feature view %q has %d features, at most %d are allowed", v.Name, len(v.Schema), FeaturesMax).
			WithHint("split it into several views")
	}
	c.fields("feature view", v.Name, v.Schema, &v.Origin)
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

// fields checks a list of features or request columns.
func (c *checker) fields(what, owner string, fields []Field, o *Origin) {
	first := make(map[string]int, len(fields))
	for i := range fields {
		f := &fields[i]
		path := index("schema", i)
		c.name("feature", f.Name, o, path+".name")
		if f.Type.IsZero() {
			c.fault("T0122", o.At(path+".type"), "feature %q of %s %q has no type", f.Name, what, owner).
				WithHint("write a type such as Int64, Float64 or String")
		} else if _, err := f.Defaults(); err != nil {
			c.wrong("T0133", o.At(path+".default"), err)
		}
		folded := strings.ToLower(f.Name)
		was, twice := first[folded]
		if !twice {
			first[folded] = i
			continue
		}
		at, before := o.At(path+".name"), seen(o.At(index("schema", was)+".name"))
		if fields[was].Name == f.Name {
			c.fault("T0120", at, "feature %q stands twice in %s %q, first%s", f.Name, what, owner, before).WithHint("rename or remove one of them")
		} else {
			c.fault("T0174", at, "features %q and %q%s of %s %q differ in case only", f.Name, fields[was].Name, before, what, owner).
				WithHint("rename one of them: some engines ignore case")
		}
	}
}

// onErrors are the choices of a service's on_error.
var onErrors = []string{"fail", "cells"}

func (c *checker) service(s *Service) {
	c.name("feature service", s.Name, &s.Origin, "name")
	if len(s.Features) == 0 {
		c.fault("T0175", s.Origin.At("features"), "feature service %q has no features", s.Name).WithHint("list views: features: [user_features]")
	}
	if s.OnError != "" && !slices.Contains(onErrors, s.OnError) {
		c.fault("T0150", s.Origin.At("on_error"), "on_error %q is neither fail nor cells", s.OnError).
			WithHint("%s", errs.DidYouMean(s.OnError, onErrors))
	}
	used := map[string]int{}
	for i := range s.Features {
		p := &s.Features[i]
		path := index("features", i)
		c.projection(s, p, path)
		folded := strings.ToLower(p.name())
		if was, twice := used[folded]; twice {
			c.fault("T0150", s.Origin.At(path), "service %q uses %q twice, first%s", s.Name, p.name(), seen(s.Origin.At(index("features", was)))).
				WithHint("give two uses of one view distinct aliases: {view: %s, alias: …}", p.View)
			continue
		}
		used[folded] = i
	}
}

func (c *checker) projection(s *Service, p *Projection, path string) {
	v, ok := c.views[p.View]
	if !ok {
		c.wrong("T0011", s.Origin.At(path+".view"), c.set.unknownView(p.View))
		return
	}
	if p.Features != nil && len(p.Features) == 0 {
		c.fault("T0175", s.Origin.At(path+".features"), "service %q takes no feature of view %q", s.Name, p.View).
			WithHint("leave features out to take all")
	}
	for i, name := range p.Features {
		at := s.Origin.At(path + "." + index("features", i))
		if v.Field(name) < 0 {
			e := v.unknownFeature(name)
			e.Message += definedAt(v.Origin.At("name"))
			c.wrong("T0012", at, e)
		}
		if slices.Contains(p.Features[:i], name) {
			c.fault("T0120", at, "service %q takes feature %q of view %q twice", s.Name, name, p.View).WithHint("remove one of them")
		}
	}
	if p.Alias != "" {
		c.name("alias", p.Alias, &s.Origin, path+".alias")
	}
	c.joinKeyMap(s, p, v, path+".join_key_map")
}

func definedAt(p errs.Position) string {
	if p.IsZero() {
		return ""
	}
	return ", defined at " + p.String()
}

func (c *checker) joinKeyMap(s *Service, p *Projection, v *View, path string) {
	var keys []string
	for _, name := range v.Entities {
		e, ok := c.entities[name]
		if !ok {
			return // what is missing was reported at the view
		}
		keys = append(keys, e.JoinKeys...)
	}
	target := map[string]string{}
	for _, k := range keys {
		target[k] = k
	}
	for _, from := range sortedKeys(p.JoinKeyMap) {
		at := s.Origin.At(path + "." + from)
		if !slices.Contains(keys, from) {
			hint := errs.DidYouMean(from, keys)
			switch {
			case len(keys) == 0:
				hint = "it has no join keys: remove join_key_map"
			case hint == "":
				hint = "its join keys are " + shortList(keys)
			}
			c.fault("T0151", at, "join_key_map names %q, which is no join key of view %q%s", from, p.View, definedAt(v.Origin.At("name"))).WithHint("%s", hint)
			continue
		}
		c.name("request column", p.JoinKeyMap[from], &s.Origin, path+"."+from)
		target[from] = p.JoinKeyMap[from]
	}
	owner := map[string]string{}
	for _, from := range sortedKeys(target) {
		if was, twice := owner[target[from]]; twice {
			c.fault("T0151", s.Origin.At(path), "join keys %q and %q of view %q would come from one column %q", was, from, p.View, target[from]).
				WithHint("map each join key to a column of its own")
		}
		owner[target[from]] = from
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
var tablePart = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_$-]{0,127}$`)
