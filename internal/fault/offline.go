package fault

import (
	"context"
	"fmt"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// Offline wraps an offline driver. The parts of its snapshots are read under the name "Part.Read". Append is atomic:
// Torn makes it fail. Open is never stale, because a snapshot belongs to the one who closes it.
func Offline(d offline.Driver, in *Injector) offline.Driver { return &offlineDriver{Driver: d, in: in} }

type offlineDriver struct {
	offline.Driver // Code and Close are never disturbed
	in             *Injector
	columns        memory[[]value.Field]
}

func (d *offlineDriver) Columns(ctx context.Context, s *feature.Source) ([]value.Field, error) {
	return ask(ctx, d.in, &d.columns, question{"Columns", fmt.Sprint(s.Name, "\x00", s.Path)}, func() ([]value.Field, error) {
		return d.Driver.Columns(ctx, s)
	})
}

func (d *offlineDriver) Open(ctx context.Context, s *feature.Source, columns []value.Field, pinned *offline.Manifest) (offline.Snapshot, error) {
	var open offline.Snapshot
	err := d.in.around(ctx, "Open", call{do: func() error {
		if open != nil { // a duplicate: the first answer got lost
			if err := open.Close(); err != nil {
				return err
			}
		}
		var err error
		open, err = d.Driver.Open(ctx, s, columns, pinned)
		return err
	}})
	if err != nil {
		if open != nil {
			open.Close() // the caller knows nothing of it
		}
		return nil, err
	}
	return &snapshot{Snapshot: open, in: d.in}, nil
}

func (d *offlineDriver) Append(ctx context.Context, s *feature.Source, id string, rows *value.Batch) error {
	return d.in.around(ctx, "Append", call{do: func() error { return d.Driver.Append(ctx, s, id, rows) }})
}

type snapshot struct {
	offline.Snapshot
	in *Injector
}

func (s *snapshot) Parts() []pit.Part {
	parts := s.Snapshot.Parts()
	out := make([]pit.Part, len(parts))
	for i, p := range parts {
		out[i] = &part{Part: p, in: s.in}
	}
	return out
}

type part struct {
	pit.Part
	in *Injector
}

func (p *part) Read(ctx context.Context, columns []string, dst []*value.Column) error {
	return p.in.around(ctx, "Part.Read", call{
		do: func() error { return p.Part.Read(ctx, columns, dst) },
		part: func() error { // some columns are filled, the others hold what they held
			half := len(columns) / 2
			return p.Part.Read(ctx, columns[:half], dst[:half])
		},
	})
}
