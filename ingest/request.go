package ingest

import (
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/input"
)

// A Target says which stores a push reaches.
type Target string

// The targets, in Feast's words.
const (
	Online           Target = "online" // default
	Offline          Target = "offline"
	OnlineAndOffline Target = "online_and_offline"
)

// ParseTarget reads a target; the empty text is Online. Errors: InvalidArgument.
func ParseTarget(text string) (Target, error) {
	switch t := Target(text); t {
	case "":
		return Online, nil
	case Online, Offline, OnlineAndOffline:
		return t, nil
	}
	return "", errs.New(errs.InvalidArgument, "%q is no push target", text).WithID("T0460").
		WithHint("use online, offline or online_and_offline")
}

// A Request pushes rows to a push source, or straight to one view (Feast's write_to_online_store). Exactly one of
// Source and View is set. Columns have the names of the source after its field mapping; times in
// words without a zone are local to the source's. The time columns of rows for a View may also be called
// event_timestamp and created, as Feast's client calls them always.
type Request struct {
	Source string
	View   string
	Rows   []input.Column
	To     Target // empty: Online
	ID     string // push_id; a repetition within 24 h returns the first result. Empty: none
	Ack    string // when the rows are acknowledged online, which the Sink of the Env sees to: Durable or Replicated. Empty: as the store is set
}

// What a push may want of its acknowledgement: that the rows survive a crash of the online store, or also the loss of its
// primary.
const (
	Durable    = "durable"
	Replicated = "replicated"
)

// CheckAck returns an InvalidArgument error for a request whose Ack is no word for one, or that wants rows replicated online
// which go to the history alone.
func (r *Request) CheckAck() error {
	switch {
	case r.Ack != "" && r.Ack != Durable && r.Ack != Replicated:
		return errs.New(errs.InvalidArgument, "%q does not say when a push is acknowledged", r.Ack).WithID("T1020").WithHint("ack is durable or replicated")
	case r.Ack == Replicated && r.To == Offline:
		return errs.New(errs.InvalidArgument, "ack: replicated is of the online store, and the rows go to the history alone").WithID("T1021").
			WithHint("leave ack out: the history has the rows durably when the push is answered")
	}
	return nil
}

// A Result tells what a push did.
type Result struct {
	ID       string            `json:"push_id,omitempty"`
	Arrival  eventtime.Instant `json:"arrival"`
	Rows     int64             `json:"rows"`
	Views    []ViewResult      `json:"views"`
	Offline  bool              `json:"offline"`            // appended to the history
	Repeated bool              `json:"repeated,omitempty"` // this id had been done before; nothing was written now
}

// A ViewResult counts the online rows of one view. Superseded is −1 where the store cannot tell.
type ViewResult struct {
	View       string `json:"view"`
	Written    int64  `json:"written"`
	Superseded int64  `json:"superseded"`

	Older *OlderResult `json:"older,omitempty"` // of a view that an older generation still answers
}

// An OlderResult counts the rows of the older generation that answers a view until its newest one has been completed
// (design/semantics.md 7.5). Superseded is −1 where the store cannot tell.
type OlderResult struct {
	Generation uint32 `json:"generation"`
	Written    int64  `json:"written"`
	Superseded int64  `json:"superseded"`
	Skipped    string `json:"skipped,omitempty"` // why the rows cannot be read by the older definition; then none was written
}
