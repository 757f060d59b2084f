package embeddedonline_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/selftest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/embeddedonline"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/value"
)

func TestMain(m *testing.M) {
	selftest.Do(child)
	goleak.VerifyTestMain(m)
}

// child opens dir and obeys the lines on its standard input, with one line of answer each: "owner", "put FIRST COUNT
// EVENT", "count", "write FIRST" (puts single cells from FIRST on for ever and answers each), "close".
func child(dir string) error {
	s, err := embeddedonline.Open(context.Background(), dir, nil)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		answer, err := obey(s, lines.Text())
		if err != nil {
			return fmt.Errorf("%s: %w", lines.Text(), err)
		}
		fmt.Println(answer)
	}
	return s.Close()
}

func obey(s *embeddedonline.Store, line string) (string, error) {
	ctx := context.Background()
	var verb string
	var first, count, event int64
	fmt.Sscan(line, &verb, &first, &count, &event)
	switch verb {
	case "owner":
		return fmt.Sprint(s.Owner()), nil
	case "put":
		_, err := s.PutBatch(ctx, "p/v/1", cells(first, count, event))
		return "put", err
	case "count":
		n := 0
		err := s.Scan(ctx, "p/v/1", func(online.Cell) bool { n++; return true })
		return fmt.Sprint(n), err
	case "write":
		for n := first; ; n++ {
			if _, err := s.PutBatch(ctx, "p/v/1", cells(n, 1, 1)); err != nil {
				return "", err
			}
			fmt.Println("wrote", n)
		}
	case "close":
		return "closed", s.Close()
	}
	return "", fmt.Errorf("unknown verb %q", verb)
}

// cells returns count cells of ascending keys, readable without a testing.TB.
func cells(first, count, event int64) []online.Cell {
	out := make([]online.Cell, count)
	for i := range out {
		k, err := value.AppendKey(nil, []value.Value{value.OfInt64(first + int64(i))})
		if err != nil {
			panic(err)
		}
		v := onlinetest.At(eventtime.Instant(event))
		out[i] = online.Cell{Key: k, Row: value.AppendTombstone(nil, v)}
	}
	return out
}

// A process is a running child.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func start(t *testing.T, dir string) *process {
	t.Helper()
	p := &process{cmd: selftest.Command(t, dir)}
	p.cmd.Stderr = os.Stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.kill() })
	if got := p.line(t); got != "ready" {
		t.Fatalf("child: got %q, want ready", got)
	}
	return p
}

func (p *process) line(t *testing.T) string {
	t.Helper()
	s, err := p.out.ReadString('\n')
	if err != nil {
		t.Fatalf("child: %v", err)
	}
	return strings.TrimSuffix(s, "\n")
}

// tell sends a line without waiting for the answer.
func (p *process) tell(t *testing.T, format string, args ...any) {
	t.Helper()
	if _, err := fmt.Fprintf(p.in, format+"\n", args...); err != nil {
		t.Fatalf("child: %v", err)
	}
}

func (p *process) ask(t *testing.T, format string, args ...any) string {
	t.Helper()
	p.tell(t, format, args...)
	return p.line(t)
}

// kill ends the child as kill -9 does and waits for its end.
func (p *process) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}
