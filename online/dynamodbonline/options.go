package dynamodbonline

import (
	"cmp"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
)

// Options tunes a Driver. The zero value of every member means its default.
type Options struct {
	Region   string // of AWS; default: that of the environment
	Endpoint string // the URL of another server
	// Project limits Tables to the tables of one project. Default: those of all.
	Project string
	// Template names the tables of DynamoDB, with {project} and {table} or {table_name}. Default: {project}.{table_name}.
	Template        string
	Tags            map[string]string // of tables that are made
	ConsistentReads bool              // read the newest write, for twice the price
	BatchSize       int               // keys of one call, at most and by default 100
	Workers         int               // reading calls of one GetBatch at once, default 10
	Connections     int               // connections kept open, and writing calls of one PutBatch at once; default 50
	Attempts        int               // of one call in all, with pauses that grow; default 8
	Adaptive        bool              // slow down before calls are refused, as botocore's adaptive mode does
	ConnectTimeout  time.Duration     // default 5 s
	ReadTimeout     time.Duration     // of one attempt, default 10 s
	KeepAlive       time.Duration     // of an idle connection, default 30 s
	// KeyTTL is for how long DynamoDB keeps cells of views with a ttl, from when they were written; less than such a view
	// needs counts as what it needs. Default: for ever. It needs Clock.
	KeyTTL eventtime.Duration
	Clock  eventtime.Clock
}

// filled returns o with its defaults. Errors: InvalidArgument for a template that names no table.
func (o *Options) filled() (Options, error) {
	var out Options
	if o != nil {
		out = *o
	}
	out.Template = cmp.Or(out.Template, "{project}.{table_name}")
	out.BatchSize = min(cmp.Or(out.BatchSize, keysMax), keysMax)
	out.Workers = cmp.Or(out.Workers, 10)
	out.Connections = cmp.Or(out.Connections, 50)
	out.Attempts = cmp.Or(out.Attempts, 8)
	out.ConnectTimeout = cmp.Or(out.ConnectTimeout, 5*time.Second)
	out.ReadTimeout = cmp.Or(out.ReadTimeout, 10*time.Second)
	out.KeepAlive = cmp.Or(out.KeepAlive, 30*time.Second)
	if out.KeyTTL > 0 && out.Clock == nil {
		return out, errs.New(errs.Internal, "dynamodbonline: KeyTTL without a clock")
	}
	return out, CheckTemplate(out.Template)
}
