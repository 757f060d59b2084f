package explain

import (
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

// A Request asks why one feature of one entity has its value at a moment.
type Request struct {
	Ref  string            // view:feature
	Keys []input.Column    // the view's join keys, one row; of an on-demand feature also its request columns
	At   eventtime.Instant // None: the clock

	OthersMax int // how many of the rows that lost to tell of; default 8
}

// othersDefault is how many rows that lost are told of.
const othersDefault = 8

// A Result explains one value, offline and online.
type Result struct {
	Ref      string
	Field    feature.Field
	Keys     []Key
	At       eventtime.Instant
	Revision registry.Revision
	Older    *serving.Older // the older form of the view that is explained because it answers; nil for the present one
	TTL      eventtime.TTL
	Offline  Offline
	Online   Online
	Agree    bool   // the statuses of offline and online agree (value.Status.Agrees) and the values are the same, bit for bit
	Cure     string // what makes them agree, with the command; empty where they do

	Computed *Computed // of an on-demand feature, which has no history and no stored row: then Offline, Online and Agree say nothing
}

// Computed explains the value of an on-demand feature.
type Computed struct {
	Expression string
	Cell       serving.Cell
	Inputs     []Input // that the expression names, in order of name
}

// An Input is what one name in an expression stands for.
type Input struct {
	Name string
	Ref  string       // the feature; empty for a column of the request
	Cell serving.Cell // of a column of the request: Present or NullValue, without event time
}

// A Key is a join key with its value.
type Key struct {
	Name  string
	Value value.Value
}

// Offline is what the history says.
type Offline struct {
	Status    value.Status
	Value     value.Value // defaults applied
	Defaulted bool
	Winner    *Row   // the row that answers; for an expired value the newest one; nil without one
	Rule      string // why this row answers, or why there is none
	Rows      int64  // rows of this key in the history
	Others    []Row  // rows of the key that lost, newest first, at most OthersMax; each says why in Reason

	Window *Window // of a feature that is computed from events; there is no Winner then
}

// A Window explains a feature that is computed from events.
type Window struct {
	Function string             // what is computed, for people
	Of       eventtime.Instant  // the instant that the value is of; None where there is none yet
	Usable   eventtime.Instant  // when a row must have become usable to count, inclusive: Of and the view's delay
	Bounds   eventtime.Interval // event times, both inclusive; Start is eventtime.Min without a far edge
	Counted  int64              // rows that count; of more than agg.CountMax the others are not told
	Rows     []Row              // of them the newest, newest first, at most OthersMax; Value is what the function reads
}

// A Row is one row of a history.
type Row struct {
	File      string // as the manifest names it
	Group     int    // which part of its file it is in, from 0: a Parquet row group
	Position  int64  // row number in its file, or within the whole snapshot where there are no files, from 0
	Event     eventtime.Instant
	Created   eventtime.Instant // None without one
	Available eventtime.Instant
	Value     value.Value
	Deleted   bool
	Reason    string
}

// accepted reports whether the row has the times that its source's rules need.
func (r *Row) accepted() bool { return r.Event != eventtime.None && r.Available != eventtime.None }

// Online is what the online store holds.
type Online struct {
	Table     string // table that serves the view now
	Found     bool
	Status    value.Status
	Value     value.Value // defaults applied
	Defaulted bool
	Event     eventtime.Instant // None when not found
	Created   eventtime.Instant
	Snapshot  eventtime.Instant // when the writer read its source, or the push arrived; None when not found
	Deleted   bool
	Reason    string // of an ERROR
	Rule      string // the status in words
}

// A Freshness is the age of one view (design/semantics.md 10.6). Members are None where nothing is known.
type Freshness struct {
	View        string
	Online      bool
	NewestEvent eventtime.Instant // greatest event time ever written to the online table that serves; see runs.Generation
	LastRun     eventtime.Instant // end of the last complete run
	Watermark   eventtime.Instant
	ValueAge    eventtime.Duration // now − NewestEvent, at least 0
	SinceRun    eventtime.Duration // now − LastRun, at least 0
	Schedule    eventtime.Duration // 0: none declared, or a cron line
	Late        bool               // SinceRun is more than twice the schedule
}

// A SourceCheck is what a look at the data of one view's source found.
type SourceCheck struct {
	Source   string
	View     string
	Files    int
	Bytes    int64
	Rows     int64
	NullKeys int64
	NullTime int64
	Oldest   eventtime.Instant // None without rows
	Newest   eventtime.Instant
	Err      error // why it cannot be read; nil when it can
}

// A VerifyRequest compares online answers with offline recomputation for a list of entities.
type VerifyRequest struct {
	Entities []input.Column
	Features []string
	Service  string
	AsOf     eventtime.Instant // None: the clock
}

// A VerifyReport counts cells. Agreement is of status (value.Status.Agrees) and, bit for bit, of value.
type VerifyReport struct {
	AsOf    eventtime.Instant
	Cells   int64
	Agreed  int64
	Unknown int64            // online answered ERROR, such as as_of_not_kept: nothing to compare
	Status  map[string]int64 // offline statuses
	Differs []Difference     // at most 20
}

// A Difference is a cell that differs.
type Difference struct {
	Feature string
	Row     int // entity row, from 0
	Online  Side
	Offline Side
}

// A Side is one side of a Difference.
type Side struct {
	Status value.Status
	Value  value.Value
	Event  eventtime.Instant
}
