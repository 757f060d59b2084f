package cli

import (
	"path/filepath"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/dataset"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/objectstore"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

// divide makes a set and writes its rows to two parts as they come. The files appear once all rows are in them.
func (v *historicalVerb) divide(a *app, s *truepoint.Store, t *trainingSet) (err error) {
	t.sides = t.split.Divide(t.keys)
	defer func() { err = errs.Join(err, t.sides.Close()) }()
	t.request.Moments = t.sides.Moments
	parts := []*part{{of: dataset.Train}, {of: dataset.Test}}
	defer func() {
		for _, p := range parts {
			if p.to != nil {
				p.to.Abort()
			}
		}
	}()
	t.result, err = s.StreamHistorical(a.ctx, t.request, func(run *truepoint.HistoricalResult) error {
		train, test, err := t.sides.Next(run.Batch, run.AsOf)
		if err != nil {
			return err
		}
		for i, rows := range []*value.Batch{train, test} {
			if err := parts[i].write(a, v.Out, rows); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, p := range parts {
		if err := t.commit(p.to, dataset.File{Part: p.of, Path: partPath(v.Out, p.of), Rows: p.rows}); err != nil {
			return err
		}
	}
	return nil
}

// A part is the file of one side of a split in the making.
type part struct {
	of   dataset.Part
	to   *offline.TableWriter
	rows int64
}

func (p *part) write(a *app, out string, rows *value.Batch) (err error) {
	if p.to == nil {
		if p.to, err = drivers.CreateTable(a.ctx, partPath(out, p.of), rows.Fields()); err != nil {
			return err
		}
	}
	p.rows += int64(rows.Rows)
	return p.to.Write(rows)
}

// partPath returns the path of a part: set.parquet becomes set.train.parquet.
func partPath(out string, part dataset.Part) string {
	return objectstore.Renamed(out, func(name string) string {
		ext := filepath.Ext(name)
		return strings.TrimSuffix(name, ext) + "." + string(part) + ext
	})
}
