package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"

	"github.com/truepoint/truepoint/bench/activity"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/sink/onlinesink"
	"github.com/truepoint/truepoint/value"
)

const (
	cacheMiB  = 256 // the default of online_store.cache_bytes
	service   = "everything"
	batchRows = 100_000
	written   = eventtime.Instant(1_700_000_000_000_000)
)

// counterOf is feature f4 of a key, by which answers are checked.
func counterOf(key int) int64 { return int64(key)*31 + 7 }

// prepare makes the repository that is served, unless it is there.
func (b *bench) prepare(ctx context.Context) error {
	mark := b.path(fmt.Sprintf("ready-%d", b.keys))
	if _, err := os.Stat(mark); err == nil {
		return nil
	}
	if err := activity.Settle(b.data, activity.Embedded); err != nil {
		return err
	}
	if err := b.fill(ctx); err != nil {
		return err
	}
	return os.WriteFile(mark, nil, 0o644)
}

// fill applies the view and writes a row for every key.
func (b *bench) fill(ctx context.Context) (err error) {
	s, opt, err := activity.Open(ctx, b.data, func() eventtime.Instant { return written.Add(eventtime.Hour) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	source := &feature.Source{Name: "log", Type: feature.FileSource, Path: "log.parquet", TimestampField: "event_ts"}
	all := &feature.Service{Name: service, Features: []feature.Projection{{View: activity.View}}}
	if err := activity.Apply(ctx, s, source, all); err != nil {
		return err
	}
	set, _, err := s.Definitions(ctx)
	if err != nil {
		return err
	}
	view, _ := set.View(activity.View)
	use, err := set.SelectView(view)
	if err != nil {
		return err
	}
	out := onlinesink.New(online.New(opt.Online, nil))
	r := rand.New(rand.NewPCG(19, 19))
	for from := 0; from < b.keys; from += batchRows {
		batch, err := rows(use, r, from, min(from+batchRows, b.keys))
		if err != nil {
			return err
		}
		if _, err := out.Write(ctx, view.Table(activity.Project), batch); err != nil {
			return err
		}
	}
	return nil
}

// rows returns a row for each key from lo, inclusive, to hi, exclusive. Nothing in them compresses.
func rows(use *feature.Use, r *rand.Rand, lo, hi int) (*sink.Rows, error) {
	out := &sink.Rows{Use: use, Snapshot: written}
	for _, f := range use.Fields {
		out.Fields = append(out.Fields, value.NewColumn(f.Type, hi-lo))
	}
	text := make([]byte, activity.TextBytes)
	for k := lo; k < hi; k++ {
		key, err := value.AppendKey(nil, []value.Value{value.OfInt64(int64(k))})
		if err != nil {
			return nil, err
		}
		out.Encoded = append(out.Encoded, key)
		out.Event = append(out.Event, written)
		out.Created = append(out.Created, written)
		for i := range text {
			text[i] = byte(' ' + 1 + r.IntN(94))
		}
		for i, c := range out.Fields {
			switch use.Fields[i].Type.Kind {
			case value.Float64:
				c.Append(value.OfFloat64(r.Float64()))
			case value.Int64:
				c.Append(value.OfInt64(counterOf(k)))
			default:
				c.Append(value.OfString(string(text)))
			}
		}
	}
	return out, nil
}
