package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/bench/activity"
	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

const (
	fileRows   = 1_000_000
	texts      = 1024
	table      = "bench/activity/1"
	began      = eventtime.Instant(1_700_000_000_000_000)
	step       = eventtime.Second / 2 // between two rows on average
	historyDir = "history"
)

// prepare makes the history, the registry and, by one untimed run, the cells that raw Pebble is handed; what that run
// stored is checked against the newest rows that the generator knows.
func (b *bench) prepare(ctx context.Context) error {
	mark := b.path(fmt.Sprintf("ready-%d-%d", b.rows, b.keys))
	if _, err := os.Stat(mark); err == nil {
		return nil
	}
	if err := activity.Settle(b.data, activity.Embedded); err != nil {
		return err
	}
	if err := os.MkdirAll(b.path(historyDir), 0o755); err != nil {
		return err
	}
	newest, err := b.generate()
	if err != nil {
		return err
	}
	if err := b.register(ctx); err != nil {
		return err
	}
	if err := b.materialize(ctx); err != nil {
		return err
	}
	if err := b.dump(ctx, newest); err != nil {
		return err
	}
	return os.WriteFile(mark, nil, 0o644)
}

// generate writes the history, in order of event time as a log has it, and returns the newest event time per key.
func (b *bench) generate() ([]eventtime.Instant, error) {
	random := rand.New(rand.NewPCG(10, 10))
	words := make([]string, texts)
	for i := range words {
		letters := make([]byte, activity.TextBytes)
		for j := range letters {
			letters[j] = byte('a' + random.IntN(26))
		}
		words[i] = string(letters)
	}
	newest := make([]eventtime.Instant, b.keys)
	for from := 0; from < b.rows; from += fileRows {
		batch := b.part(random, words, newest, from)
		path := filepath.Join(b.path(historyDir), fmt.Sprintf("part-%03d.parquet", from/fileRows))
		if err := offline.WriteTable(path, batch); err != nil {
			return nil, err
		}
	}
	return newest, nil
}

func (b *bench) part(random *rand.Rand, words []string, newest []eventtime.Instant, from int) *value.Batch {
	n := min(fileRows, b.rows-from)
	batch := &value.Batch{}
	ints := func(name string, kind value.Kind) *value.Column {
		c := value.NewColumn(value.Scalar(kind), n)
		c.Resize(n)
		batch.Add(name, c)
		return c
	}
	key, event, created := ints(activity.Key, value.Int64), ints("event_ts", value.UnixTimestamp), ints("created_ts", value.UnixTimestamp)
	for i := range n {
		k := random.IntN(b.keys)
		// Each row has an instant of its own, so that no two tie.
		at := began.Add(step*eventtime.Duration(from+i) + eventtime.Duration(random.IntN(int(step))))
		key.Ints[i], event.Ints[i], created.Ints[i] = int64(k), int64(at), int64(at.Add(eventtime.Minute))
		newest[k] = max(newest[k], at)
	}
	for _, f := range activity.Fields() {
		c := ints(f.Name, f.Type.Kind)
		for i := range n {
			switch f.Type.Kind {
			case value.Float64:
				c.Float64s[i] = random.Float64()
			case value.Int64:
				c.Ints[i] = random.Int64N(1000)
			default:
				c.Texts[i] = words[random.IntN(texts)]
			}
		}
	}
	return batch
}

func (b *bench) end() eventtime.Instant { return began.Add(step * eventtime.Duration(b.rows+1)) }

func (b *bench) open(ctx context.Context) (*truepoint.Store, *truepoint.Options, error) {
	return activity.Open(ctx, b.data, func() eventtime.Instant { return b.end().Add(eventtime.Hour) })
}

func (b *bench) register(ctx context.Context) error {
	s, _, err := b.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	return activity.Apply(ctx, s, &feature.Source{
		Name: "log", Type: feature.FileSource, Path: historyDir, TimestampField: "event_ts", CreatedTimestampColumn: "created_ts",
	})
}

// dump writes the stored cells to a file for the other side, after checking them against newest.
func (b *bench) dump(ctx context.Context, newest []eventtime.Instant) error {
	s, opt, err := b.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	var out []byte
	var wrong error
	rows := 0
	err = opt.Online.Scan(ctx, table, func(c online.Cell) bool {
		wrong = check(c, newest)
		rows++
		for _, part := range [][]byte{c.Key, c.Row} {
			out = binary.AppendUvarint(out, uint64(len(part)))
			out = append(out, part...)
		}
		return wrong == nil
	})
	if err != nil || wrong != nil {
		return errs.Join(err, wrong)
	}
	want := 0
	for _, at := range newest {
		if at != 0 {
			want++
		}
	}
	if rows != want {
		return fmt.Errorf("%d rows are stored, want %d", rows, want)
	}
	measure.Note("  stored: %d rows of %d B", rows, len(out)/rows)
	return os.WriteFile(b.path("cells"), out, 0o644)
}

func check(c online.Cell, newest []eventtime.Instant) error {
	key, err := value.DecodeKey(c.Key)
	if err != nil {
		return err
	}
	h, err := value.ReadRow(c.Row)
	if err != nil {
		return err
	}
	if want := newest[key[0].Int()]; h.Version.Event != want {
		return fmt.Errorf("key %d: the stored row is of %s, the newest of %s", key[0].Int(), h.Version.Event, want)
	}
	return nil
}
