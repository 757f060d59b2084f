package reads

import (
	"net"
	"strings"
	"testing"
	"time"
)

func TestOneAfterTheOtherTakesTheSumOfBothAtEachQuantile(t *testing.T) {
	t.Parallel()
	took := func(microseconds ...int) (r Result) {
		for _, m := range microseconds {
			r.Took = append(r.Took, time.Duration(m)*time.Microsecond)
		}
		return r
	}
	a, b := took(10, 20, 30, 40), took(1, 5)
	a.Used, b.Stored = 400*time.Microsecond, 20*time.Microsecond
	got := a.Plus(b)
	if want := took(11, 21, 35, 45); got.P50() != want.P50() || got.Took[0] != want.Took[0] || got.Took[3] != want.Took[3] {
		t.Errorf("got %v, want %v", got.Took, want.Took)
	}
	if got.CPU() != 100 || got.AllCPU() != 110 {
		t.Errorf("got %v CPU-µs and %v with the store, want 100 and 110", got.CPU(), got.AllCPU())
	}
}

func TestALoadReadsAnswersOfEitherServer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ answer, fault string }{
		{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", ""},
		{"HTTP/1.1 200 OK\r\nserver: uvicorn\r\ncontent-length: 2\r\n\r\nok", ""},
		{"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n", "500"},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "length"},
	} {
		address := answering(t, c.answer)
		err := NewLoad("http://"+address, "/", [][]byte{[]byte("{}")}).Warm(3)
		if (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%q: got %v, want a fault about %q", c.answer, err, c.fault)
		}
	}
}

// answering returns the address of a server that answers every request with a text.
func answering(t *testing.T, text string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for b := make([]byte, 1024); ; {
					if _, err := c.Read(b); err != nil {
						return
					}
					if _, err := c.Write([]byte(text)); err != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}
