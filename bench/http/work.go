package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/bench/activity"
	"github.com/truepoint/truepoint/bench/reads"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/server/onlinejson"
)

// A work is what a server is asked: bodies of so many entities.
type work struct {
	rows   int
	bodies [][]byte
	load   *reads.Load
	size   int // of an answer
}

func (w *work) name() string {
	if w.rows == 1 {
		return "one row × 50 features"
	}
	return fmt.Sprintf("%d rows × 50 features", w.rows)
}

func (w *work) hello() string { return fmt.Sprintf("hello-http of %d B", w.size) }

// newWork returns a work, when every answer of the server has been compared and every key read some times.
func newWork(ctx context.Context, url string, r *reads.Repository, rows int) (*work, error) {
	w := &work{rows: rows}
	for _, keys := range r.KeysOf(rows) {
		w.bodies = append(w.bodies, reads.Body(reads.OfService(reads.Service), activity.Key, keys))
	}
	w.load = reads.NewLoad(url, path, w.bodies)
	if err := w.check(ctx, url, r); err != nil {
		return nil, err
	}
	return w, w.load.Warm(4)
}

// check compares every answer of the server, cold and warm, with what the engines of this repository answer without what
// makes the server fast, and notes the length of one.
func (w *work) check(ctx context.Context, url string, r *reads.Repository) (err error) {
	s, err := r.Open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for range 2 {
		for i, keys := range r.KeysOf(w.rows) {
			res, err := s.Online(ctx, &truepoint.OnlineRequest{Service: reads.Service, AsOf: eventtime.None, Entities: reads.Entities(keys)})
			if err != nil {
				return err
			}
			got, err := reads.Post(ctx, url+path, w.bodies[i])
			if err != nil {
				return err
			}
			if want := onlinejson.AppendFeast(nil, res); !bytes.Equal(got, want) {
				return fmt.Errorf("body %d: got %.300s, want %.300s", i, got, want)
			}
			w.size = len(got)
		}
	}
	return nil
}
