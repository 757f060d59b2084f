package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/truepoint/truepoint/internal/listen"
)

// A stage runs the binary in the repository and shows what a user would see.
type stage struct {
	binary string
	dir    string
	step   int
	began  time.Time
}

func newStage(binary, dir string) *stage {
	return &stage{binary: binary, dir: dir, began: time.Now()}
}

// title begins a step.
func (s *stage) title(text string) {
	s.step++
	fmt.Printf("\n%d. %s\n\n", s.step, text)
}

// say prints a remark.
func (s *stage) say(format string, args ...any) { fmt.Printf("   "+format+"\n", args...) }

// command returns the binary with its output at 80 columns and without colour.
func (s *stage) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, s.binary, args...)
	c.Dir = s.dir
	c.Env = environment()
	return c
}

// show runs the binary as a user would and prints command and output, indented.
func (s *stage) show(ctx context.Context, args ...string) error {
	fmt.Println("   $ truepoint " + strings.Join(args, " "))
	began := time.Now()
	c := s.command(ctx, args...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	printIndented(out.String())
	if err != nil {
		return fmt.Errorf("truepoint %s: %w", args[0], err)
	}
	fmt.Printf("   (%.1f s)\n\n", time.Since(began).Seconds())
	return nil
}

func printIndented(text string) {
	for l := range strings.Lines(text) {
		fmt.Print(strings.TrimRight("     "+strings.TrimSuffix(l, "\n"), " ") + "\n")
	}
}

// environment shows the output at 80 columns and without colour.
func environment() []string { return append(os.Environ(), "COLUMNS=76", "NO_COLOR=1") }

// A server is a running `truepoint serve`.
type server struct{ *listen.Server }

// serve starts the server on a free port and waits until it says where it listens.
func (s *stage) serve(ctx context.Context) (*server, error) {
	fmt.Println("   $ truepoint serve -p 0 &")
	srv, err := listen.Start(ctx, s.binary, s.dir, environment(), func(line string) {
		if line != "stopped" { // the demo's last line is the result
			fmt.Println("     " + line)
		}
	})
	if err != nil {
		return nil, err
	}
	return &server{srv}, nil
}

// post sends a JSON body and returns the body of a 200.
func (srv *server) post(ctx context.Context, path string, body any) ([]byte, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL+path, bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	b, err = io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("POST %s: %s: %s", path, answer.Status, b)
	}
	return b, err
}
