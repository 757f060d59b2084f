package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
)

// A server is a process that serves.
type server struct {
	bench *bench
	cmd   *exec.Cmd
	url   string
}

var listening = regexp.MustCompile(`on (http://\S+)`)

// start starts the binary and returns when it has given its first answer, which must be right. The cost runs from
// before the start of the process to the last byte of the answer.
func (b *bench) start(ctx context.Context) (*server, measure.Cost, error) {
	binary, err := filepath.Abs(b.binary)
	if err != nil {
		return nil, measure.Cost{}, err
	}
	cmd := exec.CommandContext(ctx, binary, "serve", "-p", "0")
	cmd.Dir = b.data
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, measure.Cost{}, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, measure.Cost{}, err
	}
	s := &server{bench: b, cmd: cmd}
	var told strings.Builder
	lines := bufio.NewScanner(stderr)
	for s.url == "" && lines.Scan() {
		told.WriteString(lines.Text() + "\n")
		if m := listening.FindStringSubmatch(lines.Text()); m != nil {
			s.url = m[1]
		}
	}
	if s.url == "" {
		return nil, measure.Cost{}, errors.Join(fmt.Errorf("serve did not start: %s", told.String()), cmd.Wait())
	}
	go io.Copy(io.Discard, stderr)
	if err := s.read(ctx, 7, b.keys-1); err != nil {
		return nil, measure.Cost{}, errors.Join(err, s.stop())
	}
	c := measure.Cost{Wall: time.Since(began)}
	c.CPU, err = measure.CPUOf(cmd.Process.Pid)
	return s, c, err
}

// stop ends the process in good order.
func (s *server) stop() error {
	return errors.Join(s.cmd.Process.Signal(os.Interrupt), ignoreExit(s.cmd.Wait()))
}

// ignoreExit forgives an exit status: serve that was interrupted has one.
func ignoreExit(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil
	}
	return err
}

func (s *server) memory(name string) (float64, error) { return measure.Memory(s.cmd.Process.Pid, name) }

// read asks for all features of the service for some keys and checks the answer.
func (s *server) read(ctx context.Context, keys ...int) error {
	body, err := json.Marshal(map[string]any{"feature_service": service, "entities": map[string]any{"entity_id": keys}})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/get-online-features", bytes.NewReader(body))
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
	if want := len(fields()) + 1; len(answer.Results) != want {
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
