package definitions

import (
	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/strictyaml"
)

// lifetime is the window of all events.
const lifetime = "lifetime"

func windowShape() *strictyaml.Shape {
	return &strictyaml.Shape{Scalar: strictyaml.Text, Format: "duration or lifetime", Parse: func(s string) error {
		if s == lifetime {
			return nil
		}
		_, err := eventtime.ParseDuration(s)
		return err
	}}
}

func whole(maximum int64) *strictyaml.Shape {
	return &strictyaml.Shape{Scalar: strictyaml.Int, Min: 1, Max: maximum}
}

// computedShape is the shape of a feature that is computed: the keys of a field, of which the type may be left out,
// and what says how.
func computedShape(how ...strictyaml.Key) *strictyaml.Shape {
	s := fieldShape()
	for i := range s.Keys {
		if s.Keys[i].Name == "type" {
			s.Keys[i].Required = false
			s.Keys[i].Doc = "its type; what is computed tells it without this key"
		}
	}
	s.Keys = append(s.Keys[:1:1], append(how, s.Keys[1:]...)...)
	return s
}

func aggregationShape() *strictyaml.Shape {
	return computedShape(
		required("function", "what is computed of the events of the window", choice(agg.Functions()...)),
		key("column", "what it is computed of; count without it counts events", text()),
		key("window", "how far back events count: a duration, or lifetime", windowShape()),
		key("last", "the newest events that count, instead of a window", whole(feature.LastMax)),
		key("n", "how many values first_n, last_n and their distinct variants give", whole(agg.CountMax)),
		key("offset", "how much before the moment the window ends", duration()),
		key("hop", "the steps in which the far edge of the window moves; exact without this key", duration()),
		key("where", "an expression: only events for which it is true count", text()),
		key("by", "a column: the feature is a map from its values", text()),
	)
}

func onDemandShape() *strictyaml.Shape {
	source := &strictyaml.Shape{Keys: []strictyaml.Key{
		key("view", "the name of a view", text()),
		key("features", "some of its features; all without this key", texts()),
		key("alias", "its features are named alias__feature in expressions", text()),
		key("request", "a name for columns of the request, or a data source of type request", text()),
		key("schema", "the columns of the request", fieldsShape()),
	}}
	return kindShape(feature.KindOnDemand, info(
		required("sources", "views, {view: …, features: […]}, or {request: …, schema: […]}", &strictyaml.Shape{
			Items: &strictyaml.Shape{OneOf: []*strictyaml.Shape{text(), source}},
		}),
		required("features", "what is computed", &strictyaml.Shape{Items: computedShape(
			required("expression", "over features of the sources and columns of the request", text()),
		)}),
	)...)
}
