package feature

import (
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// An Origin remembers where a definition was written, so that faults can point at the place. It is never stored.
type Origin struct {
	Pos    errs.Position            // of the definition itself
	Fields map[string]errs.Position // by path within the definition, such as "schema[2].type"
	Feast  bool                     // written with Feast's package, whose names are freer (design/semantics.md 9.1)
}

// TextPath follows the path of an expression in Origin.Fields: the place of its first character, if the file holds the
// expression character by character and every line of it begins in the same column.
const TextPath = ".text"

// At returns the position of a path. Where it is not known, the nearest enclosing path answers ("schema[2]", then
// "schema"), and in the end the definition itself.
func (o Origin) At(path string) errs.Position {
	for path != "" {
		if p, ok := o.Fields[path]; ok {
			return p
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return o.Pos
}

// first returns the position of the first path that is known, otherwise what At says of the last.
func (o Origin) first(paths ...string) errs.Position {
	for _, path := range paths {
		if p, ok := o.Fields[path]; ok {
			return p
		}
	}
	return o.At(paths[len(paths)-1])
}

// Info is what every definition carries for people; none of it affects values.
type Info struct {
	Description string            `json:"description,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	Owner       string            `json:"owner,omitempty"`
}

// An Entity is what features are about. Its join keys identify it.
type Entity struct {
	Name      string     `json:"name"`
	JoinKeys  []string   `json:"join_keys"`
	ValueType value.Type `json:"value_type"` // of every join key; undeclared until it was inferred from a source
	Info
	Origin Origin `json:"-"`
}

// Source types that the format knows. Only file and push can be read and written so far; the rest are declarations.
const (
	FileSource    = "file"
	PushSource    = "push"
	RequestSource = "request"
)

// A Source says where rows come from and what their times mean.
type Source struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Path  string `json:"path,omitempty"`  // file: file, directory or glob; relative to the repository
	Table string `json:"table,omitempty"` // SQL kinds
	Query string `json:"query,omitempty"`

	TimestampField         string                 `json:"timestamp_field,omitempty"`
	CreatedTimestampColumn string                 `json:"created_timestamp_column,omitempty"`
	Availability           eventtime.Availability `json:"availability,omitzero"`
	FieldMapping           map[string]string      `json:"field_mapping,omitempty"` // source column → name used in views
	DatePartitionColumn    string                 `json:"date_partition_column,omitempty"`
	Timezone               string                 `json:"timezone,omitempty"`       // Area/City of naive times
	TimestampUnit          string                 `json:"timestamp_unit,omitempty"` // s, ms, us, ns
	TieBreak               []string               `json:"tie_break,omitempty"`
	Ties                   string                 `json:"ties,omitempty"` // last (default) or error
	DeletedColumn          string                 `json:"deleted_column,omitempty"`
	EventID                string                 `json:"event_id,omitempty"`

	BatchSource string            `json:"batch_source,omitempty"` // push: the source whose history pushes extend
	Schema      []Field           `json:"schema,omitempty"`       // request
	Options     map[string]string `json:"options,omitempty"`      // declared, kept, of no meaning here
	Info
	Origin Origin `json:"-"`
}

// A Field is a feature of a view.
type Field struct {
	Name        string            `json:"name"`
	Type        value.Type        `json:"type"`
	Description string            `json:"description,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	Default     *Default          `json:"default,omitempty"`
}

// A Default stands in for a missing value: Null for a value that is null, Absent for one that is not found or expired.
// A nil member means no default for that case. The texts are in the JSON form of the field's type.
type Default struct {
	Null   *string `json:"null,omitempty"`
	Absent *string `json:"absent,omitempty"`
}

// A View is a feature view: a set of features of one list of entities, read from one source, or with Aggregations
// computed from its raw events.
type View struct {
	Name     string        `json:"name"`
	Entities []string      `json:"entities,omitempty"`
	TTL      eventtime.TTL `json:"ttl,omitempty"` // 0: values never expire
	Schema   []Field       `json:"schema,omitempty"`
	Source   string        `json:"source"` // a batch source, or a push source with a batch_source
	Online   bool          `json:"online"`

	Schedule        string             `json:"schedule,omitempty"` // a duration or a cron line
	AllowedLateness eventtime.Duration `json:"allowed_lateness,omitempty"`
	CommitLag       eventtime.Duration `json:"commit_lag,omitempty"`

	// Of window views alone.
	Aggregations []Aggregation      `json:"aggregations,omitempty"` // Aggregations[i] computes Schema[i]
	Inputs       []value.Field      `json:"inputs,omitempty"`       // the source's columns that Aggregations use, by name; Complete lists them, apply adds types that are not declared
	Refresh      eventtime.Duration `json:"refresh,omitempty"`      // values exist at k·Refresh; 0: at any asOf
	Delay        eventtime.Duration `json:"delay,omitempty"`        // values of an instant are usable this much later

	// Assigned by apply, never by a user, and no part of the fingerprint.
	Generation uint32         `json:"generation,omitempty"` // counts breaking changes, from 1
	Since      uint32         `json:"since,omitempty"`      // the generation in which this view came into being; earlier ones are of deleted views of its name
	Schemas    []value.Schema `json:"schemas,omitempty"`    // every row schema of this generation, oldest first

	Info
	Origin Origin `json:"-"`
}

// A Service is the list of features of one model.
type Service struct {
	Name     string       `json:"name"`
	Features []Projection `json:"features"`
	OnError  string       `json:"on_error,omitempty"` // fail or cells
	Info
	Origin Origin `json:"-"`
}

// A Projection is the use of a view in a service.
type Projection struct {
	View       string            `json:"view"`
	Features   []string          `json:"features,omitempty"` // nil: all
	Alias      string            `json:"alias,omitempty"`
	JoinKeyMap map[string]string `json:"join_key_map,omitempty"` // the view's join key → the request's column
}

// A Set is every definition of one project. The slices are in order of name.
type Set struct {
	Project  string          `json:"project"`
	Entities []*Entity       `json:"entities,omitempty"`
	Sources  []*Source       `json:"sources,omitempty"`
	Views    []*View         `json:"views,omitempty"`
	OnDemand []*OnDemandView `json:"on_demand_views,omitempty"`
	Services []*Service      `json:"services,omitempty"`
}

// Kinds of definitions, as they stand in YAML, the registry and messages.
const (
	KindEntity   = "Entity"
	KindSource   = "DataSource"
	KindView     = "FeatureView"
	KindOnDemand = "OnDemandFeatureView"
	KindService  = "FeatureService"
)
