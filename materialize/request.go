package materialize

import (
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/runs"
)

// A Mode says how a run chooses its interval.
type Mode = runs.Mode

// The modes: Interval takes START and END from the request, Incremental starts at each view's watermark.
const (
	Interval    = runs.Interval
	Incremental = runs.Incremental
)

// A Run is the record of one materialization of one view.
type Run = runs.Run

// A Status is the state of a run.
type Status = runs.Status

// The states of a run.
const (
	Running     = runs.Running
	Complete    = runs.Complete
	Failed      = runs.Failed
	Cancelled   = runs.Cancelled
	Interrupted = runs.Interrupted
)

// A Request asks for a materialization of views.
type Request struct {
	Mode  Mode
	Views []string          // empty: every view with online: true
	Start eventtime.Instant // inclusive; for Interval
	End   eventtime.Instant // inclusive

	AllowFuture bool // an END in the future is clamped to now instead of refused
	DryRun      bool // count rows and bytes, write nothing, take no lease
	ChunkRows   int  // rows per checkpoint; default: chosen by bytes
	Parallel    int  // views at once, which share the memory that one has; default 1
	// RowsPerSecond bounds how fast all views together are written, so that a store goes on answering; 0: no bound. A view
	// has its share of it, also after others have ended.
	RowsPerSecond float64
	// Patience is how long in all a chunk waits for a store that is unavailable; 0: DefaultPatience, negative: not at all.
	Patience eventtime.Duration
	Holder   string // who holds the lease, for messages: host and process
	Progress func(Progress)
}

// A Phase is a part of a run.
type Phase string

// The phases of a run, in order.
const (
	Reading Phase = "reading"
	Writing Phase = "writing"
	Done    Phase = "done"
)

// Progress tells how far a view's run is. It may be called from several goroutines, never at the same time.
type Progress struct {
	View        string
	Phase       Phase
	Done, Total int64 // rows of the history while Reading, rows to write while Writing
}

// A Report answers a Request: one item per view, in order of name.
type Report struct {
	Mode  Mode         `json:"mode"`
	Views []ViewReport `json:"views"`
}

// A ViewReport is the outcome of one view. Run is nil when the view could not be started; Err is nil on success.
type ViewReport struct {
	View   string  `json:"view"`
	Run    *Run    `json:"run,omitempty"`
	DryRun *DryRun `json:"dry_run,omitempty"`
	Err    error   `json:"-"`
	Error  string  `json:"error,omitempty"`
	Hint   string  `json:"hint,omitempty"`
}

// A DryRun tells what a run would do.
type DryRun struct {
	Start     eventtime.Instant `json:"start"`
	End       eventtime.Instant `json:"end"`
	Files     int               `json:"files"`
	FileBytes int64             `json:"file_bytes"`
	Read      int64             `json:"rows_read"`
	Rows      int64             `json:"rows"`  // to write
	Bytes     int64             `json:"bytes"` // of keys and packed rows; estimated from a sample
	Rejected  int64             `json:"rows_rejected"`
}
