package history

import (
	"context"
	"errors"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// A Table is the history of one use of a view, open for reading.
type Table struct {
	offline.Snapshot
	Layout pit.Layout
	Inputs []string // what windows read beside the columns of Layout; nil for other views

	payload *payload
}

// Open takes a snapshot of the history of one use. pinned is a manifest to read again, or nil for the present state.
// Errors: FailedPrecondition when a file of pinned changed or vanished; those of Columns; otherwise the driver's.
func Open(ctx context.Context, d offline.Driver, u *feature.Use, pinned *offline.Manifest) (*Table, error) {
	p, err := payloadOf(u)
	if err != nil {
		return nil, err
	}
	columns, err := columns(ctx, d, u, p)
	if err != nil {
		return nil, err
	}
	s, err := d.Open(ctx, u.Source, columns, pinned)
	if err != nil {
		return nil, fail(d, err, u.Source.Name)
	}
	t, err := tableOf(u, s, p)
	if err != nil {
		return nil, errs.Join(err, s.Close())
	}
	return t, nil
}

// tableOf returns the history of a use in an open snapshot. Where there are appended rows, they have a sequence and, if
// the source declares no created column, their arrival as created time.
func tableOf(u *feature.Use, s offline.Snapshot, p *payload) (*Table, error) {
	layout, err := Layout(u)
	if err != nil {
		return nil, err
	}
	if layout.Sequence = s.Sequence(); layout.Sequence != "" && layout.Created == "" {
		layout.Created = offline.ArrivalColumn
	}
	t := &Table{Snapshot: s, Layout: layout, payload: p}
	if u.View.Windowed() {
		t.Inputs = p.inputs()
	}
	return t, nil
}

// Tables are the histories of several uses. Several uses may share one snapshot.
type Tables struct {
	Of        []*Table // Of[i] is the history of use i
	snapshots []offline.Snapshot
}

// OpenAll opens the histories of uses: one snapshot per source, with the union of the columns, unless two uses read a
// column of it as different types. The caller closes the result.
func OpenAll(ctx context.Context, d offline.Driver, uses []feature.Use) (*Tables, error) {
	ts := &Tables{Of: make([]*Table, len(uses))}
	groups, err := group(ctx, d, uses)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		source := uses[g.uses[0]].Source
		snap, err := d.Open(ctx, source, g.columns, nil)
		if err != nil {
			return nil, errs.Join(fail(d, err, source.Name), ts.Close())
		}
		ts.snapshots = append(ts.snapshots, snap)
		for n, i := range g.uses {
			if ts.Of[i], err = tableOf(&uses[i], snap, g.payloads[n]); err != nil {
				return nil, errs.Join(err, ts.Close())
			}
		}
	}
	return ts, nil
}

// Close closes every snapshot once.
func (ts *Tables) Close() error {
	var all []error
	for _, s := range ts.snapshots {
		all = append(all, s.Close())
	}
	return errs.Join(all...)
}

// A shared is one snapshot to be opened: the uses that read it and the union of their columns.
type shared struct {
	source  string
	columns []value.Field
	uses    []int

	payloads []*payload // of uses
}

func group(ctx context.Context, d offline.Driver, uses []feature.Use) ([]*shared, error) {
	var groups []*shared
next:
	for i := range uses {
		p, err := payloadOf(&uses[i])
		if err != nil {
			return nil, err
		}
		columns, err := columns(ctx, d, &uses[i], p)
		if err != nil {
			return nil, err
		}
		for _, g := range groups {
			if g.source == uses[i].Source.Name && g.take(columns) {
				g.uses, g.payloads = append(g.uses, i), append(g.payloads, p)
				continue next
			}
		}
		groups = append(groups, &shared{uses[i].Source.Name, columns, []int{i}, []*payload{p}})
	}
	return groups, nil
}

// take adds columns to g, unless one of them is there with another type.
func (g *shared) take(columns []value.Field) bool {
	var added []value.Field
	for _, c := range columns {
		known := false
		for _, h := range g.columns {
			if h.Name == c.Name {
				if !h.Type.Equal(c.Type) {
					return false
				}
				known = true
			}
		}
		if !known {
			added = append(added, c)
		}
	}
	g.columns = append(g.columns, added...)
	return true
}

// fail gives a raw driver error its code; errors that carry one stay as they are.
func fail(d offline.Driver, err error, source string) error {
	var e *errs.Error
	if errors.As(err, &e) {
		return err
	}
	code := errs.CodeOf(err)
	if code == errs.Unknown {
		code = d.Code(err)
	}
	return errs.Wrap(err, code, "open source %q", source)
}
