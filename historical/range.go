package historical

import (
	"context"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/history"
	"github.com/truepoint/truepoint/value"
)

// rangeDefault is how far a range without a start goes back where every value lives for ever (as in Feast).
const rangeDefault = 30 * eventtime.Day

// rangeSpine builds the spine of a request without entity rows: every moment at which one of the views has a row of a
// key, within the closed range, once for each key, ordered by time and key. A delete is a row; rows that have no key or
// no event time are left out.
func rangeSpine(ctx context.Context, src Source, sel *feature.Selection, req *Request) (*spine, error) {
	if err := sameKeys(sel); err != nil {
		return nil, err
	}
	within := *req.Range
	if within.Start == eventtime.None {
		within.Start = rangeStart(sel, within.End)
	}
	if within.End < within.Start {
		return nil, errs.New(errs.InvalidArgument, "the range ends at %s, before it starts at %s", within.End, within.Start).WithID("T0627")
	}
	found := map[string]struct{}{}
	for i := range sel.Uses {
		if err := collectRange(ctx, src, sel, &sel.Uses[i], within, found); err != nil {
			return nil, err
		}
	}
	return spineOfMoments(sel, req, slices.Sorted(maps.Keys(found)))
}

// rangeStart returns end minus the greatest ttl of the views.
func rangeStart(sel *feature.Selection, end eventtime.Instant) eventtime.Instant {
	var back eventtime.Duration
	for i := range sel.Uses {
		back = max(back, eventtime.Duration(sel.Uses[i].View.TTL))
	}
	if back == 0 {
		back = rangeDefault
	}
	if back > end.Sub(eventtime.Min) {
		return eventtime.Min
	}
	return end - eventtime.Instant(back)
}

// sameKeys refuses features whose rows cannot make a spine: each view has to know every column that the request needs.
func sameKeys(sel *feature.Selection) error {
	for i := range sel.Uses {
		u := &sel.Uses[i]
		for _, f := range sel.Request {
			if !slices.Contains(u.Columns, f.Name) {
				return errs.New(errs.InvalidArgument, "the rows of view %q cannot be entity rows: they have no column %q, which is also needed", u.Alias, f.Name).
					WithID("T0628").WithHint("give the rows: --entities FILE; or ask for features of one entity")
			}
		}
	}
	return nil
}

// collectRange adds the moments and keys of the rows of a use to found: eight bytes that sort like the instant, then the
// encoded key.
func collectRange(ctx context.Context, src Source, sel *feature.Selection, u *feature.Use, within eventtime.Interval, found map[string]struct{}) (err error) {
	bare := *u
	bare.Fields, bare.Outputs = nil, nil
	table, err := history.Open(ctx, src.Offline, &bare, nil)
	if err != nil {
		return err
	}
	defer func() { err = errs.Join(err, table.Close()) }()
	var names []string
	var read []*value.Column
	column := func(name string) *value.Column {
		if i := slices.Index(names, name); i >= 0 {
			return read[i]
		}
		names, read = append(names, name), append(read, &value.Column{})
		return read[len(read)-1]
	}
	event := column(table.Layout.Event)
	var keys []*value.Column
	for _, f := range sel.Request {
		keys = append(keys, column(u.Keys[slices.Index(u.Columns, f.Name)].Name))
	}
	var buf []byte
	for _, p := range table.Parts() {
		if err := p.Read(ctx, names, read); err != nil {
			return err
		}
		for i := range p.Rows() {
			at := event.Instant(i)
			if !within.Contains(at) || nullKey(keys, i) {
				continue
			}
			buf = binary.BigEndian.AppendUint64(buf[:0], uint64(at)^1<<63) // so that bytes sort like instants
			if buf, err = value.AppendKeyRow(buf, keys, i); err != nil {
				return errs.Wrap(err, errs.CodeOf(err), "a row of view %q at %s", u.Alias, at)
			}
			if _, known := found[string(buf)]; !known {
				found[string(buf)] = struct{}{}
			}
		}
	}
	return nil
}

func nullKey(columns []*value.Column, i int) bool {
	return slices.ContainsFunc(columns, func(c *value.Column) bool { return c.Null(i) })
}

// spineOfMoments makes a spine of what collectRange found.
func spineOfMoments(sel *feature.Selection, req *Request, found []string) (*spine, error) {
	b := newSpineBuilder(sel.Request)
	for _, row := range found {
		at := eventtime.Instant(binary.BigEndian.Uint64([]byte(row[:8])) ^ 1<<63)
		if err := b.add([]byte(row[8:]), at); err != nil {
			return nil, err
		}
	}
	sp := b.spine(req)
	return sp, checkNames(sel, sp.columns)
}
