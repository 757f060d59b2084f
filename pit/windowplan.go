package pit

import (
	"context"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A Filter selects rows of a history; expr.Filter is one. It is safe for concurrent use.
type Filter interface {
	// Columns returns the columns that Select takes, by name, with the types that they must have.
	Columns() []value.Field
	// Select writes to keep, which has at least ⌈rows/64⌉ words, a set bit for each row that is selected and a clear one
	// for each other row; idle bits of the last word are clear. cols are as Columns says and are not kept.
	Select(ctx context.Context, cols []*value.Column, rows int, keep []uint64) error
	// String returns the canonical text: filters over one history with the same text select the same rows.
	String() string
}

// A WindowFeature is a function of the events in a window (semantics 5).
type WindowFeature struct {
	Name   string
	Spec   agg.Spec
	Column string           // what the function reads, of type Spec.Input; empty for a count of rows
	Window eventtime.Window // Length 0 is a lifetime
	// Last, unless 0, leaves of the rows in Window only the newest Last, in the order of semantics 4. Rows that Where does
	// not select are not counted, those whose Column is null are. With By it counts in each group by itself.
	Last  int
	Where Filter // nil selects every row
	// By is a secondary key, a column of String, Int32 or Int64: the feature is then a Map(String, T) from each of its
	// values, integers in decimal, to the function of the rows that have it. Rows where it is null count nowhere.
	By string
}

// Type returns the type of the feature. Errors: those of agg.Spec.Result.
func (f *WindowFeature) Type() (value.Type, error) {
	t, err := f.Spec.Result()
	if err != nil || f.By == "" {
		return t, err
	}
	return value.MapOf(t), nil
}

// A WindowScan is the window features of one view over one history. The history is read once, however many features.
type WindowScan struct {
	Name  string // for messages: the alias
	Table Table
	// Layout has neither Features nor FeatureTypes; a Deleted column is refused.
	Layout       Layout
	EventID      string   // the column that identifies an event, for repeated deliveries; empty if there is none
	Spine        []string // Spine[i] is the spine column that supplies Layout.Keys[i], of the same type
	Availability eventtime.Availability
	Features     []WindowFeature

	// Refresh 0 is temporal: values are exact at asOf. Otherwise they exist at the multiples of Refresh, counted from the
	// epoch, and each is usable from Delay later on (semantics 5.7).
	Refresh, Delay eventtime.Duration
	TTL            eventtime.TTL // of snapshots: their age is asOf − the instant that they are of; 0 never expires
}

// A WindowResult is the answer of one WindowScan. Defaults have not been applied.
type WindowResult struct {
	// Status per spine row. Present: an event that counts lies in one of the windows, before Where and By; cells may be
	// null. NotFound: none does, and the cells hold the empty values (count 0, empty Arrays and Maps, else null); or a key
	// or asOf is null, and the cells are. OutsideMaxAge: the snapshot is older than TTL, and the cells are null.
	Status  []value.Status
	Event   []eventtime.Instant // asOf, or the snapshot's instant; None where a key or asOf is null
	Columns []*value.Column     // Columns[f] holds Features[f]
	Report  Report              // Ambiguous is nil: rows that tie all count
}

// A WindowsPlan asks for the newest snapshot of every key that may have changed since an earlier one.
type WindowsPlan struct {
	Scan WindowScan // Spine does not matter; Refresh must be > 0
	// End bounds the snapshot: it is the greatest T with T + Delay ≤ End.
	End eventtime.Instant
	// Previous is the snapshot that was last written in full, None for none. Every key with a usable event in
	// (min(Previous, T) − reach, T] is written, reach being the greatest Length + Offset + Hop of a window, so that windows
	// that became empty are written as empty; with a lifetime or Last every key is. None stands for T.
	Previous eventtime.Instant
}

// A Spill holds rows outside of memory while one view of windows is evaluated. A record is bytes that mean nothing to it.
type Spill interface {
	// Append adds a record to one of at most 256 shares, numbered from 0. It is called by several goroutines at once and
	// does not keep the record.
	Append(ctx context.Context, share int, record []byte) error
	// Records calls each with the records of a share, as they were appended, in any order, each of which is valid until
	// its call returns, and ends with the first error. It is called after the last Append, by several goroutines at once
	// for distinct shares. Records that come back changed, or not at all, are found by who asks.
	Records(ctx context.Context, share int, each func(record []byte) error) error
	// Close gives up what is held.
	Close() error
}
