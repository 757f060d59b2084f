package materialize

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/history"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// sampleRows is how many packed rows a dry run makes to learn their size.
const sampleRows = 1000

// dryRun reads what a run would read and tells what it would write. It takes no lease and writes nothing.
func (j *job) dryRun(ctx context.Context) (d *DryRun, err error) {
	if j.use, err = j.env.Set.SelectView(j.view); err != nil {
		return nil, err
	}
	state, err := j.env.Ledger.View(ctx, j.view.Name)
	if err != nil {
		return nil, err
	}
	run := j.newRun(state.Token, j.env.Clock())
	if err := chooseRows(&run, state.Generation(run.Generation), j.view, j.use.Source); err != nil {
		return nil, err
	}
	if nothingDue(&run) {
		return &DryRun{Start: run.Start, End: run.End}, nil
	}
	table, err := history.Open(ctx, j.env.Offline, j.use, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errs.Join(err, table.Close()) }()
	winners, err := j.winners(ctx, &run, table)
	if err != nil {
		return nil, err
	}
	account(&run, winners)
	d = &DryRun{Start: run.Start, End: run.End, Read: run.Read, Rows: run.Total, Rejected: run.Rejected}
	for _, f := range table.Manifest().Files {
		d.Files++
		d.FileBytes += f.Size
	}
	d.Bytes, err = j.estimate(ctx, &run, winners)
	return d, err
}

// estimate returns the bytes of keys and packed rows of all winners, from the first sampleRows of them.
func (j *job) estimate(ctx context.Context, run *Run, winners pit.Winners) (int64, error) {
	n := min(sampleRows, winners.Len())
	if n == 0 {
		return 0, nil
	}
	columns, err := winners.Load(ctx, 0, n)
	if err != nil {
		return 0, err
	}
	w := chunkWriter{job: j, run: run, winners: winners}
	rows := w.rows(columns, 0, span{0, n})
	encoder := value.NewRowEncoder(j.view.RowSchema())
	var buf []byte
	var bytes int64
	for i := range n {
		bytes += int64(len(rows.Encoded[i]))
		v := value.Version{Event: rows.Event[i], Created: rows.Created[i], Snapshot: rows.Snapshot}
		if rows.Deleted[i] {
			bytes += int64(len(value.AppendTombstone(buf[:0], v)))
			continue
		}
		if buf, err = encoder.AppendFrom(buf[:0], v, rows.Fields, i); err != nil {
			return 0, errs.Wrap(err, errs.CodeOf(err), "encode row %d of view %q", i, j.view.Name)
		}
		bytes += int64(len(buf))
	}
	return bytes * int64(winners.Len()) / int64(n), nil
}
