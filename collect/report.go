package collect

import "github.com/truepoint/truepoint/eventtime"

// An Action is what became of a table or of rows in it.
type Action string

// The actions.
const (
	WouldGo Action = "would go" // of a dry run
	Gone    Action = "gone"
	Kept    Action = "kept" // nothing needs it, but it could not go: Why says for what reason
)

// A Reason is why something may go.
type Reason string

// The reasons.
const (
	ReasonRemoved    Reason = "view removed"
	ReasonSuperseded Reason = "superseded"
	ReasonExpired    Reason = "expired rows"
)

// A Report tells what a collection removed, or would remove. Tables that are needed whole are not in it.
type Report struct {
	DryRun bool              `json:"dry_run"`
	Cutoff eventtime.Instant `json:"kept_from"` // tables that definitions from here on want are kept
	Tables []Table           `json:"tables"`    // in order of name
	Rows   int64             `json:"rows"`      // of tables that are gone, or would go
	Bytes  int64             `json:"bytes"`     // of their keys and packed rows
	// Records tells of each kind of records what is old and may go.
	Records []Records `json:"records"`
}

// A Table is one line of a report.
type Table struct {
	Table      string `json:"table"`
	View       string `json:"view"`
	Generation uint32 `json:"generation"`
	Reason     Reason `json:"reason"`
	Rows       int64  `json:"rows"`  // of the table, or the expired ones in it; 0 where they were not counted
	Bytes      int64  `json:"bytes"` // of their keys and packed rows
	Action     Action `json:"action"`
	Why        string `json:"why,omitempty"` // it was kept
}

// Any reports whether anything is gone or would go.
func (r *Report) Any() bool { return r.count(Kept) < len(r.Tables) || len(r.Records) > 0 }

// RecordCount returns how many records are gone or would go.
func (r *Report) RecordCount() int64 {
	var n int64
	for _, of := range r.Records {
		n += of.Count
	}
	return n
}

func (r *Report) count(a Action) int {
	n := 0
	for _, t := range r.Tables {
		if t.Action == a {
			n++
		}
	}
	return n
}

func (r *Report) add(t Table) {
	r.Tables = append(r.Tables, t)
	if t.Action != Kept {
		r.Rows += t.Rows
		r.Bytes += t.Bytes
	}
}
