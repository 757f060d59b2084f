package ingest

import (
	"context"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// check refuses rows that one of the stores would refuse later: when it passes, only failures of a store can stop the
// push. Each check needs what the ones before it have found right.
func (p *parser) check(ctx context.Context, t *table, l limits) error {
	if p.found > 0 {
		return nil
	}
	p.checkTimes(t, l)
	p.checkKeys(t)
	if p.found > 0 {
		return nil
	}
	if p.target.to != Offline {
		p.checkSizes(t)
	}
	if p.target.batch.Ties == "error" {
		return p.checkTies(ctx, t)
	}
	return nil
}

// checkTimes refuses rows that are further ahead of the clock than max_skew, and rows whose availability needs a
// created time that is null.
func (p *parser) checkTimes(t *table, l limits) {
	event, created := t.batch.Column(p.target.layout.Event), t.createdColumn()
	for i := range p.rows {
		if at := event.Instant(i); at > l.latest {
			p.fault(i, p.target.layout.Event, ahead(at, l))
		}
		if created == nil {
			continue
		}
		at := created.Instant(i)
		switch {
		case at > l.latest:
			p.fault(i, p.target.layout.Created, ahead(at, l))
		case at == eventtime.None && p.target.batch.Availability.Rule == eventtime.ByCreatedTime:
			p.fault(i, p.target.layout.Created, errs.New(errs.InvalidArgument, "it is null, but it says from when on the row may be used"))
		}
	}
}

// checkKeys refuses rows whose keys cannot be stored, such as a time with a fraction of a second. Views with the same
// join keys are checked once.
func (p *parser) checkKeys(t *table) {
	var done [][]value.Field
	var buf []byte
	for i := range p.target.needed {
		keys := p.target.needed[i].Keys
		if len(keys) == 0 || slices.ContainsFunc(done, func(d []value.Field) bool { return slices.EqualFunc(d, keys, sameField) }) {
			continue
		}
		done = append(done, keys)
		columns, names := make([]*value.Column, len(keys)), make([]string, len(keys))
		for k, f := range keys {
			columns[k], names[k] = t.batch.Column(f.Name), f.Name
		}
		for row := range p.rows {
			var err error
			if buf, err = value.AppendKeyRow(buf[:0], columns, row); err != nil {
				p.fault(row, strings.Join(names, ", "), err)
			}
		}
	}
}

func sameField(a, b value.Field) bool { return a.Name == b.Name && a.Type.Equal(b.Type) }

func ahead(at eventtime.Instant, l limits) error {
	return errs.New(errs.InvalidArgument, "%s is in the future: it is %s now", at, l.arrival).
		WithHint("check the clock of the sender, and the unit of numeric times (seconds)")
}

// checkSizes refuses rows that are longer than the online store holds, as packed for one of the views that it serves.
func (p *parser) checkSizes(t *table) {
	deleted := t.batch.Column(p.target.layout.Deleted)
	var key, row []byte
	for i := range p.target.uses {
		u := &p.target.uses[i]
		if !u.View.Online {
			continue
		}
		schema, encoder := p.target.rowsOf(i)
		keys, fields := t.columns(u.Keys), t.columns(schema.Fields)
		for r := range p.rows {
			if deleted != nil && deleted.At(r).Bool() {
				continue // a tombstone has no values
			}
			var err error
			if key, err = value.AppendKeyRow(key[:0], keys, r); err != nil {
				p.rowFault(r, err)
				continue
			}
			if row, err = encoder.AppendFrom(row[:0], value.Version{}, fields, r); err == nil && len(key)+len(row) > online.CellBytesMax {
				err = errs.New(errs.InvalidArgument, "it takes %d bytes online, at most %d are allowed", len(key)+len(row), online.CellBytesMax).
					WithHint("shorten its longest String, Bytes or Array")
			}
			if err != nil {
				p.rowFault(r, errs.Wrap(err, errs.InvalidArgument, "for view %q", u.View.Name))
			}
		}
	}
}

// columns returns the columns of fields; nil for one that the rows lack.
func (t *table) columns(fields []value.Field) []*value.Column {
	out := make([]*value.Column, len(fields))
	for i, f := range fields {
		out[i] = t.batch.Column(f.Name)
	}
	return out
}

// checkTies refuses rows of which nothing says which is newer, for a source that does not take the last one. Rows of
// earlier pushes and of the source itself never tie with these: the arrival decides.
func (p *parser) checkTies(ctx context.Context, t *table) error {
	type cell struct {
		row    int64
		column string
	}
	told := map[cell]bool{} // a feature may belong to several views
	for i := range p.target.needed {
		u := &p.target.needed[i]
		layout, err := t.layout(u)
		if err != nil {
			return err
		}
		ties, err := pit.NaiveTies(ctx, &pit.ViewScan{Name: u.View.Name, Table: pit.MemTable(t.batch), Layout: layout})
		if err != nil {
			return err
		}
		for _, tie := range ties {
			at := cell{tie.Row, layout.Features[tie.Feature]}
			if told[at] {
				continue
			}
			told[at] = true
			p.fault(int(tie.Row), at.column, errs.New(errs.InvalidArgument,
				"row %d has the same key and times and differs, and source %q says ties: error", tie.Other+1, p.target.batch.Name).
				WithHint("push one of the rows, or tell them apart by their created time or by tie_break columns of the source"))
		}
	}
	return nil
}
