package historical

import (
	"time"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

// DefaultTimeColumn is the spine column that holds each row's asOf unless a request names another.
const DefaultTimeColumn = "event_timestamp"

// An Engine chooses the implementation of the join; both give the same answer.
type Engine string

// The engines: Fast is the default, Naive the oracle that needs memory for the whole history.
const (
	Fast  Engine = ""
	Naive Engine = "naive"
)

// OnNull says what a null join key or asOf in the spine means.
type OnNull string

// The rules: NullIsError (default) names the rows, NullFeatures keeps them with null features.
const (
	NullIsError  OnNull = ""
	NullFeatures OnNull = "null_features"
)

// A Request asks for a training set: the spine's rows in order, each with the values that were true at its asOf.
// Exactly one of Features and Service is set, and exactly one of Spine, SpineTable, SpineSQL, AllKeys and Range.
type Request struct {
	Spine      *value.Batch   // join keys, the time column, any other columns
	SpineTable SpineTable     // the same, read chunk by chunk
	TimeColumn string         // default DefaultTimeColumn; UnixTimestamp, Date or text
	Location   *time.Location // of naive texts in the time column; nil: UTC
	Unit       eventtime.Unit // of a numeric time column; empty: numbers are refused
	SpineSQL   string         // a query in the offline store that gives the spine
	AllKeys    string         // a view: the spine is every key of its history, at AsOf
	AsOf       eventtime.Instant
	// Range asks for every moment at which one of the views has a row of a key, both ends inside, once for each key. A
	// Start of None is End minus the greatest ttl of the views, or minus 30 days where all values live for ever.
	Range *eventtime.Interval

	Features []string // references view:feature
	Service  string
	Names    feature.Naming

	Known     pit.KnownAtRule
	KnownAt   eventtime.Instant // for KnownAtInstant
	OnNull    OnNull
	TiesError bool // refuse ambiguous cells whatever the sources say
	Engine    Engine
	Leaks     bool // count the cells that change under known_at: as_of
	LeaksMax  int  // tell of so many of those cells
	Ages      bool // report how old the values are
	// MemoryMax bounds the bytes of the entity rows that are joined at once, with their index and results, by an estimate
	// from the types of the columns; default 1 GiB. More rows are joined in chunks, each with a pass over the histories.
	// The rows that windows of a chunk keep take up to as many bytes, and then go to a file in the directory of TMPDIR.
	MemoryMax int64
	Progress  func(done, total int64)
	// Moments is called before any result is delivered, with the asOf of every row, None for null, in runs in spine order.
	Moments func(asOf []eventtime.Instant) error
}

// A SpineTable is entity rows that need not fit in memory.
type SpineTable interface {
	pit.Table
	Fields() []value.Field
}

// A Result is a training set, or a run of its rows.
type Result struct {
	Batch    *value.Batch        // the spine's columns, then the features in request order, defaults applied
	AsOf     []eventtime.Instant // per row of Batch; None for null
	Features []Feature           // the feature columns of Batch, in order
	Views    []ViewReport        // one per use of a view
	Leaks    *LeakReport         // when asked for
	Revision registry.Revision
	Sources  []Snapshot // what was read, one per source, in order of name; a query that the offline store joined has none
	InStore  bool       // the offline store joined: floats that windows compute are within 1e-12 of those made here
	Rows     int64      // of the spine
}

// A Snapshot is the state of a source that a training set was made of.
type Snapshot struct {
	Source   string
	Manifest offline.Manifest
}

// A Feature describes one feature column of a Result.
type Feature struct {
	Name      string
	View      string // alias of the use
	Field     feature.Field
	Status    []value.Status      // per spine row: Present, NullValue, NotFound or OutsideMaxAge; Error for on-demand features alone
	Defaulted []bool              // per spine row; nil when the field has no default
	Event     []eventtime.Instant // per spine row: event time of the answering row, None without one
}

// CellCounts are the cells of each status.
type CellCounts struct {
	Present  int64 `json:"present"`
	Null     int64 `json:"null"`
	NotFound int64 `json:"not_found"`
	Expired  int64 `json:"outside_max_age"`
	Failed   int64 `json:"error,omitempty"` // cells of on-demand features that cannot be computed
}

// A ViewReport accounts for one use of a view.
type ViewReport struct {
	View          string `json:"view"`
	Alias         string `json:"alias"`
	Rows          int64  `json:"rows"`
	RejectedKey   int64  `json:"rejected_null_key"`
	RejectedEvent int64  `json:"rejected_null_event_time"`
	RejectedOther int64  `json:"rejected_no_created_time"`
	Ambiguous     int64  `json:"ambiguous_cells"`
	Cells         int64  `json:"cells"`
	CellCounts
	Features []FeatureReport `json:"features"`
}

// A FeatureReport counts the cells of one feature by status.
type FeatureReport struct {
	Name      string `json:"name"`
	Ambiguous int64  `json:"ambiguous"`
	CellCounts
	Leaked int64 `json:"leaked,omitempty"`

	Age *AgeReport `json:"age,omitempty"` // when asked for; nil without a value
}

// A LeakReport compares a training set with the one that honours created times (known_at: as_of): a cell that differs
// used knowledge that did not exist at its asOf.
type LeakReport struct {
	Cells   int64 `json:"cells"`
	Changed int64 `json:"changed"`
	Rows    int64 `json:"rows"` // spine rows with at least one changed cell

	First []Leak `json:"-"` // changed cells, of one run of rows after the other, by feature and row; at most Request.LeaksMax
}

// A Leak is a cell that changes when created time is honoured.
type Leak struct {
	Row   int64 // of the spine, from 1
	AsOf  eventtime.Instant
	Name  string // output column of the feature
	Keys  []value.Field
	Key   []value.Value // Key[i] is the value of Keys[i]
	Used  LeakedValue
	Known LeakedValue // what was known at AsOf
}

// A LeakedValue is one side of a Leak, before defaults. Times are those of the answering row, None without one.
type LeakedValue struct {
	Status  value.Status
	Value   value.Value
	Event   eventtime.Instant
	Created eventtime.Instant
}
