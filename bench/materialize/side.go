package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/plainpebble"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/materialize"
)

// materialize fills a new online store and closes it: opening, reading, reducing, writing durably.
func (b *bench) materialize(ctx context.Context) error {
	if err := os.RemoveAll(b.path("online")); err != nil {
		return err
	}
	s, _, err := b.open(ctx)
	if err != nil {
		return err
	}
	phases := &phases{start: time.Now()}
	report, err := s.Materialize(ctx, &truepoint.MaterializeRequest{
		Mode: materialize.Interval, Start: eventtime.Min, End: b.end(), Progress: phases.note,
	})
	if err != nil {
		return errors.Join(err, s.Close())
	}
	run := report.Views[0].Run
	phases.note(materialize.Progress{Phase: materialize.Done})
	measure.Note("  read %d, written %d, ambiguous %d: %s", run.Read, run.Written, run.Ambiguous, phases)
	return s.Close()
}

// phases remembers when each phase of a run began.
type phases struct {
	start time.Time
	last  materialize.Phase
	text  []string
}

func (p *phases) note(now materialize.Progress) {
	if now.Phase != p.last {
		p.last = now.Phase
		p.text = append(p.text, fmt.Sprintf("%s at %.2f s", now.Phase, time.Since(p.start).Seconds()))
	}
}

func (p *phases) String() string { return strings.Join(p.text, ", ") }

// raw writes the same cells to raw Pebble in random order, in batches of 1,000, durable at the end.
func (b *bench) raw() (err error) {
	keys, rows, err := b.cells()
	if err != nil {
		return err
	}
	order := rand.New(rand.NewPCG(1, 2)).Perm(len(keys))
	if err := os.RemoveAll(b.path("raw")); err != nil {
		return err
	}
	return measure.Timed(func() error {
		db, err := plainpebble.Create(b.path("raw"))
		if err != nil {
			return err
		}
		return errors.Join(plainpebble.Commit(db, len(order), func(i int) (key, row []byte) { return keys[order[i]], rows[order[i]] }), db.Close())
	})
}

// cells reads what dump wrote.
func (b *bench) cells() (keys, rows [][]byte, err error) {
	data, err := os.ReadFile(b.path("cells"))
	if err != nil {
		return nil, nil, err
	}
	next := func() []byte {
		n, size := binary.Uvarint(data)
		part := data[size : size+int(n)]
		data = data[size+int(n):]
		return part
	}
	for len(data) > 0 {
		keys = append(keys, next())
		rows = append(rows, next())
	}
	return keys, rows, nil
}
