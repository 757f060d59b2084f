package runs

import (
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/registry"
)

// A Mode says how a run chooses its interval.
type Mode string

// The modes: Interval takes START and END from the request, Incremental starts at each view's watermark.
const (
	Interval    Mode = "interval"
	Incremental Mode = "incremental"
)

// A Status is the state of a run.
type Status string

// The states of a run. Interrupted means that its lease ended without a result: the next run of the view resumes it.
const (
	Running     Status = "running"
	Complete    Status = "complete"
	Failed      Status = "failed"
	Cancelled   Status = "cancelled"
	Interrupted Status = "interrupted"
)

// A Run is the record of one materialization of one view. It is kept until a collection takes it (Ledger.Old).
type Run struct {
	ID          string             `json:"id"`
	View        string             `json:"view"`
	Mode        Mode               `json:"mode"`
	Status      Status             `json:"status"`
	Asked       eventtime.Interval `json:"asked"` // as the request said; Start is None for an incremental run
	Start       eventtime.Instant  `json:"start"` // of the interval, inclusive
	End         eventtime.Instant  `json:"end"`
	Snapshot    eventtime.Instant  `json:"snapshot"` // when the source was read; kept across a resume
	Manifest    offline.Manifest   `json:"manifest"`
	Revision    registry.Revision  `json:"revision"`
	Generation  uint32             `json:"generation"`
	Schema      uint32             `json:"schema"`      // row schema that it writes
	Fingerprint string             `json:"fingerprint"` // of the view's definition
	Holder      string             `json:"holder,omitempty"`
	Token       int64              `json:"token"` // fencing token of the lease
	Started     eventtime.Instant  `json:"started"`
	Finished    eventtime.Instant  `json:"finished,omitempty"` // 0 while it runs
	Checkpoint  int64              `json:"checkpoint"`         // winners written so far, in key order
	Total       int64              `json:"total"`              // winners in all; 0 before they are known
	Read        int64              `json:"rows_read"`
	Written     int64              `json:"rows_written"`
	Superseded  int64              `json:"rows_superseded"` // −1 where the store cannot tell
	Rejected    int64              `json:"rows_rejected"`
	Ambiguous   int64              `json:"cells_ambiguous"`
	Resumed     int                `json:"resumed,omitempty"`   // how often the run was taken up again
	Restarted   int                `json:"restarted,omitempty"` // how often the source changed under it
	Retried     int                `json:"retried,omitempty"`   // how often a chunk was sent again to a store that was unavailable
	Error       string             `json:"error,omitempty"`

	Select RunSelection `json:"select"`
	Watch  Watermarks   `json:"watermarks"`
}

// RunSelection is what a run reads besides its interval (semantics 7.4). None where a member is not in use.
type RunSelection struct {
	AvailableBy    eventtime.Instant `json:"available_by"`
	CreatedAfter   eventtime.Instant `json:"created_after"`
	AvailableAfter eventtime.Instant `json:"available_after"`
	ReadFrom       eventtime.Instant `json:"read_from"` // start of the event times read: Start or, with lateness, earlier
	// ValuesOf is the instant whose values a run of a window view writes, None if none is due; 0 for other views.
	ValuesOf eventtime.Instant `json:"values_of,omitzero"`
}

// Watermarks are a view's watermark before and after a complete run; None where there is none.
type Watermarks struct {
	Before eventtime.Instant `json:"before"`
	After  eventtime.Instant `json:"after"`
}

// Duration returns how long the run took, 0 while it runs.
func (r *Run) Duration() eventtime.Duration {
	if r.Finished == 0 {
		return 0
	}
	return r.Finished.Sub(r.Started)
}
