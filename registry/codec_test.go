package registry_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

// full returns a set that uses every member that is stored.
func full() *feature.Set {
	zero := "0"
	info := feature.Info{Description: "d <&> é", Tags: map[string]string{"b": "2", "a": "1"}, Owner: "ann"}
	return &feature.Set{
		Project:  "p",
		Entities: []*feature.Entity{{Name: "user", JoinKeys: []string{"user_id"}, ValueType: value.Scalar(value.Int64), Info: info}},
		Sources: []*feature.Source{
			{Name: "pushed", Type: feature.PushSource, BatchSource: "raw"},
			{
				Name: "raw", Type: feature.FileSource, Path: "data/*.parquet", TimestampField: "ts", CreatedTimestampColumn: "created",
				Availability: eventtime.Availability{Rule: eventtime.ByDelay, Delay: 10 * eventtime.Minute}, FieldMapping: map[string]string{"a": "b"},
				DatePartitionColumn: "day", Timezone: "Asia/Seoul", TimestampUnit: "ms", TieBreak: []string{"seq"}, Ties: "error",
				DeletedColumn: "gone", EventID: "id", Options: map[string]string{"k": "v"}, Info: info,
			},
			{Name: "request", Type: feature.RequestSource, Schema: []feature.Field{{Name: "x", Type: value.Scalar(value.Float64)}}},
		},
		Views: []*feature.View{{
			Name: "v", Entities: []string{"user"}, TTL: 7 * eventtime.Day, Source: "pushed", Online: true, Schedule: "1d",
			AllowedLateness: eventtime.Hour, CommitLag: eventtime.Minute, Generation: 3, Info: info,
			Schema: []feature.Field{
				{Name: "n", Type: value.Scalar(value.Int64), Description: "n", Tags: map[string]string{"x": "y"}, Default: &feature.Default{Null: &zero, Absent: &zero}},
				{Name: "list", Type: value.ArrayOf(value.Scalar(value.String))},
			},
			Schemas: []value.Schema{{ID: 4, Fields: []value.Field{{Name: "n", Type: value.Scalar(value.Int64)}}},
				{ID: 5, Fields: []value.Field{{Name: "n", Type: value.Scalar(value.Int64)}, {Name: "list", Type: value.ArrayOf(value.Scalar(value.String))}}}},
		}, {
			Name: "w", Source: "raw", Online: true, Refresh: eventtime.Hour, Delay: eventtime.Minute, TTL: 4 * eventtime.Hour,
			Schema: []feature.Field{{Name: "spend", Type: value.MapOf(value.Scalar(value.Float64))}, {Name: "last", Type: value.ArrayOf(value.Scalar(value.Float64))},
				{Name: "ever", Type: value.Scalar(value.Int64)}},
			Aggregations: []feature.Aggregation{
				{Name: "spend", Function: "sum", Column: "x", Window: eventtime.Day, Hop: eventtime.Hour, Offset: eventtime.Minute, Where: "x > 1.0", By: "c"},
				{Name: "last", Function: "last_n", N: 3, Column: "x", Last: 10}, {Name: "ever", Function: "count", Lifetime: true},
			},
			Inputs: []value.Field{{Name: "c", Type: value.Scalar(value.String)}, {Name: "x", Type: value.Scalar(value.Float64)}},
		}},
		OnDemand: []*feature.OnDemandView{{
			Name: "o", Info: info,
			Sources: []feature.OnDemandSource{{View: "v", Features: []string{"n"}, Alias: "a"}, {Request: "request"},
				{Request: "more", Schema: []feature.Field{{Name: "y", Type: value.Scalar(value.Int64)}}}},
			Features: []feature.OnDemandFeature{{Field: feature.Field{Name: "z", Type: value.Scalar(value.Float64), Default: &feature.Default{Null: &zero}}, Expression: "a__n / x"}},
		}},
		Services: []*feature.Service{{
			Name: "m", OnError: "cells", Info: info,
			Features: []feature.Projection{{View: "v", Features: []string{"n"}, Alias: "w", JoinKeyMap: map[string]string{"user_id": "payer"}}},
		}},
	}
}

func TestSetComesBack(t *testing.T) {
	t.Parallel()
	objects, err := registry.EncodeSet(full())
	if err != nil {
		t.Fatal(err)
	}
	got, err := registry.DecodeSet(registry.State{Project: "p", Objects: objects})
	if err != nil {
		t.Fatal(err)
	}
	if want := full(); !reflect.DeepEqual(got, want) {
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(want)
		t.Fatalf("got  %s\nwant %s", a, b)
	}
	again, err := registry.EncodeSet(got)
	if err != nil || !reflect.DeepEqual(again, objects) {
		t.Errorf("encoded again: %v, %v", again, err)
	}
}

func TestGenerationComesBackApartFromTheSet(t *testing.T) {
	t.Parallel()
	v := full().Views[0]
	o, err := registry.EncodeGeneration(v)
	if err != nil || o.Name != "v/3" {
		t.Fatal(o, err)
	}
	s := registry.State{Project: "p", Objects: []registry.Object{o}}
	former, err := registry.DecodeGenerations(s)
	if err != nil || len(former) != 1 || !reflect.DeepEqual(former[0], v) {
		t.Errorf("got %+v, %v", former, err)
	}
	if set, err := registry.DecodeSet(s); err != nil || len(set.Views) != 0 {
		t.Errorf("a former generation is in the set: %+v, %v", set, err)
	}
}

func TestSameDeclaredIgnoresOnlyWhatApplyAssigned(t *testing.T) {
	t.Parallel()
	v := *full().Views[0]
	stored, err := registry.EncodeView(&v)
	if err != nil {
		t.Fatal(err)
	}
	v.Generation, v.Schemas = 0, nil
	plain, err := registry.EncodeView(&v)
	if err != nil || !registry.SameDeclared(stored, plain) || !registry.SameDeclared(plain, plain) {
		t.Errorf("%s and %s declare the same, %v", stored, plain, err)
	}
	v.Owner = ""
	shorter, err := registry.EncodeView(&v)
	if err != nil || registry.SameDeclared(stored, shorter) || registry.SameDeclared(shorter, plain) {
		t.Errorf("%s and %s differ, %v", stored, shorter, err)
	}
	if registry.SameDeclared(nil, plain) {
		t.Error("nothing declares something")
	}
}

func TestUnreadableObjectsAreNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		object registry.Object
		code   errs.Code
		part   string
	}{
		"half a body":           {registry.Object{Kind: "FeatureView", Name: "v", Body: []byte(`{"name":`)}, errs.DataLoss, "FeatureView v"},
		"no body":               {registry.Object{Kind: "Entity", Name: "e"}, errs.DataLoss, "Entity e"},
		"a body of another":     {registry.Object{Kind: "Entity", Name: "e", Body: []byte(`{"name":"f"}`)}, errs.DataLoss, "Entity e"},
		"a wrong type":          {registry.Object{Kind: "DataSource", Name: "s", Body: []byte(`{"name":1}`)}, errs.DataLoss, "DataSource s"},
		"a type that is none":   {registry.Object{Kind: "Entity", Name: "e", Body: []byte(`{"name":"e","value_type":"Int65"}`)}, errs.DataLoss, "Entity e"},
		"a member of later":     {registry.Object{Kind: "FeatureView", Name: "v", Body: []byte(`{"name":"v","windows":[]}`)}, errs.FailedPrecondition, "newer"},
		"a kind of later":       {registry.Object{Kind: "Monitor", Name: "m", Body: []byte(`{}`)}, errs.FailedPrecondition, "Monitor m"},
		"a damaged generation":  {registry.Object{Kind: registry.KindGeneration, Name: "v/1", Body: []byte(`{`)}, errs.DataLoss, "v/1"},
		"somebody's generation": {registry.Object{Kind: registry.KindGeneration, Name: "v/1", Body: []byte(`{"name":"w"}`)}, errs.DataLoss, "v/1"},
	} {
		s := registry.State{Project: "p", Objects: []registry.Object{c.object}}
		_, err := registry.DecodeSet(s)
		if err == nil {
			_, err = registry.DecodeGenerations(s)
		}
		if errs.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.part) {
			t.Errorf("%s: got %v (%v), want %v with %q", name, err, errs.CodeOf(err), c.code, c.part)
		}
	}
}

// FuzzDecodeSet checks that no bytes make DecodeSet panic, and that what it accepts comes back (target 15).
func FuzzDecodeSet(f *testing.F) {
	objects, err := registry.EncodeSet(full())
	if err != nil {
		f.Fatal(err)
	}
	for _, o := range objects {
		f.Add(o.Kind, o.Name, []byte(o.Body))
	}
	f.Add("FeatureView", "v", []byte(`{"name":"v","ttl":"9999999h"}`))
	f.Add("Monitor", "m", []byte(`{}`))
	f.Fuzz(func(t *testing.T, kind, name string, body []byte) {
		s := registry.State{Project: "p", Objects: []registry.Object{{Kind: kind, Name: name, Body: body}}}
		set, err := registry.DecodeSet(s)
		if err != nil {
			return
		}
		objects, err := registry.EncodeSet(set)
		if err != nil {
			t.Fatal(err)
		}
		again, err := registry.DecodeSet(registry.State{Project: "p", Objects: objects})
		if err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		twice, err := registry.EncodeSet(again)
		if err != nil || !reflect.DeepEqual(twice, objects) {
			t.Fatalf("got %s, want %s, %v", twice, objects, err)
		}
	})
}

func TestHistoryCountsDefinitionsAndNotFormerGenerations(t *testing.T) {
	t.Parallel()
	e := registry.Entry{Changed: []string{"~FeatureView v", "+FeatureViewGeneration v/1", "-FeatureViewGeneration w/2", "+Entity FeatureViewGeneration"}}
	if got := e.Definitions(); got != 2 {
		t.Errorf("got %d, want 2", got)
	}
}
