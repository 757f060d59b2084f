package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/truepoint/truepoint/bench/reads"
)

const (
	readPath = "/get-online-features"
	pushPath = "/push"
)

// A feastServer is a running `feast serve`.
type feastServer struct {
	url string
	cmd *exec.Cmd
}

// startFeast starts Feast's server in a repository, on the first core, and returns when it answers.
func (b *bench) startFeast(ctx context.Context, p place) (*feastServer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		return nil, err
	}
	s := &feastServer{url: fmt.Sprintf("http://127.0.0.1:%d", port), cmd: b.script(ctx, "serve", p.name, strconv.Itoa(port))}
	s.cmd.Dir = b.path(p.name)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its worker is a process of its own
	if err := reads.OnCore(0, s.cmd.Start); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if _, err = reads.Post(ctx, s.url+readPath, oneView.body([]int{1})); err == nil {
			return s, nil
		}
		if time.Now().After(deadline) {
			s.stop()
			return nil, fmt.Errorf("Feast does not answer: %w", err)
		}
	}
}

func (s *feastServer) stop() {
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	_ = s.cmd.Wait() // its status says that it was killed
}

// A question is what is asked for each key, and how many features that is.
type question struct {
	asked    string
	features int
}

var (
	everything = question{reads.OfService("everything"), 50}
	oneView    = question{asked: `"features":["v0:v0_f0","v0:v0_f1","v0:v0_f2","v0:v0_f3","v0:v0_f4","v0:v0_i0","v0:v0_i1","v0:v0_i2","v0:v0_s0","v0:v0_s1"]`, features: 10}
)

func (q question) body(keys []int) []byte { return reads.Body(q.asked, "user_id", keys) }

// A cell is a value of an answer with what is said about it; its event time is in whole seconds, as Feast keeps it in SQLite.
type cell struct {
	Value  any
	Status string
	Event  string
}

// answer returns what a server answers for keys, by feature; Feast has an order of its own.
func (q question) answer(ctx context.Context, url string, keys []int) (map[string][]cell, error) {
	text, err := reads.Post(ctx, url+readPath, q.body(keys))
	if err != nil {
		return nil, err
	}
	var got struct {
		Metadata struct {
			Names []string `json:"feature_names"`
		}
		Results []struct {
			Values   []any
			Statuses []string
			Events   []string `json:"event_timestamps"`
		}
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&got); err != nil {
		return nil, err
	}
	if want := q.features + 1; len(got.Metadata.Names) != want || len(got.Results) != want {
		return nil, fmt.Errorf("%s answers %d columns with %d names, want %d", url, len(got.Results), len(got.Metadata.Names), want)
	}
	out := map[string][]cell{}
	for i, c := range got.Results {
		if len(c.Values) != len(keys) || len(c.Statuses) != len(keys) || len(c.Events) != len(keys) {
			return nil, fmt.Errorf("%s answers %d values for %d keys", url, len(c.Values), len(keys))
		}
		for k := range keys {
			second, _, _ := strings.Cut(strings.TrimSuffix(c.Events[k], "Z"), ".")
			out[got.Metadata.Names[i]] = append(out[got.Metadata.Names[i]], cell{c.Values[k], c.Statuses[k], second})
		}
	}
	return out, nil
}

// same compares the answers of ours and Feast's server, all of which must be present.
func (q question) same(ctx context.Context, ours, feast string, all [][]int) error {
	for _, keys := range all {
		x, err := q.answer(ctx, ours, keys)
		y, also := q.answer(ctx, feast, keys)
		if err := errors.Join(err, also); err != nil {
			return err
		}
		for name, cells := range x {
			if len(y[name]) != len(cells) {
				return fmt.Errorf("Feast does not answer %s", name)
			}
			for i, c := range cells {
				if c != y[name][i] || c.Status != "PRESENT" {
					return fmt.Errorf("%s of key %d: got %v, Feast has %v", name, keys[i], c, y[name][i])
				}
			}
		}
	}
	return nil
}
