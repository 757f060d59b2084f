package cli

import (
	"cmp"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/internal/process"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/registry"
)

// selectFlags say which features are asked for.
type selectFlags struct {
	Features  []string `short:"f" sep:"none" placeholder:"REF" help:"Feature as view:feature; may be repeated."`
	Service   string   `short:"s" placeholder:"NAME" help:"Every feature of this service."`
	FullNames bool     `name:"full-feature-names" help:"Name columns view__feature."`
}

// names returns how output columns are named.
func (f *selectFlags) names() feature.Naming {
	if f.FullNames {
		return feature.FullNames
	}
	return feature.ShortNames
}

// selection resolves what is asked for.
func (f *selectFlags) selection(set *feature.Set) (*feature.Selection, error) {
	if f.Service != "" {
		return set.SelectService(f.Service, f.names())
	}
	return set.SelectRefs(f.Features, f.names())
}

// check refuses a request without features, or with both a list and a service.
func (f *selectFlags) check() error {
	switch {
	case len(f.Features) == 0 && f.Service == "":
		return errs.New(errs.Usage, "no features asked for").WithID("T0912").WithHint("add -f view:feature or --service NAME")
	case len(f.Features) > 0 && f.Service != "":
		return errs.New(errs.Usage, "both features and a service are given").WithID("T0913").WithHint("give -f or --service, not both")
	}
	return nil
}

type historicalVerb struct {
	Entities    string `placeholder:"FILE" help:"Spine: Parquet, CSV or JSON lines with join keys and a time column."`
	Dataframe   string `short:"d" placeholder:"FILE|JSON" help:"The same, or a JSON array of objects (Feast)."`
	EntitiesSQL string `name:"entities-sql" placeholder:"SQL" help:"Spine: one SELECT in the SQL offline store."`
	AllKeys     string `placeholder:"VIEW" help:"Spine: every key of this view, at --as-of."`
	AsOf        string `placeholder:"TIME" help:"The moment for --all-keys."`
	rangeFlags
	selectFlags
	setFlags
	TimestampField string `default:"event_timestamp" placeholder:"COLUMN" help:"Time column of the spine."`
	Timezone       string `placeholder:"ZONE" help:"Zone of spine times that have none (default UTC)."`
	TimestampUnit  string `placeholder:"UNIT" help:"Unit of numeric spine times: s, ms, us, ns."`
	KnownAt        string `placeholder:"TIME|as_of" help:"Use only rows created by then."`
	OnNull         string `default:"error" placeholder:"error|null_features" help:"What a null key or time in the spine means."`
	Ties           string `placeholder:"last|error" help:"What ambiguous cells mean (default: as the sources say)."`
	DryRun         bool   `help:"Print the SQL with which a SQL offline store answers, and run nothing."`
	MemoryMaxMib   int64  `placeholder:"N" help:"Join as many spine rows at once as need so many MiB (default 1024); more is faster for large spines."`
	Engine         string `hidden:"" help:"naive: the slow oracle."`
}

// Run implements the verb get-historical-features.
func (v *historicalVerb) Run(a *app) error {
	split, err := v.setFlags.check()
	if err != nil {
		return err
	}
	r, err := v.request(a)
	if err != nil {
		return err
	}
	return a.withSet(func(s *truepoint.Store, set *feature.Set, _ registry.Revision) (err error) {
		if err := v.free(a, s); err != nil {
			return err
		}
		selection, err := v.selection(set)
		if err != nil {
			return err
		}
		if r.AllKeys == "" && r.SpineSQL == "" && r.Range == nil {
			spine, err := a.openSpine(v, selection.Request)
			if err != nil {
				return err
			}
			defer func() { err = errs.Join(err, spine.Close()) }()
			r.SpineTable = spine
		}
		if v.DryRun {
			text, err := s.HistoricalScript(a.ctx, r)
			if err != nil {
				return err
			}
			return a.print(&screen.Answer{Text: text, Value: text})
		}
		bar := newBar(a.err, "reading history")
		r.Progress = bar.update
		t := &trainingSet{request: r, split: split, keys: historical.Keys(selection.Uses), began: a.now()}
		err = v.make(a, s, t)
		bar.stop()
		if err != nil {
			return err
		}
		return v.deliver(a, s, t)
	})
}

// historicalFree is the garbage in bytes that a join may let lie: a join of a second would spend a tenth of it on collections.
const historicalFree = 128 << 20

// make makes a training set: in files as it comes, or in memory to be shown.
func (v *historicalVerb) make(a *app, s *truepoint.Store, t *trainingSet) (err error) {
	defer process.Lean(historicalFree)()
	switch {
	case v.Out == "":
		t.result, err = s.Historical(a.ctx, t.request)
	case t.split == nil:
		err = v.stream(a, s, t)
	default:
		err = v.divide(a, s, t)
	}
	return err
}

func (v *historicalVerb) request(a *app) (*truepoint.HistoricalRequest, error) {
	if _, err := eventtime.Parse(v.Service, nil); err == nil && v.Start == "" { // Feast's -s is a date
		v.Start, v.Service = v.Service, ""
	}
	if err := v.selectFlags.check(); err != nil {
		return nil, err
	}
	r := &truepoint.HistoricalRequest{TimeColumn: v.TimestampField, Features: v.Features, Service: v.Service, Names: v.names(),
		Leaks: v.Report || v.LeakReport, Ages: v.Report, AllKeys: v.AllKeys, AsOf: eventtime.None, Engine: historical.Engine(v.Engine), MemoryMax: v.MemoryMaxMib << 20}
	if spines := v.spines(); spines != 1 {
		return nil, errs.New(errs.Usage, "give one spine").WithID("T0914").WithHint("--entities FILE, --entities-sql SQL, --all-keys VIEW --as-of T, or --start T --end T")
	}
	if v.LeakReport {
		r.LeaksMax = leaksShown
	}
	var err error
	if r.Range, err = v.interval(a.now()); err != nil {
		return nil, err
	}
	if v.EntitiesSQL != "" {
		if err := v.location(r); err != nil {
			return nil, err
		}
	}
	if v.AllKeys != "" {
		if r.AsOf, err = parseTime("--as-of", v.AsOf); err != nil {
			return nil, err
		}
	}
	switch v.KnownAt {
	case "":
	case "as_of":
		r.Known = pit.KnownAtAsOf
	default:
		r.Known = pit.KnownAtInstant
		if r.KnownAt, err = parseTime("--known-at", v.KnownAt); err != nil {
			return nil, err
		}
	}
	return r, v.rules(r)
}

// spines returns how many spines the flags name.
func (v *historicalVerb) spines() int {
	n := 0
	for _, flag := range []string{cmp.Or(v.Entities, v.Dataframe), v.EntitiesSQL, v.AllKeys, cmp.Or(v.Start, v.End)} {
		if flag != "" {
			n++
		}
	}
	return n
}

// location passes on how times of a query are read.
func (v *historicalVerb) location(r *truepoint.HistoricalRequest) (err error) {
	r.SpineSQL = v.EntitiesSQL
	if r.Location, err = eventtime.LoadLocation(v.Timezone); err != nil || v.TimestampUnit == "" {
		return err
	}
	r.Unit, err = eventtime.ParseUnit(v.TimestampUnit)
	return err
}

// rules reads the flags that have a small set of values.
func (v *historicalVerb) rules(r *truepoint.HistoricalRequest) error {
	switch v.OnNull {
	case "error":
	case string(historical.NullFeatures):
		r.OnNull = historical.NullFeatures
	default:
		return errs.New(errs.Usage, "--on-null %q is unknown", v.OnNull).WithID("T0915").WithHint("use error or null_features")
	}
	switch v.Ties {
	case "", "last":
	case "error":
		r.TiesError = true
	default:
		return errs.New(errs.Usage, "--ties %q is unknown", v.Ties).WithID("T0916").WithHint("use last or error")
	}
	switch v.Engine {
	case "", string(historical.Naive):
		return nil
	}
	return errs.New(errs.Usage, "--engine %q is unknown", v.Engine).WithID("T0917").WithHint("use naive, or leave it out")
}
