package config

import (
	"encoding/json"
	"maps"

	"github.com/truepoint/truepoint/definitions"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/strictyaml"
)

// A Warning is something that works but that the user should know; its code is OK.
type Warning = errs.Error

// A Config is a feature_store.yaml with its defaults filled in. Its String and JSON hide secrets.
type Config struct {
	File        string   `json:"file"` // the file it was read from, as it was named
	Dir         string   `json:"-"`    // the repository: definitions lie in it, and relative paths start there
	Project     string   `json:"project"`
	Description string   `json:"project_description,omitempty"`
	Provider    string   `json:"provider"`
	Registry    Registry `json:"registry"`
	Offline     Store    `json:"offline_store"`
	Online      Store    `json:"online_store"`
	KeyVersion  int      `json:"entity_key_serialization_version"`
	Server      Server   `json:"server"`

	Sources map[string]definitions.Override `json:"-"` // data sources that are replaced, by name

	source []byte // the text of File
}

// Registry says where definitions are kept.
type Registry struct {
	Type     string             `json:"registry_type"`  // sqlite, postgres, s3, gcs, azure or remote
	Path     string             `json:"path,omitempty"` // of sqlite: the file, relative to the working directory or absolute
	URL      Masked             `json:"url,omitempty"`  // of all other types
	CacheTTL eventtime.Duration `json:"cache_ttl"`
	Pos      errs.Position      `json:"-"` // of what says the type; the file alone for a default
}

// A Store is the online or the offline store.
type Store struct {
	Type    string        `json:"type"`           // "none": there is none
	Path    string        `json:"path,omitempty"` // embedded, sqlite: relative to the working directory or absolute
	Options Options       `json:"options,omitempty"`
	Pos     errs.Position `json:"-"` // of what says the type; the file alone for a default
}

// Options are the remaining keys of a store as text; nested ones are JSON. They print with secrets hidden.
type Options map[string]string

func (o Options) masked() map[string]string {
	out := maps.Clone(map[string]string(o))
	for k, v := range out {
		out[k] = maskValue(k, v)
	}
	return out
}

// MarshalJSON writes the options with secrets hidden.
func (o Options) MarshalJSON() ([]byte, error) { return json.Marshal(o.masked()) }

// String returns the JSON of the options with secrets hidden.
func (o Options) String() string {
	b, err := o.MarshalJSON()
	if err != nil { // texts always marshal
		return hidden
	}
	return string(b)
}

// GoString returns String, so that %#v hides secrets too.
func (o Options) GoString() string { return o.String() }

// Server holds the settings of the feature server.
type Server struct {
	Host       string             `json:"host"`
	Port       int                `json:"port"`
	GRPCPort   int                `json:"grpc_port,omitempty"` // 0: no gRPC
	Deadline   eventtime.Duration `json:"deadline"`
	MaxSkew    eventtime.Duration `json:"max_skew"`
	MaxFuture  eventtime.Duration `json:"max_future"`
	TokensFile string             `json:"tokens_file,omitempty"` // relative to the working directory or absolute
	Limits     Limits             `json:"limits"`
	FeatureLog FeatureLog         `json:"feature_log,omitzero"`
	Traces     Traces             `json:"traces"`
}

// Traces says where traces of requests go.
type Traces struct {
	Endpoint string  `json:"endpoint,omitempty"` // URL of a collector that takes OTLP over HTTP; empty: there are none
	Sample   float64 `json:"sample"`             // share of the requests whose caller does not decide
}

// FeatureLog says what is kept of what the server answers.
type FeatureLog struct {
	Path      string             `json:"path"` // a directory, relative to the working directory or absolute; empty: nothing is kept
	Sample    float64            `json:"sample"`
	Interval  eventtime.Duration `json:"interval"`  // between files
	Retention eventtime.Duration `json:"retention"` // 0: for ever
}

// Limits bound one request, and how many are answered at a time.
type Limits struct {
	BodyBytes   int64 `json:"body_bytes"`
	HeaderBytes int64 `json:"header_bytes"`
	Entities    int64 `json:"entities"`
	Cells       int64 `json:"cells"`
	InFlight    int64 `json:"in_flight"` // online reads at a time, over all protocols
}

// Defaults returns the settings of a file that names nothing but its project, with paths relative to dir.
func defaults() *Config {
	return &Config{
		Provider: "local", KeyVersion: 3,
		Registry: Registry{Type: "sqlite", Path: "data/registry.db", CacheTTL: 10 * eventtime.Minute},
		Offline:  Store{Type: "file"},
		Online:   Store{Type: "embedded", Path: "data/online"},
		Server: Server{
			Host: "127.0.0.1", Port: 6566, Deadline: 5 * eventtime.Second, MaxSkew: 2 * eventtime.Second, MaxFuture: 5 * eventtime.Minute,
			Limits: Limits{BodyBytes: 16 << 20, HeaderBytes: 64 << 10, Entities: 10_000, Cells: 1_000_000, InFlight: 1024},
			Traces: Traces{Sample: 0.01},
		},
	}
}

// String returns the JSON of the configuration with secrets hidden.
func (c *Config) String() string {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return "project " + c.Project
	}
	return string(b)
}

// GoString returns String, so that %#v hides secrets too.
func (c *Config) GoString() string { return c.String() }

// Annotate gives the faults of err that point into the file the line there, with secrets hidden.
func (c *Config) Annotate(err error) {
	strictyaml.Sources{c.File: c.source}.Annotate(errs.All(err), maskLine)
}
