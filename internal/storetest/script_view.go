package storetest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

// view reads: view option=value…, and applies the definition.
func (p *player) view(words []string) error {
	set := Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	view := set.Views[0]
	set.Sources = append(set.Sources, &feature.Source{Name: "push", Type: feature.PushSource, BatchSource: "src"})
	view.Source = "push"
	p.columns = []value.Field{{Name: "event", Type: value.Scalar(value.UnixTimestamp)}, {Name: "deleted", Type: value.Scalar(value.Bool)}}
	keys := []value.Field{{Name: "k", Type: value.Scalar(value.String)}}
	var rest []string
	for _, w := range words {
		name, text, _ := strings.Cut(w, "=")
		var err error
		switch name {
		case "keys":
			keys, err = fields(text)
		case "features":
			var all []value.Field
			all, err = fields(text)
			view.Schema = nil
			for _, f := range all {
				view.Schema = append(view.Schema, feature.Field{Name: f.Name, Type: f.Type})
			}
		case "request":
			p.given, err = fields(text)
		default:
			rest = append(rest, w)
		}
		if err != nil {
			return err
		}
	}
	setKeys(set, keys)
	p.columns = append(p.columns, keys...)
	for _, f := range view.Schema {
		p.columns = append(p.columns, value.Field{Name: f.Name, Type: f.Type})
	}
	p.set, p.service = set, false
	for _, w := range rest {
		if err := p.option(w); err != nil {
			return err
		}
	}
	return p.reapply()
}

// setKeys makes one entity per key.
func setKeys(set *feature.Set, keys []value.Field) {
	set.Entities, set.Views[0].Entities = nil, nil
	for _, k := range keys {
		set.Entities = append(set.Entities, &feature.Entity{Name: "e" + k.Name, JoinKeys: []string{k.Name}, ValueType: k.Type})
		set.Views[0].Entities = append(set.Views[0].Entities, "e"+k.Name)
	}
}

func fields(text string) ([]value.Field, error) {
	var out []value.Field
	for _, f := range strings.Split(text, ",") {
		name, typ, _ := strings.Cut(f, ":")
		if name == "" {
			continue
		}
		t, err := value.ParseType(typ)
		if err != nil {
			return nil, err
		}
		out = append(out, value.Field{Name: name, Type: t})
	}
	return out, nil
}

func (p *player) option(w string) (err error) {
	name, text, _ := strings.Cut(w, "=")
	view, src := p.set.Views[0], p.set.Sources[0]
	switch name {
	case "ttl":
		view.TTL, err = eventtime.ParseDuration(text)
	case "lateness":
		view.AllowedLateness, err = eventtime.ParseDuration(text)
	case "lag":
		view.CommitLag, err = eventtime.ParseDuration(text)
	case "schedule":
		view.Schedule = text
	case "created":
		src.CreatedTimestampColumn = "created"
		p.columns = append(p.columns, value.Field{Name: "created", Type: value.Scalar(value.UnixTimestamp)})
	case "deleted":
		src.DeletedColumn = "deleted"
	case "available":
		src.Availability = eventtime.Availability{Rule: eventtime.ByCreatedTime}
		if text != "created" {
			src.Availability.Rule = eventtime.ByDelay
			src.Availability.Delay, err = eventtime.ParseDuration(text)
			view.Source, p.set.Sources = "src", p.set.Sources[:1]
		}
	case "tie":
		var all []value.Field
		all, err = fields(text)
		for _, f := range all {
			src.TieBreak = append(src.TieBreak, f.Name)
			p.columns = append(p.columns, f)
		}
	case "rename":
		from, to, _ := strings.Cut(text, ":")
		p.set.Services = []*feature.Service{{Name: "s", Features: []feature.Projection{{View: "v", JoinKeyMap: map[string]string{from: to}}}}}
		p.service = true
	default:
		return p.defaults(name, text)
	}
	return err
}

// defaults reads null:FEATURE=VALUE or absent:FEATURE=VALUE.
func (p *player) defaults(name, text string) error {
	kind, field, _ := strings.Cut(name, ":")
	schema := p.set.Views[0].Schema
	i := slices.IndexFunc(schema, func(f feature.Field) bool { return f.Name == field })
	if i < 0 || kind != "null" && kind != "absent" {
		return fmt.Errorf("unknown option %q", name)
	}
	if schema[i].Default == nil {
		schema[i].Default = &feature.Default{}
	}
	if kind == "null" {
		schema[i].Default.Null = &text
		return nil
	}
	schema[i].Default.Absent = &text
	return nil
}

// reapply applies the definition. Rows of the history that were written before keep their columns.
func (p *player) reapply() error {
	for i, old := range p.parts {
		part := p.newPart()
		for c, f := range p.columns {
			from := old.Column(f.Name)
			for r := range old.Rows {
				v := value.Value{}
				if from != nil {
					var err error
					if v, err = value.Convert(from.At(r), f.Type); err != nil {
						return err
					}
				}
				part.Columns[c].Append(v)
			}
		}
		part.Rows = old.Rows
		p.parts[i] = part
	}
	if len(p.parts) == 0 {
		p.parts = []*value.Batch{p.newPart()}
	}
	p.Offline.Put("src", p.parts...)
	plan, err := p.Store.Plan(p.t.Context(), p.set)
	if err != nil {
		return err
	}
	_, err = p.Store.Apply(p.t.Context(), plan, consent)
	return err
}

var consent = apply.Options{AllowBreaking: true, AllowDestructive: true, Author: "script"}

func (p *player) rollback(to registry.Revision) error {
	if _, err := p.Store.Rollback(p.t.Context(), to, consent); err != nil {
		return err
	}
	set, _, err := p.Store.Definitions(p.t.Context())
	p.set = set
	return err
}
