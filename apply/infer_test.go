package apply_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

func column(name string, k value.Kind) value.Field {
	return value.Field{Name: name, Type: value.Scalar(k)}
}

// columns returns an Infer that knows the sources of fraud.
func columns(users, merchants value.Kind) *apply.MakeOptions {
	return &apply.MakeOptions{Infer: func(_ context.Context, s *feature.Source) ([]value.Field, error) {
		if s.Name == "merchants" {
			return []value.Field{column("merchant_id", merchants), column("event_timestamp", value.UnixTimestamp), column("risk_score", value.Float64)}, nil
		}
		return []value.Field{
			column("user_id", users), column("event_timestamp", value.UnixTimestamp), column("created_timestamp", value.UnixTimestamp),
			column("cnt", value.Int64), column("amount_7d", value.Float32), column("gone", value.Bool),
		}, nil
	}}
}

// open returns fraud with the types of entities and the schema of the users' view left open.
func open() *feature.Set {
	s := fraud()
	s.Entities[0].ValueType, s.Entities[1].ValueType = value.Type{}, value.Type{}
	s.Views[1].Schema = nil
	s.Services = s.Services[1:]
	s.Sources[1].FieldMapping = map[string]string{"cnt": "count_7d"}
	s.Sources[1].DeletedColumn = "gone"
	return s
}

func TestOpenTypesAreInferredFromSources(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, err := apply.Make(t.Context(), w.state(), open(), columns(value.Int64, value.String))
	if err != nil {
		t.Fatal(err)
	}
	w.commit(p)
	s := w.set()
	if s.Entities[0].ValueType.Kind != value.String || s.Entities[1].ValueType.Kind != value.Int64 {
		t.Errorf("entities %v, %v", s.Entities[0].ValueType, s.Entities[1].ValueType)
	}
	v := w.view("user_transactions")
	if len(v.Schema) != 2 || v.Schema[0].Name != "count_7d" || v.Schema[0].Type.Kind != value.Int64 || v.Schema[1].Name != "amount_7d" {
		t.Errorf("schema %+v", v.Schema)
	}
	for name, opt := range map[string]*apply.MakeOptions{
		"with sources":    columns(value.Int64, value.String),
		"without sources": nil,
		"sources that fail": {Infer: func(context.Context, *feature.Source) ([]value.Field, error) {
			return nil, errs.New(errs.NotFound, "no such file")
		}},
	} {
		again, err := apply.Make(t.Context(), w.state(), open(), opt)
		if err != nil || !again.Empty() {
			t.Errorf("%s: the plan after apply is %+v, %v", name, again, err)
		}
	}
}

func TestNewColumnOfAnOpenSchemaIsAnAddedField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	opt := columns(value.Int64, value.String)
	p, err := apply.Make(t.Context(), w.state(), open(), opt)
	if err != nil {
		t.Fatal(err)
	}
	w.commit(p)
	ask := opt.Infer
	opt.Infer = func(ctx context.Context, s *feature.Source) ([]value.Field, error) {
		f, err := ask(ctx, s)
		return append(f, column("max_7d", value.Int64)), err
	}
	p, err = apply.Make(t.Context(), w.state(), open(), opt)
	if err != nil {
		t.Fatal(err)
	}
	if c := only(t, p, feature.KindView, "user_transactions"); c.Class != apply.Additive || c.Reasons[0] != "field max_7d added" {
		t.Errorf("got %+v", c)
	}
}

func TestUndeclaredTypeFallsBackToStringWithAWarning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wanted := fraud()
	wanted.Entities[1].ValueType = value.Type{}
	for _, opt := range []*apply.MakeOptions{nil, {Infer: func(context.Context, *feature.Source) ([]value.Field, error) {
		return nil, errors.New("disk on fire")
	}}} {
		p, err := apply.Make(t.Context(), w.state(), wanted, opt)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Warnings) != 1 || p.Warnings[0].Name != "user_id" || !strings.Contains(p.Warnings[0].Message, "String") {
			t.Errorf("warnings %v", p.Warnings)
		}
	}
	w.apply(wanted)
	if got := w.set().Entities[1].ValueType.Kind; got != value.String {
		t.Errorf("stored %v", got)
	}
}

func TestInferenceRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := apply.Make(t.Context(), w.state(), open(), columns(value.Float64, value.String))
	w.wantCode(err, errs.InvalidArgument, "user_id", "Float64", "value_type")

	two := open()
	two.Views = append(two.Views, view("more_users", "user_id", "others", field("x", value.Int64)))
	two.Sources = append(two.Sources, source("others"))
	ask := columns(value.String, value.String).Infer
	mixed := func(others value.Kind) *apply.MakeOptions {
		return &apply.MakeOptions{Infer: func(ctx context.Context, s *feature.Source) ([]value.Field, error) {
			if s.Name == "others" {
				return []value.Field{column("user_id", others)}, nil
			}
			return ask(ctx, s)
		}}
	}
	_, err = apply.Make(t.Context(), w.state(), two, mixed(value.Int64))
	w.wantCode(err, errs.InvalidArgument, "more_users", "user_transactions")

	_, err = apply.Make(t.Context(), w.state(), open(), nil)
	w.wantCode(err, errs.InvalidArgument, "user_transactions", "no schema")
	_, err = apply.Make(t.Context(), w.state(), open(), &apply.MakeOptions{Infer: func(_ context.Context, s *feature.Source) ([]value.Field, error) {
		return []value.Field{column("user_id", value.String), column("event_timestamp", value.UnixTimestamp)}, nil
	}})
	w.wantCode(err, errs.InvalidArgument, "no column for a feature", "user_id, event_timestamp")
}

func TestSourcesAreAskedOnceAndOnlyWhenNeeded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked := map[string]int{}
	opt := columns(value.Int64, value.String)
	ask := opt.Infer
	opt.Infer = func(ctx context.Context, s *feature.Source) ([]value.Field, error) {
		asked[s.Name]++
		return ask(ctx, s)
	}
	if _, err := apply.Make(t.Context(), w.state(), open(), opt); err != nil {
		t.Fatal(err)
	}
	if asked["transactions"] != 1 || asked["merchants"] != 1 {
		t.Errorf("asked %v", asked)
	}
	clear(asked)
	if _, err := apply.Make(t.Context(), w.state(), fraud(), opt); err != nil || len(asked) != 0 {
		t.Errorf("asked %v, %v", asked, err)
	}
}

func TestSchemaMayNameTheJoinKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wanted := fraud()
	wanted.Entities[1].ValueType = value.Type{}
	wanted.Views[1].Schema = append([]feature.Field{field("user_id", value.Int64)}, wanted.Views[1].Schema...)
	w.apply(wanted)
	if got := w.set().Entities[1].ValueType.Kind; got != value.Int64 {
		t.Errorf("entity is %v", got)
	}
	if v := w.view("user_transactions"); len(v.Schema) != 2 || v.Field("user_id") >= 0 {
		t.Errorf("schema %+v", v.Schema)
	}
	if len(wanted.Views[1].Schema) != 3 || !wanted.Entities[1].ValueType.IsZero() {
		t.Error("Make changed the caller's set")
	}
}
