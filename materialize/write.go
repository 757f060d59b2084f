package materialize

import (
	"context"
	"time"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/runs"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/value"
)

// Bounds of memory, which the views that run at the same time share. A group of winners is read from the source at once, because each reading passes over all of it; a
// chunk is written and checkpointed at once.
const (
	groupBytes   = 512 << 20
	chunkBytes   = 64 << 20
	chunkRowsMax = 1 << 18
)

// RowBytes estimates what one row of so many fields takes in memory, and about what it takes when packed.
func RowBytes(fields []feature.Field) int {
	n := 32
	for _, f := range fields {
		switch f.Type.Kind {
		case value.Bool, value.Int32, value.Int64, value.UnixTimestamp, value.Date, value.Float64:
			n += 8
		case value.Float32:
			n += 4
		case value.String, value.Bytes, value.Uuid, value.Decimal, value.Json:
			n += 48
		default:
			n += 256
		}
	}
	return n
}

// chunksPerSecond is the least number of chunks in which a rate's rows are sent: smaller bursts disturb a store less.
const chunksPerSecond = 4

// sizes returns how many rows a group and a chunk have; a group is a whole number of chunks.
func (j *job) sizes() (group, chunk int) {
	bytes := RowBytes(j.use.Fields)
	chunk = j.req.ChunkRows
	if chunk <= 0 {
		chunk = min(chunkRowsMax, max(1, chunkBytes/j.atOnce/bytes))
		if rate := j.rate(); rate > 0 {
			chunk = int(max(1, min(float64(chunk), rate/chunksPerSecond)))
		}
	}
	return max(1, groupBytes/j.atOnce/bytes/chunk) * chunk, chunk
}

// rate returns how many rows a second this view may write; 0: any number.
func (j *job) rate() float64 { return j.req.RowsPerSecond / float64(j.atOnce) }

// sender returns what sends the chunks of run.
func (j *job) sender(run *Run) *sender {
	patience := j.req.Patience
	if patience == 0 {
		patience = DefaultPatience
	}
	return &sender{
		to: j.env.Sink, budget: j.retries, patience: time.Duration(patience) * time.Microsecond, rate: j.rate(),
		retried: func() { run.Retried++ },
	}
}

// write sends winners in key order, chunk by chunk from the run's checkpoint, and moves the checkpoint after each.
func (j *job) write(ctx context.Context, run *Run, winners pit.Winners) error {
	group, chunk := j.sizes()
	table := j.view.TableAt(j.env.Project, run.Generation)
	w := chunkWriter{job: j, run: run, winners: winners, table: table, sender: j.sender(run)}
	j.progress(Progress{View: j.view.Name, Phase: Writing, Done: run.Checkpoint, Total: run.Total})
	for lo := int(run.Checkpoint); lo < winners.Len(); lo += group {
		hi := min(lo+group, winners.Len())
		columns, err := winners.Load(ctx, lo, hi)
		if err != nil {
			return err
		}
		for at := lo; at < hi; at += chunk {
			if err := ctx.Err(); err != nil {
				return err
			}
			// A chunk that was begun is finished, so that a cancelled run stops at a boundary.
			stop, err := w.chunk(ctx, columns, lo, span{at, min(at+chunk, hi)})
			if err != nil {
				return err
			}
			if stop {
				return runs.ErrCancelAsked
			}
		}
	}
	return nil
}

// A span is the half-open range of winners from lo to hi.
type span struct{ lo, hi int }

type chunkWriter struct {
	job     *job
	run     *Run
	winners pit.Winners
	table   string
	sender  *sender
}

// chunk writes one span and moves the checkpoint. columns hold the payload of winners from base on. It reports whether
// somebody has asked the run to stop.
func (w *chunkWriter) chunk(ctx context.Context, columns []*value.Column, base int, s span) (bool, error) {
	rows := w.rows(columns, base, s)
	out, err := w.sender.send(ctx, w.table, rows)
	if err != nil {
		return false, err
	}
	w.run.Checkpoint = int64(s.hi)
	w.run.Written += out.Written
	switch {
	case out.Superseded < 0 || w.run.Superseded < 0:
		w.run.Superseded = -1
	default:
		w.run.Superseded += out.Superseded
	}
	kept := *w.run
	v, err := w.job.lease.Move(context.WithoutCancel(ctx), func(v *runs.View) {
		v.Current = &kept
		v.Wrote(kept.Generation, out.Newest)
	})
	if err != nil {
		return false, err
	}
	w.job.progress(Progress{View: w.job.view.Name, Phase: Writing, Done: w.run.Checkpoint, Total: w.run.Total})
	return v.CancelAsked, nil
}

func (w *chunkWriter) rows(columns []*value.Column, base int, s span) *sink.Rows {
	n := s.hi - s.lo
	rows := &sink.Rows{
		Use:      w.job.use,
		Encoded:  make([][]byte, n),
		Event:    make([]eventtime.Instant, n),
		Created:  make([]eventtime.Instant, n),
		Deleted:  make([]bool, n),
		Fields:   make([]*value.Column, len(columns)),
		Snapshot: w.run.Snapshot,
	}
	for i := range n {
		rows.Encoded[i] = w.winners.Key(s.lo + i)
		rows.Event[i] = w.winners.Event(s.lo + i)
		rows.Created[i] = w.winners.Created(s.lo + i)
		rows.Deleted[i] = w.winners.Deleted(s.lo + i)
	}
	for f, c := range columns {
		rows.Fields[f] = c.Slice(s.lo-base, s.hi-base)
	}
	return rows
}
