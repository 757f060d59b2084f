package runs

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
)

// format is the version of the JSON of the records of views and runs; readers refuse a greater one.
const format = 1

// A View is the state record of one view.
type View struct {
	Format      int          `json:"format"`
	Token       int64        `json:"token"` // fencing token of the newest lease; grows with every lease
	Lease       *Lease       `json:"lease,omitempty"`
	Current     *Run         `json:"current,omitempty"` // in progress, or stopped before its end and resumable
	CancelAsked bool         `json:"cancel_asked,omitempty"`
	Last        *Run         `json:"last,omitempty"`       // ended last, however it ended
	Unrecorded  []*Run       `json:"unrecorded,omitempty"` // ended, but their history records may still be missing
	Generations []Generation `json:"generations,omitempty"`
}

// A Lease says who may move a view's record, and until when.
type Lease struct {
	Holder   string            `json:"holder"` // see Who
	Token    int64             `json:"token"`
	Acquired eventtime.Instant `json:"acquired"`
	Expires  eventtime.Instant `json:"expires"` // inclusive
}

// Who returns the part of a holder's name that is for people: what stands before the first "/". Behind it stands what a
// machine needs to tell one start of a process from the next.
func Who(holder string) string {
	who, _, _ := strings.Cut(holder, "/")
	return who
}

// A Generation is the online state of one generation of a view's table.
type Generation struct {
	Number      uint32            `json:"number"`
	Complete    bool              `json:"complete"` // a run of it has been completed: it may serve
	Watermark   eventtime.Instant `json:"watermark"`
	Incremental eventtime.Instant `json:"incremental_snapshot"` // of the last complete incremental run up to the watermark, the first run included
	AvailableBy eventtime.Instant `json:"available_by"`         // instant by which the rows of this run were available
	Schema      uint32            `json:"schema"`               // row schema that this run wrote
	LastEnd     eventtime.Instant `json:"last_end"`             // END of the last complete run
	LastGood    eventtime.Instant `json:"last_good"`            // when that run finished
	// Newest is the greatest event time of all rows that runs and pushes have written to the table, tombstones aside. It
	// never goes back: not by rows that are deleted, expire or are collected. It ends with the table, and with this record.
	// None before the first row, and in records of before it was kept until the next row.
	Newest eventtime.Instant `json:"newest_event"`
}

// UnmarshalJSON reads a record in which Newest may be missing.
func (g *Generation) UnmarshalJSON(body []byte) error {
	type members Generation
	read := members{Newest: eventtime.None}
	if err := json.Unmarshal(body, &read); err != nil {
		return err
	}
	*g = Generation(read)
	return nil
}

// Wrote notes that rows up to an event time were written to the table of generation n; None: no row was.
func (v *View) Wrote(n uint32, newest eventtime.Instant) {
	if newest != eventtime.None {
		g := v.Generation(n)
		g.Newest = max(g.Newest, newest)
	}
}

// End notes that the view's current run has ended as run and that its lease is free. The caller writes the history
// record afterwards; should it not get to it, the next lease does.
func (v *View) End(run *Run) {
	v.Current, v.Lease, v.CancelAsked = nil, nil, false
	v.Last = run
	v.Unrecorded = append(v.Unrecorded, run)
}

// Predates reports whether the run in progress, and the lease with it, is of a deleted view of the same name.
func (v *View) Predates(d *feature.View) bool {
	return v.Current != nil && v.Current.Generation < d.Since
}

// Live reports whether the view is leased at now.
func (v *View) Live(now eventtime.Instant) bool { return v.Lease != nil && now <= v.Lease.Expires }

// Generation returns the record of generation n, made if it is not there.
func (v *View) Generation(n uint32) *Generation {
	i := slices.IndexFunc(v.Generations, func(g Generation) bool { return g.Number == n })
	if i < 0 {
		i = len(v.Generations)
		v.Generations = append(v.Generations, Generation{
			Number: n, Watermark: eventtime.None, Incremental: eventtime.None, AvailableBy: eventtime.None, LastEnd: eventtime.None, LastGood: eventtime.None,
			Newest: eventtime.None,
		})
	}
	return &v.Generations[i]
}

// Known reports whether generation n has a record.
func (v *View) Known(n uint32) bool {
	return slices.ContainsFunc(v.Generations, func(g Generation) bool { return g.Number == n })
}

// Serving returns the generation that answers online reads of a view while its definition is d: the greatest complete one
// up to the generation of d. Before any is complete it is the first one that holds rows, and that of d where none does.
// So a breaking change is served after its first complete run, and a rollback of the definition is served at once.
// Generations from before d.Since belong to deleted views of the same name and never answer.
func (v *View) Serving(d *feature.View) uint32 {
	var complete, first uint32
	for _, g := range v.Generations {
		if g.Number < d.Since || g.Number > d.Generation {
			continue
		}
		if g.Complete {
			complete = max(complete, g.Number)
		}
		if first == 0 || g.Number < first {
			first = g.Number
		}
	}
	switch {
	case complete != 0:
		return complete
	case first != 0:
		return first
	}
	return d.Generation
}
