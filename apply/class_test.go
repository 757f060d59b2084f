package apply_test

import (
	"slices"
	"testing"

	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

func ptr(s string) *string { return &s }

func TestClassOfAChange(t *testing.T) {
	t.Parallel()
	const users = "user_transactions"
	for name, c := range map[string]struct {
		change     func(*feature.Set)
		kind, name string
		class      apply.Class
		reason     string
		generation uint32 // of users afterwards
		work       string // of users; "": none
	}{
		"field added": {
			func(s *feature.Set) { s.Views[1].Schema = append(s.Views[1].Schema, field("max_7d", value.Int64)) },
			feature.KindView, users, apply.Additive, "field max_7d added", 1, apply.WorkMaterialize},
		"ttl longer": {
			func(s *feature.Set) { s.Views[1].TTL = 8 * eventtime.Day },
			feature.KindView, users, apply.Additive, "ttl longer", 1, apply.WorkMaterialize},
		"ttl for ever": {
			func(s *feature.Set) { s.Views[1].TTL = 0 },
			feature.KindView, users, apply.Additive, "ttl longer", 1, apply.WorkMaterialize},
		"ttl shorter": {
			func(s *feature.Set) { s.Views[1].TTL-- },
			feature.KindView, users, apply.Breaking, "ttl shorter", 2, apply.WorkGeneration},
		"field removed": {
			func(s *feature.Set) { s.Views[1].Schema = s.Views[1].Schema[:1] },
			feature.KindView, users, apply.Breaking, "field amount_7d removed", 2, apply.WorkGeneration},
		"field renamed": {
			func(s *feature.Set) { s.Views[1].Schema[1].Name = "amount_8d" },
			feature.KindView, users, apply.Breaking, "field amount_7d removed", 2, apply.WorkGeneration},
		"fields reordered": {
			func(s *feature.Set) { slices.Reverse(s.Views[1].Schema) },
			feature.KindView, users, apply.Additive, "metadata", 1, apply.WorkMaterialize},
		"default declared": {
			func(s *feature.Set) { s.Views[1].Schema[0].Default = &feature.Default{Null: ptr("0")} },
			feature.KindView, users, apply.Breaking, "default of count_7d changed", 2, apply.WorkGeneration},
		"entity changed": {
			func(s *feature.Set) { s.Views[1].Entities = []string{"merchant_id"} },
			feature.KindView, users, apply.Breaking, "keys changed", 2, apply.WorkGeneration},
		"another source": {
			func(s *feature.Set) { s.Views[1].Source = "merchants" },
			feature.KindView, users, apply.Breaking, "source changed", 2, apply.WorkGeneration},
		"path of the source": {
			func(s *feature.Set) { s.Sources[1].Path = "data/other.parquet" },
			feature.KindView, users, apply.Breaking, "source changed", 2, apply.WorkGeneration},
		"path, as the source tells": {
			func(s *feature.Set) { s.Sources[1].Path = "data/other.parquet" },
			feature.KindSource, "transactions", apply.Breaking, "changes user_transactions", 2, apply.WorkGeneration},
		"type of a key": {
			func(s *feature.Set) { s.Entities[1].ValueType = value.Scalar(value.Int64) },
			feature.KindView, users, apply.Breaking, "keys changed", 2, apply.WorkGeneration},
		"type of a key, as the entity tells": {
			func(s *feature.Set) { s.Entities[1].ValueType = value.Scalar(value.Int64) },
			feature.KindEntity, "user_id", apply.Breaking, "changes user_transactions", 2, apply.WorkGeneration},
		"description": {
			func(s *feature.Set) { s.Views[1].Description = "new" },
			feature.KindView, users, apply.Additive, "metadata", 1, ""},
		"schedule": {
			func(s *feature.Set) { s.Views[1].Schedule = "1d" },
			feature.KindView, users, apply.Additive, "metadata", 1, ""},
		"description of the source": {
			func(s *feature.Set) { s.Sources[1].Owner = "ann" },
			feature.KindSource, "transactions", apply.Additive, "metadata", 1, ""},
		"tags of an entity": {
			func(s *feature.Set) { s.Entities[1].Tags = map[string]string{"a": "b"} },
			feature.KindEntity, "user_id", apply.Additive, "metadata", 1, ""},
		"source under another name": {
			func(s *feature.Set) { s.Sources[1].Name, s.Views[1].Source = "renamed", "renamed" },
			feature.KindView, users, apply.Additive, "metadata", 1, ""},
		"service gets a feature": {
			func(s *feature.Set) { s.Services[0].Features[0].Features = []string{"count_7d", "amount_7d"} },
			feature.KindService, "fraud_v1", apply.Additive, "1 feature added", 1, ""},
		"service names all": {
			func(s *feature.Set) {
				s.Services[1].Features[0].Features = []string{"count_7d", "amount_7d"}
			},
			feature.KindService, "fraud_v2", apply.Additive, "metadata", 1, ""},
		"service loses a feature": {
			func(s *feature.Set) { s.Services[1].Features = s.Services[1].Features[:1] },
			feature.KindService, "fraud_v2", apply.Breaking, "no longer answers merchant_risk:risk_score", 1, ""},
		"service in another order": {
			func(s *feature.Set) { slices.Reverse(s.Services[1].Features) },
			feature.KindService, "fraud_v2", apply.Breaking, "order of features changed", 1, ""},
		"service deleted": {
			func(s *feature.Set) { s.Services = s.Services[1:] },
			feature.KindService, "fraud_v1", apply.Breaking, "its readers get an error", 1, ""},
		"view deleted": {
			func(s *feature.Set) { s.Views, s.Services = s.Views[1:], s.Services[:1] },
			feature.KindView, "merchant_risk", apply.Destructive, "its online values are no longer served", 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.apply(fraud())
			wanted := fraud()
			c.change(wanted)
			p := w.apply(wanted)
			got := only(t, p, c.kind, c.name)
			if got.Class != c.class || !slices.Contains(got.Reasons, c.reason) {
				t.Errorf("got %s because of %q, want %s because of %q", got.Class, got.Reasons, c.class, c.reason)
			}
			if p.Class() < c.class {
				t.Errorf("the plan is %s", p.Class())
			}
			if g := w.view(users).Generation; g != c.generation {
				t.Errorf("generation %d, want %d", g, c.generation)
			}
			work := ""
			for _, x := range p.Work {
				if x.View == users {
					work = x.Kind
				}
			}
			if work != c.work {
				t.Errorf("work %q, want %q", work, c.work)
			}
		})
	}
}

func TestOnlyWhatChangedIsInThePlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(fraud())
	wanted := fraud()
	wanted.Sources[1].Path = "data/other.parquet"
	p := w.apply(wanted)
	if len(p.Changes) != 2 {
		t.Errorf("changes %+v, want the source and its view", p.Changes)
	}
	if lines := only(t, p, feature.KindSource, "transactions").Lines; !slices.Equal(lines, []apply.Line{{Path: "path", Old: "data/transactions.parquet", New: "data/other.parquet"}}) {
		t.Errorf("lines %+v", lines)
	}
}

func TestSecretsAreMaskedInLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := fraud()
	first.Sources[0].Options = map[string]string{"password": "hunter1", "endpoint": "https://ann:hunter1@host/x"}
	w.apply(first)
	first.Sources[0].Options = map[string]string{"password": "hunter2", "endpoint": "https://ann:hunter2@host/y"}
	lines := only(t, w.plan(first), feature.KindSource, "merchants").Lines
	want := []apply.Line{
		{Path: "options.endpoint", Old: "https://***@host/x", New: "https://***@host/y"},
		{Path: "options.password", Old: "***", New: "***"},
	}
	if !slices.Equal(lines, want) {
		t.Errorf("lines %v, want %v", lines, want)
	}
}
