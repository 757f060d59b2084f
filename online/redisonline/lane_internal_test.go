package redisonline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"github.com/truepoint/truepoint/online"
)

// A scriptedServer is a server that takes asked bytes and then sends an answer in random pieces; a nil r sends it at once.
type scriptedServer struct {
	asked  int
	answer []byte
	r      *rand.Rand
}

// serve serves one end of a pipe and closes it.
func (s *scriptedServer) serve(c net.Conn, got *[]byte) {
	defer c.Close()
	*got = make([]byte, s.asked)
	if _, err := io.ReadFull(c, *got); err != nil {
		return
	}
	for left := s.answer; len(left) > 0; {
		n := len(left)
		if s.r != nil {
			n = min(n, 1+s.r.IntN(1+s.r.IntN(100_000)))
		}
		if _, err := c.Write(left[:n]); err != nil {
			return
		}
		left = left[n:]
	}
}

// readings returns random items with the rows that they are to get, the commands that ask for them, and the answer.
func readings(r *rand.Rand, n *names) (items []online.TableKeys, want [][][]byte, commands, answer []byte) {
	sizes := []int{0, 1, 30, 112, 112, 112, 4_000, 70_000}
	total := 0
	for i := range 1 + r.IntN(4) {
		t := online.TableKeys{Table: fmt.Sprintf("p/v%d/1", i)}
		rows := [][]byte(nil)
		for range r.IntN([]int{2, 30, 1500}[r.IntN(3)]) {
			key := make([]byte, 1+r.IntN(20))
			for j := range key {
				key[j] = byte(r.UintN(256))
			}
			row := []byte(nil)
			if size := sizes[r.IntN(len(sizes))]; r.IntN(5) > 0 && (size < 1000 || r.IntN(20) == 0) {
				row = bytes.Repeat([]byte{byte(r.UintN(256)), '\r', '\n', '$'}, size/4+1)[:size]
			}
			t.Keys, rows = append(t.Keys, key), append(rows, row)
			total++
		}
		t.Rows = make([][]byte, len(t.Keys))
		items, want = append(items, t), append(want, rows)
	}
	at := 0
	for i, t := range items {
		for k, key := range t.Keys {
			if at%mgetKeys == 0 {
				most := min(mgetKeys, total-at)
				commands = fmt.Appendf(commands, "*%d\r\n$4\r\nMGET\r\n", 1+most)
				answer = fmt.Appendf(answer, "*%d\r\n", most)
			}
			at++
			full := append(n.appendTable(nil, t.Table), key...)
			commands = fmt.Appendf(commands, "$%d\r\n%s\r\n", len(full), full)
			if row := want[i][k]; row == nil {
				answer = append(answer, "$-1\r\n"...)
			} else {
				answer = fmt.Appendf(answer, "$%d\r\n%s\r\n", len(row), row)
			}
		}
	}
	return items, want, commands, answer
}

func countOf(items []online.TableKeys) (n int) {
	for _, t := range items {
		n += len(t.Keys)
	}
	return n
}

func TestALaneTakesRowsHoweverTheyArrive(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r, n := rand.New(rand.NewPCG(seed, 3)), newNames("tp")
	for step := range 200 {
		items, want, commands, answer := readings(r, &n)
		if countOf(items) == 0 {
			continue
		}
		ours, theirs := net.Pipe()
		var got []byte
		done := make(chan struct{})
		go func() {
			defer close(done)
			(&scriptedServer{len(commands), answer, r}).serve(theirs, &got)
		}()
		err := newLane(ours).get(&n, items, countOf(items))
		_ = ours.Close()
		<-done
		if err != nil || !bytes.Equal(got, commands) {
			t.Fatalf("step %d: %v; commands %.200q, want %.200q", step, err, got, commands)
		}
		for i := range items {
			for k, row := range items[i].Rows {
				if !bytes.Equal(row, want[i][k]) || (row == nil) != (want[i][k] == nil) {
					t.Fatalf("step %d: row %d of %s: got %.100q, want %.100q", step, k, items[i].Table, row, want[i][k])
				}
			}
		}
	}
}

func TestALaneTakesNothingElseForRows(t *testing.T) {
	t.Parallel()
	n := newNames("tp")
	for _, answer := range []string{
		"-LOADING Redis is loading\r\n", "*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n", "*1\r\n$1\r\na\r\n", "*-1\r\n", "*2\r\n$1\r\na\r\n:7\r\n",
		"*2\r\n$1\r\na\r\n$1\r\nbb\r\n", "*2\r\n$1\r\na\r\n$1\r\n", "*2\r\n$1\na\r\n$1\r\nb\r\n", "*2\r\n$1x\r\na\r\n$1\r\nb\r\n",
		"*2\r\n$99999999999999999999\r\na\r\n", "*2\r\n$-2\r\n", "*2\r\n$\r\n", "", "*2", string(make([]byte, 2*receiveBytes)),
	} {
		items := []online.TableKeys{{Table: "p/v/1", Keys: [][]byte{{1}, {2}}, Rows: make([][]byte, 2)}}
		l := &lane{}
		l.write(&n, items, 2)
		ours, theirs := net.Pipe()
		var got []byte
		go (&scriptedServer{asked: len(l.out), answer: []byte(answer)}).serve(theirs, &got)
		if err := newLane(ours).get(&n, items, 2); err == nil {
			t.Errorf("%.60q was taken for the rows %q", answer, items[0].Rows)
		}
		_ = ours.Close()
	}
}

// A server that says nothing ends a reading by the patience of the settings or by the deadline of the caller, whichever is
// first, and neither lets the reading begin again.
func TestALaneWaitsNoLongerThanItMay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		caller, settings time.Duration
		deadline         bool // of the caller
	}{{time.Hour, 10 * time.Millisecond, false}, {10 * time.Millisecond, time.Hour, true}} {
		ours, theirs := net.Pipe()
		ctx, cancel := context.WithTimeout(t.Context(), c.caller)
		l := newLane(ours)
		again, err := l.within(ctx, c.settings, func() error { _, err := l.line(); return err })
		cancel()
		_ = theirs.Close()
		_ = ours.Close()
		if again || !patienceEnded(err) || errors.Is(err, context.DeadlineExceeded) != c.deadline {
			t.Errorf("%+v: got %v, and the lane may be used again: %t", c, err, again)
		}
	}
}
