package checkup

import (
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/runs"
)

// A Level says how a check went.
type Level string

// The levels, from good to bad. Warn is something to know and to decide about, or that cannot be seen from here.
const (
	Pass Level = "pass"
	Warn Level = "warn"
	Fail Level = "fail"
)

// The topics of the checklist, in its order.
const (
	Availability = "availability"
	Interval     = "interval"
	MaxAge       = "ttl"
	Backup       = "backup"
	Monitoring   = "monitoring"
	Alerts       = "alerts"
	Security     = "security"
)

// A Check is one line of the checklist.
type Check struct {
	Topic   string `json:"topic"`
	Subject string `json:"subject"` // what was looked at: a store, a view, a file, the server
	Level   Level  `json:"level"`
	Finding string `json:"finding"`
	Fix     string `json:"fix,omitempty"` // what to do; empty for Pass
}

// Facts are what is judged.
type Facts struct {
	Now    eventtime.Instant
	Stores []Store
	Views  []View
	Server Server
	Files  []File
}

// A Store is one of the places that the configuration names.
type Store struct {
	Role  string // "registry", "online store", "offline store"
	Type  string
	Local bool  // it is files of this machine: it lives and dies with its disk
	Kept  bool  // what it holds cannot be made again from sources
	Err   error // why it does not answer
}

// A View is one feature view that is served online.
type View struct {
	Definition *feature.View
	Newest     eventtime.Instant // greatest event time ever written to the table that serves; None before the first row
	LastGood   eventtime.Instant // END of the last complete run; None without any
	Runs       []runs.Run        // newest first, as many as a judgement about regularity needs
}

// A Server is what the configuration says about the feature server.
type Server struct {
	Host   string
	Tokens bool // callers must show a token
}

// A File is a file of this machine that holds secrets or data.
type File struct {
	Path    string
	What    string
	Secret  bool // it holds secrets
	Mode    uint32
	Missing bool
}

// Run returns the checklist, topic by topic. A topic that found nothing to look at has no line.
func Run(f *Facts) []Check {
	var out []Check
	for _, topic := range []func(*Facts) []Check{availability, intervals, maxAges, backups, monitoring, security} {
		out = append(out, topic(f)...)
	}
	return out
}

// Worst returns the worst level of checks; Pass for none.
func Worst(checks []Check) Level {
	worst := Pass
	for _, c := range checks {
		if c.Level == Fail || c.Level == Warn && worst == Pass {
			worst = c.Level
		}
	}
	return worst
}
