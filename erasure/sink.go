package erasure

import (
	"context"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/state"
	"github.com/truepoint/truepoint/value"
)

// A Sink is a sink.Sink that leaves out rows of erased entities. It is safe for concurrent use.
type Sink struct {
	to   sink.Sink
	list *list
}

// NewSink returns a Sink that writes to another one what the suppression list of a project allows.
func NewSink(to sink.Sink, d state.Driver, project string) *Sink {
	return &Sink{to, &list{state: d, project: project}}
}

var _ sink.Sink = (*Sink)(nil)

// Write implements sink.Sink. Rows that are left out count as superseded; tombstones are always written. It reads one
// record of the state, and hashes keys only of views that suppressed keys are join keys of. Errors: also those of the
// state store: what cannot be checked is not written.
func (s *Sink) Write(ctx context.Context, table string, rows *sink.Rows) (sink.Outcome, error) {
	all, err := s.list.current(ctx)
	if err != nil {
		return sink.Outcome{}, err
	}
	if err := rows.Check(); err != nil {
		return sink.Outcome{}, err
	}
	drop, n, err := s.suppressed(all, rows)
	switch {
	case err != nil:
		return sink.Outcome{}, err
	case n == 0:
		return s.to.Write(ctx, table, rows)
	case n == rows.Len():
		return sink.Outcome{Superseded: int64(n), Newest: eventtime.None}, nil
	}
	out, err := s.to.Write(ctx, table, without(rows, drop))
	if out.Superseded >= 0 {
		out.Superseded += int64(n)
	}
	return out, err
}

// suppressed marks the rows that are not to be written and returns how many there are.
func (s *Sink) suppressed(all map[string]map[string]bool, rows *sink.Rows) (drop []bool, n int, err error) {
	for joined, hashes := range all {
		names := strings.Split(joined, nameSeparator)
		at, concerned := within(names, rows.Use.Keys)
		if !concerned {
			continue
		}
		if drop == nil {
			drop = make([]bool, rows.Len())
		}
		picked := make([]value.Value, len(at))
		for i, key := range rows.Encoded {
			if drop[i] || rows.Deleted != nil && rows.Deleted[i] {
				continue
			}
			parts, err := value.DecodeKey(key)
			if err != nil {
				return nil, 0, errs.Wrap(err, errs.Internal, "%s", rows.Name(i))
			}
			for k, p := range at {
				picked[k] = parts[p]
			}
			if hashes[hashOf(s.list.project, names, picked)] {
				drop[i] = true
				n++
			}
		}
	}
	return drop, n, nil
}

// without returns rows but for those that are marked.
func without(rows *sink.Rows, drop []bool) *sink.Rows {
	out := &sink.Rows{Use: rows.Use, Snapshot: rows.Snapshot, Fields: make([]*value.Column, len(rows.Fields))}
	for f, c := range rows.Fields {
		out.Fields[f] = value.NewColumn(c.Type, 0)
	}
	for lo := 0; lo < len(drop); {
		if drop[lo] {
			lo++
			continue
		}
		hi := lo
		for hi < len(drop) && !drop[hi] {
			hi++
		}
		out.Encoded = append(out.Encoded, rows.Encoded[lo:hi]...)
		out.Event = append(out.Event, rows.Event[lo:hi]...)
		out.Created = append(out.Created, rows.Created[lo:hi]...)
		if rows.Deleted != nil {
			out.Deleted = append(out.Deleted, rows.Deleted[lo:hi]...)
		}
		for f, c := range rows.Fields {
			out.Fields[f].AppendRange(c, lo, hi)
		}
		lo = hi
	}
	return out
}
