package dataset

import (
	"encoding/json"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

// Format is the number of the manifest's JSON layout. A reader knows all up to its own.
const Format = 1

// A Manifest says what a training set is made of. Its JSON is kept for ever; testdata/manifest-1.json is a sample.
type Manifest struct {
	Format   int               `json:"format"`
	Name     string            `json:"name,omitempty"` // empty for a set that was not saved
	Project  string            `json:"project"`
	Created  eventtime.Instant `json:"created"`
	Author   string            `json:"author,omitempty"`
	Revision registry.Revision `json:"revision"` // of the definitions
	Request  Request           `json:"request"`
	Spine    Spine             `json:"spine"`
	Rows     int64             `json:"rows"`
	Columns  []value.Field     `json:"columns"` // of the files: the spine's, then the features
	Features []Feature         `json:"features"`
	Sources  []Source          `json:"sources"`
	InStore  bool              `json:"joined_in_store,omitempty"` // whose floats of windows are within a relative 1e-12 of ours
	Split    string            `json:"split,omitempty"`           // as given: time:0.8, key:0.8:SEED
	Files    []File            `json:"files"`
}

// A Request is what was asked for. Exactly one of Features and Service is set.
type Request struct {
	Features     []string           `json:"features,omitempty"`
	Service      string             `json:"service,omitempty"`
	FullNames    bool               `json:"full_feature_names,omitempty"`
	KnownAsOf    bool               `json:"known_as_of,omitempty"` // each row as it was known at its own time
	KnownAt      *eventtime.Instant `json:"known_at,omitempty"`    // nil: what was known when the set was made
	NullFeatures bool               `json:"null_features,omitempty"`
	TiesError    bool               `json:"ties_error,omitempty"`
}

// A Spine says where the rows came from and how their times are read. The rows themselves are the first columns of the
// set's files.
type Spine struct {
	From       Origin         `json:"from"`
	Text       string         `json:"text,omitempty"` // path, query or view
	SHA256     string         `json:"sha256,omitempty"`
	TimeColumn string         `json:"time_column"`
	Zone       string         `json:"timezone,omitempty"`
	Unit       eventtime.Unit `json:"timestamp_unit,omitempty"`
	Columns    int            `json:"columns"` // so many of the set's columns are the spine's
}

// An Origin is a kind of spine.
type Origin string

// The origins of a spine: a file, rows given with the request, a query, every key of a view, or every row of the views
// in a range of time.
const (
	FromFile    Origin = "file"
	FromRequest Origin = "request"
	FromQuery   Origin = "query"
	FromAllKeys Origin = "all_keys"
	FromRange   Origin = "range"
)

// A Feature is a feature column of a set.
type Feature struct {
	Column      string `json:"column"`
	Ref         string `json:"ref"`         // view:feature
	Fingerprint string `json:"fingerprint"` // of the view, at the manifest's revision
}

// A Source is the snapshot of a data source that a set was made of.
type Source struct {
	Name     string           `json:"name"`
	Manifest offline.Manifest `json:"manifest"`
}

// A File is a file of a set.
type File struct {
	Part   Part   `json:"part"`
	Path   string `json:"path"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// A Part says which rows a file holds.
type Part string

// The parts: all rows, or one side of a split.
const (
	All   Part = "all"
	Train Part = "train"
	Test  Part = "test"
)

// Encode returns the manifest's JSON, in this release's format. Errors: Internal.
func (m *Manifest) Encode() ([]byte, error) {
	with := *m
	with.Format = Format
	b, err := json.MarshalIndent(&with, "", "  ")
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "write the manifest of dataset %q", m.Name)
	}
	return append(b, '\n'), nil
}

// Decode returns the manifest of a JSON text; what names it in messages. Errors: DataLoss for a text that is none,
// FailedPrecondition for a format of a newer release.
func Decode(text []byte, what string) (*Manifest, error) {
	m := &Manifest{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, errs.Wrap(err, errs.DataLoss, "%s cannot be read", what).WithID("T0620")
	}
	if m.Format > Format {
		return nil, errs.New(errs.FailedPrecondition, "%s has format %d, this release knows up to %d", what, m.Format, Format).
			WithID("T0621").WithHint("use the release that wrote it, or a newer one")
	}
	if m.Format < 1 {
		return nil, errs.New(errs.DataLoss, "%s has no format number", what).WithID("T0620")
	}
	return m, nil
}

// View returns the view of the feature.
func (f *Feature) View() string {
	ref, err := feature.ParseRef(f.Ref)
	if err != nil {
		return f.Ref
	}
	return ref.View
}
