package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/bench/activity"
	"github.com/truepoint/truepoint/bench/reads"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/server/onlinejson"
)

// bodies returns distinct requests of so many entities.
func (b *bench) bodies(rows int) [][]byte {
	var out [][]byte
	for _, keys := range b.repository.KeysOf(rows) {
		body := []byte(`{"feature_service":"` + reads.Service + `","entities":{"` + activity.Key + `":[`)
		for i, k := range keys {
			if i > 0 {
				body = append(body, ',')
			}
			body = strconv.AppendInt(body, int64(k), 10)
		}
		out = append(out, append(body, `]}}`...))
	}
	return out
}

// check compares every answer of the server, cold and warm, with what the engines of this repository answer without what
// makes the server fast, and returns the length of one.
func (b *bench) check(ctx context.Context, url string, bodies [][]byte) (size int, err error) {
	s, err := b.repository.Open(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for range 2 {
		for i, keys := range b.repository.KeysOf(bytes.Count(bodies[0], []byte{','})) {
			res, err := s.Online(ctx, &truepoint.OnlineRequest{Service: reads.Service, AsOf: eventtime.None, Entities: reads.Entities(keys)})
			if err != nil {
				return 0, err
			}
			got, err := post(ctx, url, bodies[i])
			if err != nil {
				return 0, err
			}
			if want := onlinejson.AppendFeast(nil, res); !bytes.Equal(got, want) {
				return 0, fmt.Errorf("body %d: got %.300s, want %.300s", i, got, want)
			}
			size = len(got)
		}
	}
	return size, nil
}

func post(ctx context.Context, url string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return io.ReadAll(res.Body)
}
