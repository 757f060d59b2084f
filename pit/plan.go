package pit

import (
	"context"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A Spine is the left side of a join: one output row per spine row, in its order, duplicates kept.
type Spine struct {
	Columns *value.Batch        // every column of the user's file, kept as it is
	AsOf    []eventtime.Instant // per row; None for null
}

// A ViewScan is one join of a plan.
type ViewScan struct {
	Name         string // for messages: the alias
	Table        Table
	Layout       Layout
	Spine        []string // Spine[i] is the spine column that supplies Layout.Keys[i], of the same type
	Availability eventtime.Availability
	TTL          eventtime.TTL
	TiesError    bool // refuse ambiguous cells
}

// KnownAtRule says which knowledge a join may use (semantics 4.6).
type KnownAtRule uint8

// The rules: everything known now, everything created by one instant, or by each row's own asOf.
const (
	KnownNow KnownAtRule = iota
	KnownAtInstant
	KnownAtAsOf
)

// A Plan is a whole point-in-time join.
type Plan struct {
	Spine       Spine
	Views       []ViewScan
	Windows     []WindowScan
	Known       KnownAtRule
	KnownAt     eventtime.Instant // for KnownAtInstant
	NullInSpine bool              // keep rows with a null key or asOf, with null features; otherwise they are an error
	WantCreated bool              // tell the created time of answering rows
}

// A ViewResult is the answer of one ViewScan. Defaults have not been applied. The answering row is the newest row that
// may be used at asOf, whatever it says: a row that is expired, or a delete, is named here too.
type ViewResult struct {
	Status  []value.Status      // per spine row: Present, NotFound or OutsideMaxAge; a null cell is Present here
	Event   []eventtime.Instant // of the answering row; None where there is none
	Created []eventtime.Instant // of the answering row; None where there is none or it has none; nil unless Plan.WantCreated
	Row     []int64             // position of the answering row in its Table; −1 where there is none
	Columns []*value.Column     // Columns[f] holds feature f; null where Status is not Present
	Report  Report
}

// A Report accounts for the rows and cells of one ViewScan. A row counts as rejected once, for its first fault in the
// order of the members.
type Report struct {
	Read           int64   // rows of the table
	RejectedKey    int64   // rows with a null key
	RejectedEvent  int64   // rows with a null event time
	RejectedCreate int64   // rows without created time under ByCreatedTime
	Ambiguous      []int64 // per feature: cells whose tied rows differ (semantics 4.4)
}

// A Result is the answer of a Plan: Views[i] answers Plan.Views[i], Windows[i] Plan.Windows[i].
type Result struct {
	Views   []ViewResult
	Windows []WindowResult
}

// EvalOptions tunes Eval. The zero value of every member means its default.
type EvalOptions struct {
	Workers int // goroutines that decode; default GOMAXPROCS, fewer where their tables would pass 2 GiB
	// Progress is told how much is done. The unit is a row of history, counted once when its key and times have been
	// read and, by Eval, once more when its payload has been read or skipped. It is called from any goroutine.
	Progress func(done, total int64)
	// TiesMax bounds the tied rows whose positions a worker holds at once; more is ResourceExhausted. Default: the larger
	// of 4,194,304 and the number of spine rows.
	TiesMax int
	// KeptMax bounds the bytes of rows that the windows over one table keep in memory; beyond it they go to what Spill
	// opens, once for each view, when it is needed. Default: 1 GiB. Without Spill, and for windows that read nested
	// columns, all are kept.
	KeptMax int64
	Spill   func(ctx context.Context) (Spill, error)
}

// A Selection says which rows of a history a materialization considers (semantics 7.2 to 7.4). A row is selected iff
// it is visible at AvailableBy, its age apart, its event time is ≤ Interval.End, and one of these holds: its event time
// is ≥ Interval.Start; CreatedAfter is set and its created time is later; AvailableAfter is set and its available time
// is later.
type Selection struct {
	Interval       eventtime.Interval
	AvailableBy    eventtime.Instant
	CreatedAfter   eventtime.Instant // None: not set
	AvailableAfter eventtime.Instant // None: not set
}

// NewestPlan asks for the newest selected row per key of one table.
type NewestPlan struct {
	Name         string
	Table        Table
	Layout       Layout
	Availability eventtime.Availability
	Select       Selection
	TiesError    bool
}

// Winners are the newest rows per key, in ascending order of encoded key. It holds keys, times and positions in memory
// and reads payload on demand. Not safe for concurrent use.
type Winners interface {
	Len() int
	// Key returns the encoded entity key of winner i (value.AppendKey); the caller must not change it.
	Key(i int) []byte
	// Load returns the features of winners lo ≤ i < hi, one column per feature of the layout. Each call reads the parts
	// that hold them once, so runs should be long: 100,000 winners and more.
	Load(ctx context.Context, lo, hi int) ([]*value.Column, error)
	// Event, Created and Deleted return the times and the tombstone mark of winner i.
	Event(i int) eventtime.Instant
	Created(i int) eventtime.Instant
	Deleted(i int) bool
	// Report accounts for the rows; Ambiguous counts the winners that were loaded so far, each once.
	Report() Report
}
