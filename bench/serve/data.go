package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/sink/onlinesink"
	"github.com/truepoint/truepoint/value"
)

const (
	rowBytes  = 400
	textBytes = 305 // with the rest of a packed row, 400 B
	cacheMiB  = 64  // the default of online_store.cache_bytes
	project   = "bench"
	service   = "everything"
	batchRows = 100_000
	written   = eventtime.Instant(1_700_000_000_000_000)
)

const settings = `project: bench
registry: registry.db
offline_store: {type: file}
online_store: {type: embedded, path: online}
`

func fields() []feature.Field {
	kinds := []value.Kind{value.Float64, value.Float64, value.Float64, value.Float64, value.Int64, value.Int64, value.String}
	out := make([]feature.Field, len(kinds))
	for i, k := range kinds {
		out[i] = feature.Field{Name: fmt.Sprintf("f%d", i), Type: value.Scalar(k)}
	}
	return out
}

// counterOf is feature f4 of a key, by which answers are checked.
func counterOf(key int) int64 { return int64(key)*31 + 7 }

// prepare makes the repository that is served, unless it is there.
func (b *bench) prepare(ctx context.Context) error {
	mark := b.path(fmt.Sprintf("ready-%d", b.keys))
	if _, err := os.Stat(mark); err == nil {
		return nil
	}
	if err := errors.Join(os.RemoveAll(b.data), os.MkdirAll(b.data, 0o755)); err != nil {
		return err
	}
	if err := os.WriteFile(b.path("feature_store.yaml"), []byte(settings), 0o644); err != nil {
		return err
	}
	if err := b.fill(ctx); err != nil {
		return err
	}
	return os.WriteFile(mark, nil, 0o644)
}

// fill applies one view and writes a row for every key.
func (b *bench) fill(ctx context.Context) (err error) {
	opt, err := drivers.Open(ctx, &config.Config{
		Dir: b.data, Project: project,
		Registry: config.Registry{Type: "sqlite", Path: b.path("registry.db")},
		Offline:  config.Store{Type: "file"},
		Online:   config.Store{Type: "embedded", Path: b.path("online")},
	}, func() eventtime.Instant { return written.Add(eventtime.Hour) })
	if err != nil {
		return err
	}
	s, err := truepoint.New(opt)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	view := &feature.View{Name: "activity", Entities: []string{"entity"}, Source: "log", Online: true, Schema: fields()}
	set := &feature.Set{
		Project:  project,
		Entities: []*feature.Entity{{Name: "entity", JoinKeys: []string{"entity_id"}, ValueType: value.Scalar(value.Int64)}},
		Sources:  []*feature.Source{{Name: "log", Type: feature.FileSource, Path: "log.parquet", TimestampField: "event_ts"}},
		Views:    []*feature.View{view},
		Services: []*feature.Service{{Name: service, Features: []feature.Projection{{View: view.Name}}}},
	}
	p, err := s.Plan(ctx, set)
	if err != nil {
		return err
	}
	if _, err := s.Apply(ctx, p, apply.Options{}); err != nil {
		return err
	}
	if set, _, err = s.Definitions(ctx); err != nil {
		return err
	}
	view, _ = set.View(view.Name)
	use, err := set.SelectView(view)
	if err != nil {
		return err
	}
	out := onlinesink.New(online.New(opt.Online, nil))
	r := rand.New(rand.NewPCG(19, 19))
	for from := 0; from < b.keys; from += batchRows {
		if _, err := out.Write(ctx, view.Table(project), rows(use, r, from, min(from+batchRows, b.keys))); err != nil {
			return err
		}
	}
	return nil
}

// rows returns a row for each key from lo, inclusive, to hi, exclusive. Nothing in them compresses.
func rows(use *feature.Use, r *rand.Rand, lo, hi int) *sink.Rows {
	out := &sink.Rows{Use: use, Snapshot: written, Keys: []*value.Column{value.NewColumn(value.Scalar(value.Int64), hi-lo)}}
	for _, f := range use.Fields {
		out.Fields = append(out.Fields, value.NewColumn(f.Type, hi-lo))
	}
	text := make([]byte, textBytes)
	for k := lo; k < hi; k++ {
		out.Keys[0].Append(value.OfInt64(int64(k)))
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
	return out
}
