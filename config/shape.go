package config

import (
	"strconv"

	"github.com/truepoint/truepoint/definitions"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/strictyaml"
)

// The shapes below are the one table of the keys of feature_store.yaml.

func text() *strictyaml.Shape { return &strictyaml.Shape{Scalar: strictyaml.Text} }

func flag() *strictyaml.Shape { return &strictyaml.Shape{Scalar: strictyaml.Bool} }

func choice(of ...string) *strictyaml.Shape {
	return &strictyaml.Shape{Scalar: strictyaml.Text, Choices: of}
}

func number(least, most int64) *strictyaml.Shape {
	return &strictyaml.Shape{Scalar: strictyaml.Int, Min: least, Max: most}
}

func seconds(least, most int64) *strictyaml.Shape {
	return &strictyaml.Shape{Scalar: strictyaml.Float, Min: least, Max: most}
}

func texts() *strictyaml.Shape { return &strictyaml.Shape{Items: text()} }

func anything() *strictyaml.Shape { return &strictyaml.Shape{Any: true} }

// positive is a duration above zero.
func positive() *strictyaml.Shape {
	return &strictyaml.Shape{Scalar: strictyaml.Text, Format: "duration above 0", Parse: func(s string) error {
		d, err := eventtime.ParseDuration(s)
		if err == nil && d <= 0 {
			return errs.New(errs.InvalidArgument, "a duration of %s is no limit", s).WithID("T0205").WithHint("write a duration such as 5s")
		}
		return err
	}}
}

func key(name, doc string, s *strictyaml.Shape) strictyaml.Key {
	return strictyaml.Key{Name: name, Doc: doc, Shape: s}
}

func required(name, doc string, s *strictyaml.Shape) strictyaml.Key {
	return strictyaml.Key{Name: name, Doc: doc, Shape: s, Required: true}
}

func ignored(name, why string) strictyaml.Key {
	return strictyaml.Key{Name: name, Shape: anything(), Meaning: strictyaml.Ignored, Hint: why}
}

func ignoredAll(why string, names ...string) []strictyaml.Key {
	out := make([]strictyaml.Key, len(names))
	for i, n := range names {
		out[i] = ignored(n, why)
	}
	return out
}

// Bounds of settings.
const (
	poolMax     = 10_000
	secondsMax  = 100 * 366 * 86400
	timeoutMax  = 86400
	retriesMax  = 100
	requestMax  = 1 << 30
	entitiesMax = 10_000_000
	inFlightMax = 1_000_000
)

func fileShape() *strictyaml.Shape {
	const engine = "materialization runs inside the binary"
	keys := []strictyaml.Key{
		required("project", "the name under which everything is kept", &strictyaml.Shape{Scalar: strictyaml.Text, Format: "project name", Parse: feature.CheckProject}),
		key("project_description", "what the project is, for people", text()),
		key("provider", "accepted as in Feast; every provider has the same defaults", choice("local", "gcp", "aws", "azure")),
		key("registry", "where definitions are kept: a path, an address, or a mapping", registryShape()),
		key("offline_store", "where history is read", storeShape(offlineStores())),
		key("online_store", "where the newest values are served from", storeShape(onlineStores())),
		key("entity_key_serialization_version", "2 and 3 are accepted", number(2, 3)),
		key("sources", "data sources that are replaced, by name", &strictyaml.Shape{Values: definitions.OverrideShape()}),
		key("server", "the feature server", serverShape()),
		key("auth", "only no_auth so far", authShape()),
		key("coerce_tz_aware", "accepted as in Feast: times without a zone are UTC", flag()),
	}
	keys = append(keys, ignored("batch_engine", engine), ignored("materialization", engine), ignored("flags", "nothing is experimental here"),
		ignored("feature_server", "set the server under server"), ignored("embedding_model", "documents are not embedded here"))
	return &strictyaml.Shape{Keys: append(keys, ignoredAll("it is not part of this release", "openlineage", "mlflow", "data_quality_monitoring")...)}
}

func authShape() *strictyaml.Shape {
	return &strictyaml.Shape{Keys: []strictyaml.Key{required("type", "no_auth", &strictyaml.Shape{Scalar: strictyaml.Text, Format: "kind of authentication",
		Parse: func(s string) error {
			if s == "no_auth" {
				return nil
			}
			return errs.New(errs.Unimplemented, "authentication by %q comes in a later release", s).WithID("T0160").
				WithHint("use static tokens: server: {tokens_file: …}")
		}})}}
}

func serverShape() *strictyaml.Shape {
	return &strictyaml.Shape{Keys: []strictyaml.Key{
		key("host", "the address that it binds; loopback without tokens", text()),
		key("port", "its port", number(1, 65535)),
		key("grpc_port", "its port for gRPC; without it there is no gRPC", number(1, 65535)),
		key("deadline", "how long a request may take", positive()),
		key("max_skew", "how far ahead of the clock a pushed row may be", positive()),
		key("max_future", "how long a stream holds a row that is not due", positive()),
		key("tokens_file", "a file of bearer tokens", text()),
		key("limits", "bounds of requests", &strictyaml.Shape{Keys: []strictyaml.Key{
			key("body_bytes", "of the body", number(1, requestMax)),
			key("header_bytes", "of the headers", number(1024, requestMax)),
			key("entities", "rows asked for", number(1, entitiesMax)),
			key("cells", "rows times features", number(1, requestMax)),
			key("in_flight", "online reads that are answered at a time", number(1, inFlightMax)),
		}}),
		key("feature_log", "what is kept of what it answers", featureLogShape()),
		key("traces", "where traces of requests go", &strictyaml.Shape{Keys: []strictyaml.Key{
			required("endpoint", "an OpenTelemetry collector, such as http://localhost:4318", text()),
			key("sample", "the share of requests that are traced unless their caller decides; 0.01 without this key", share()),
		}}),
	}}
}

func featureLogShape() *strictyaml.Shape {
	return &strictyaml.Shape{Keys: []strictyaml.Key{
		required("path", "a directory for Parquet files", text()),
		key("sample", "the share of entities, by a hash of their keys; 1 without this key", share()),
		key("interval", "between files; 1m without this key", positive()),
		key("retention", "how long files are kept; 30d without this key", positive()),
	}}
}

func share() *strictyaml.Shape {
	return &strictyaml.Shape{Scalar: strictyaml.Float, Format: "share above 0 and up to 1", Parse: func(s string) error { _, err := parseShare(s); return err }}
}

// parseShare reads a share above 0 and up to 1.
func parseShare(s string) (float64, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f > 0 && f <= 1) {
		return 0, errs.New(errs.InvalidArgument, "%q is no share above 0 and up to 1", s).WithID("T0205").WithHint("write 0.01 for one of a hundred")
	}
	return f, nil
}

func registryShape() *strictyaml.Shape {
	const here = "the registry is read and written by the binary itself"
	return &strictyaml.Shape{OneOf: []*strictyaml.Shape{text(), {Keys: append([]strictyaml.Key{
		key("registry_type", "follows from the path without this key", choice("file", "sqlite", "sql", "s3", "gcs", "azure", "remote")),
		required("path", "a path, or sqlite:, postgresql://, s3://, gs://", text()),
		key("cache_ttl_seconds", "how long a server may use a copy before it looks again", number(0, secondsMax)),
	}, ignoredAll(here, "registry_store_type", "cache_mode", "s3_additional_kwargs", "purge_feast_metadata", "read_path", "sqlalchemy_config_kwargs",
		"thread_pool_executor_worker_count", "schema_mode", "enable_online_feature_view_versioning", "mcp", "cert", "is_tls", "client_cert", "client_key", "authority")...)}}}
}

// storeShape is a store: its type alone, a mapping, or nothing for none.
func storeShape(s *strictyaml.Switch) *strictyaml.Shape {
	var types []string
	for _, c := range s.Cases {
		types = append(append(types, c.Name), c.Aliases...)
	}
	return &strictyaml.Shape{Nullable: true, OneOf: []*strictyaml.Shape{choice(types...), {Switch: s}}}
}
