package cli

import (
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
)

// rangeFlags ask for a training set without a spine, as Feast's start_date and end_date do.
type rangeFlags struct {
	Start string `aliases:"start-date" placeholder:"TIME" help:"Spine: every row of the views from here on; if left out, the greatest ttl, or 30 days, before --end."`
	End   string `short:"e" aliases:"end-date" placeholder:"TIME" help:"Spine: every row of the views until here, inclusive; now if left out."`
}

// interval returns the range that is asked for, nil where none is.
func (f *rangeFlags) interval(now eventtime.Instant) (*eventtime.Interval, error) {
	if f.Start == "" && f.End == "" {
		return nil, nil
	}
	r := &eventtime.Interval{Start: eventtime.None, End: now}
	var err error
	if f.Start != "" {
		if r.Start, err = parseTime("--start", f.Start); err != nil {
			return nil, err
		}
	}
	if f.End != "" {
		if r.End, err = parseTime("--end", f.End); err != nil {
			return nil, err
		}
	}
	if r.Start != eventtime.None && r.End < r.Start {
		return nil, errs.New(errs.Usage, "--end %s is before --start %s", r.End, r.Start).WithID("T0960")
	}
	return r, nil
}

// rangeText returns a range for people.
func rangeText(r *eventtime.Interval) string {
	if r.Start == eventtime.None {
		return "the greatest ttl before " + r.End.String()
	}
	return r.Start.String() + " to " + r.End.String()
}
