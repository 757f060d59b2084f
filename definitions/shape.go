package definitions

import (
	"strings"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/strictyaml"
	"github.com/truepoint/truepoint/value"
)

// The shapes below are the one table of what a definition file may say. Reading, checking and the published JSON
// Schema all use it.

func text() *strictyaml.Shape { return &strictyaml.Shape{Scalar: strictyaml.Text} }

func texts() *strictyaml.Shape { return &strictyaml.Shape{Items: text()} }

func textMap() *strictyaml.Shape { return &strictyaml.Shape{Values: text()} }

func choice(of ...string) *strictyaml.Shape {
	return &strictyaml.Shape{Scalar: strictyaml.Text, Choices: of}
}

func duration() *strictyaml.Shape {
	return &strictyaml.Shape{Scalar: strictyaml.Text, Format: "duration", Parse: func(s string) error {
		_, err := eventtime.ParseDuration(s)
		return err
	}}
}

func valueType() *strictyaml.Shape {
	return &strictyaml.Shape{Scalar: strictyaml.Text, Format: "type", Parse: func(s string) error {
		_, err := value.ParseType(s)
		return err
	}}
}

func key(name, doc string, s *strictyaml.Shape) strictyaml.Key {
	return strictyaml.Key{Name: name, Doc: doc, Shape: s}
}

func required(name, doc string, s *strictyaml.Shape) strictyaml.Key {
	return strictyaml.Key{Name: name, Doc: doc, Shape: s, Required: true}
}

func later(name, hint string) strictyaml.Key {
	return strictyaml.Key{Name: name, Shape: &strictyaml.Shape{Any: true}, Meaning: strictyaml.Later, Hint: hint}
}

// info are the keys that every definition has.
func info(keys ...strictyaml.Key) []strictyaml.Key {
	return append(keys,
		key("description", "what it is, for people", text()),
		key("tags", "labels, such as {team: fraud}", textMap()),
		key("owner", "who answers for it", text()))
}

func fieldShape() *strictyaml.Shape {
	anything := &strictyaml.Shape{Any: true}
	return &strictyaml.Shape{Keys: []strictyaml.Key{
		required("name", "the name of the feature", text()),
		required("type", "Int64, Float64, String, Array(Int64), …", valueType()),
		key("description", "what it is, for people", text()),
		key("tags", "labels", textMap()),
		key("default", "what stands in for a missing value", &strictyaml.Shape{Keys: []strictyaml.Key{
			key("null", "for a row that says null", anything),
			key("absent", "where there is no row, or an expired one", anything),
		}}),
	}}
}

func fieldsShape() *strictyaml.Shape { return &strictyaml.Shape{Items: fieldShape()} }

// sourceKeys are the keys of a data source beside kind and name; an override in feature_store.yaml has the same.
func sourceKeys() []strictyaml.Key {
	return info(
		required("type", "what holds the rows", choice(append(feature.SourceTypes(), feature.LaterSourceTypes()...)...)),
		key("path", "file, directory, pattern, s3://, gs:// or azblob://", text()),
		key("table", "name, schema.name or catalog.schema.name", text()),
		key("query", "one SELECT", text()),
		key("timestamp_field", "the column of the event time", text()),
		key("created_timestamp_column", "the column that says when the row became known", text()),
		key("availability", "when a row may be used", &strictyaml.Shape{OneOf: []*strictyaml.Shape{
			choice("event_time", "created_time"),
			{Keys: []strictyaml.Key{required("delay", "a duration after the event time", duration())}},
		}}),
		key("field_mapping", "column: name used in views", textMap()),
		key("date_partition_column", "the column by which the table is partitioned", text()),
		key("timezone", "Area/City of times without a zone", text()),
		key("timestamp_unit", "what numeric times count", choice("s", "ms", "us", "ns")),
		key("tie_break", "columns that decide between rows of the same times, greatest first", texts()),
		key("ties", "what happens to rows that still tie", choice("last", "error")),
		key("deleted_column", "a boolean column: true deletes the key", text()),
		key("event_id", "the column that identifies an event", text()),
		key("batch_source", "of a push source: the source that holds the history", text()),
		key("schema", "of a request source: its columns", fieldsShape()),
		key("options", "further properties, kept as they are", textMap()),
	)
}

const streamsLater = "streams come in a later release; use type: push with a batch_source"

func kindShape(kind string, keys ...strictyaml.Key) *strictyaml.Shape {
	all := append([]strictyaml.Key{required("kind", "what is defined", choice(kind)), required("name", "its name", text())}, keys...)
	return &strictyaml.Shape{Keys: all}
}

func viewShape() *strictyaml.Shape {
	const zones = "calendar windows come in a later release; days and hops are counted from the epoch, in UTC"
	return kindShape(feature.KindView, append(info(
		key("entities", "the entities whose keys select a row", texts()),
		key("ttl", "how long a value is valid after its event time; 0: for ever", duration()),
		key("schema", "the features; with aggregations: types of columns that they use", fieldsShape()),
		required("source", "the name of a data source", text()),
		key("online", "whether the view is served online", &strictyaml.Shape{Scalar: strictyaml.Bool}),
		key("schedule", "a duration or a cron line: how often it is materialized", text()),
		key("allowed_lateness", "how late rows may come without a created time", duration()),
		key("commit_lag", "how late rows may become readable after their created time", duration()),
		key("aggregations", "features computed from raw events", &strictyaml.Shape{Items: aggregationShape()}),
		key("refresh", "of aggregations that are served: how often their values are computed", duration()),
		key("delay", "how much later than its moment a value is usable", duration()),
	), later("timezone", zones), later("hop", "write hop on each aggregation"), later("transformation", "transformations come in a later release"))...)
}

func serviceShape() *strictyaml.Shape {
	projection := &strictyaml.Shape{Keys: []strictyaml.Key{
		required("view", "the name of a feature view", text()),
		key("features", "some of its features; all without this key", texts()),
		key("alias", "another name for this use of the view", text()),
		key("join_key_map", "join key of the view: column of the request", textMap()),
	}}
	return kindShape(feature.KindService, info(
		required("features", "views, view:feature, or {view: …, features: […]}", &strictyaml.Shape{
			Items: &strictyaml.Shape{OneOf: []*strictyaml.Shape{text(), projection}},
		}),
		key("on_error", "what a failing store does to an answer", choice("fail", "cells")),
	)...)
}

func entityShape() *strictyaml.Shape {
	return kindShape(feature.KindEntity, info(
		key("join_keys", "the columns that identify it; its name without this key", texts()),
		key("value_type", "the type of the join keys; read from the source without this key", valueType()),
	)...)
}

// shapes holds the shape of each kind, and the kinds that a later release reads with what to do instead.
type shapes struct {
	kinds map[string]*strictyaml.Shape
	later map[string]string
}

func allShapes() *shapes {
	return &shapes{
		kinds: map[string]*strictyaml.Shape{
			feature.KindEntity: entityShape(), feature.KindSource: kindShape(feature.KindSource, sourceKeys()...),
			feature.KindView: viewShape(), feature.KindOnDemand: onDemandShape(), feature.KindService: serviceShape(),
		},
		later: map[string]string{"StreamFeatureView": streamsLater, "BatchFeatureView": "write kind: FeatureView"},
	}
}

func (s *shapes) names() []string {
	return []string{feature.KindEntity, feature.KindSource, feature.KindView, feature.KindOnDemand, feature.KindService}
}

// expected lists the kinds for messages.
func (s *shapes) expected() string { return strings.Join(s.names(), ", ") }

// JSONSchema returns the JSON Schema of one document of a definition file.
func JSONSchema() map[string]any {
	s := allShapes()
	out := map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   "Truepoint definitions",
	}
	var kinds []any
	for _, name := range s.names() {
		kinds = append(kinds, strictyaml.JSONSchema(s.kinds[name]))
	}
	out["oneOf"] = kinds
	return out
}
