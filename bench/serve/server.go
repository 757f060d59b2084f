package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"time"

	"github.com/truepoint/truepoint/bench/activity"
	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/internal/listen"
)

// A server is a process that serves.
type server struct {
	*listen.Server
	bench *bench
}

// start starts the binary and returns when it has given its first answer, which must be right. The cost runs from
// before the start of the process to the last byte of the answer.
func (b *bench) start(ctx context.Context) (*server, measure.Cost, error) {
	binary, err := filepath.Abs(b.binary)
	if err != nil {
		return nil, measure.Cost{}, err
	}
	began := time.Now()
	running, err := listen.Start(ctx, binary, b.data, nil, nil)
	if err != nil {
		return nil, measure.Cost{}, err
	}
	s := &server{Server: running, bench: b}
	if err := s.read(ctx, 7, b.keys-1); err != nil {
		return nil, measure.Cost{}, errors.Join(err, s.Stop())
	}
	c := measure.Cost{Wall: time.Since(began)}
	c.CPU, err = measure.CPUOf(s.PID)
	return s, c, err
}

func (s *server) memory(name string) (float64, error) { return measure.Memory(s.PID, name) }

// read asks for all features of the service for some keys and checks the answer.
func (s *server) read(ctx context.Context, keys ...int) error {
	body, err := json.Marshal(map[string]any{"feature_service": service, "entities": map[string]any{"entity_id": keys}})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/get-online-features", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var answer struct {
		Results []struct {
			Values   []json.RawMessage
			Statuses []string
		}
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return fmt.Errorf("status %d: %w", res.StatusCode, err)
	}
	if want := len(activity.Fields()) + 1; len(answer.Results) != want {
		return fmt.Errorf("status %d with %d columns, want %d", res.StatusCode, len(answer.Results), want)
	}
	const counter = 5 // the column of feature f4, behind the key
	for i, k := range keys {
		for _, c := range answer.Results {
			if c.Statuses[i] != "PRESENT" {
				return fmt.Errorf("key %d is %s", k, c.Statuses[i])
			}
		}
		if got, want := string(answer.Results[counter].Values[i]), fmt.Sprint(counterOf(k)); got != want {
			return fmt.Errorf("key %d: f4 is %s, want %s", k, got, want)
		}
	}
	return nil
}

// readMany asks for 100 random keys, many times.
func (s *server) readMany(ctx context.Context, times int) error {
	r := rand.New(rand.NewPCG(20, 20))
	keys := make([]int, 100)
	for range times {
		for i := range keys {
			keys[i] = r.IntN(s.bench.keys)
		}
		if err := s.read(ctx, keys...); err != nil {
			return err
		}
	}
	return nil
}
