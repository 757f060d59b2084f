package sqlgen

import (
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// Report returns the statement that counts the rows of the history of view i: one row with total, no_key, no_event and
// no_created, as in pit.Report, and out_of_range, the rows with a time outside the years 0001 to 9999 or, as a key, with a
// fraction of a second. Those are errors: see Counts.Check.
func (p *Plan) Report(d *Dialect, i int) (string, error) { return p.report(d, &p.Views[i]) }

// WindowReport returns the statement of Report for the history of windows i.
func (p *Plan) WindowReport(d *Dialect, i int) (string, error) {
	return p.report(d, &p.Windows[i].View)
}

func (p *Plan) report(d *Dialect, v *View) (string, error) {
	if err := p.check(v); err != nil {
		return "", err
	}
	types, err := p.keyTypes(v)
	if err != nil {
		return "", err
	}
	w := &writer{d: d}
	own := func(name string) string { return w.quote(v.From.own(name)) }
	var noKey, wrong []string
	for k, name := range v.Layout.Keys {
		noKey = append(noKey, own(name)+" IS NULL")
		if types[k].Kind == value.UnixTimestamp {
			wrong = append(wrong, "NOT "+d.WholeSecond(d.moment(own(name))))
		}
	}
	for _, name := range []string{v.Layout.Event, v.Layout.Created} {
		if name != "" {
			wrong = append(wrong, d.moment(own(name))+" < "+d.instant(eventtime.Min), d.moment(own(name))+" > "+d.instant(eventtime.Max))
		}
	}
	w.comment("view ", said(v.Name), ": the rows of its history, and why some of them can answer nobody")
	w.line(0, "SELECT")
	w.line(1, "COUNT(*) AS total,")
	w.first(noKey, "no_key")
	w.first([]string{own(v.Layout.Event) + " IS NULL"}, "no_event", noKey...)
	if v.Availability.Rule == eventtime.ByCreatedTime {
		w.first([]string{own(v.Layout.Created) + " IS NULL"}, "no_created", append(noKey, own(v.Layout.Event)+" IS NULL")...)
	} else {
		w.first(nil, "no_created")
	}
	w.line(1, "COUNT(CASE")
	for _, c := range wrong {
		w.line(2, "WHEN ", c, " THEN 1")
	}
	w.line(1, "END) AS out_of_range")
	w.from(0, &v.From)
	return w.done()
}

// first adds the count of the rows to which one of the conditions applies, and none of those that came before.
func (w *writer) first(conditions []string, as string, before ...string) {
	if conditions == nil {
		w.line(1, "0 AS ", as, ",")
		return
	}
	text := "COUNT(CASE"
	for _, c := range before {
		text += " WHEN " + c + " THEN NULL"
	}
	for _, c := range conditions {
		text += " WHEN " + c + " THEN 1"
	}
	w.line(1, text, " END) AS ", as, ",")
}

// Counts is the row that the statement of Plan.Report gives.
type Counts struct{ Total, NoKey, NoEvent, NoCreated, OutOfRange int64 }

// Check returns an OutOfRange error if rows of the history have times that are none.
func (c Counts) Check(view string) error {
	if c.OutOfRange == 0 {
		return nil
	}
	return errs.New(errs.OutOfRange, "view %q: %d rows of its source have a time outside the years 0001 to 9999, or a key with a fraction of a second", view, c.OutOfRange).
		WithID("T0553").WithHint("correct the rows, or leave them out by a query")
}

func (c Counts) into(r *pit.Report) {
	r.Read, r.RejectedKey, r.RejectedEvent, r.RejectedCreate = c.Total, c.NoKey, c.NoEvent, c.NoCreated
}
