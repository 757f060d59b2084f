package socket_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/truepoint/truepoint/internal/socket"
)

// networks are those that a socket may have, each with the address to listen at.
func networks(t *testing.T) map[string]string {
	return map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "s")}
}

// connected returns both ends of a connection; ours is quiet.
func connected(t *testing.T, network, address string) (ours, theirs net.Conn) {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	theirs, err = net.Dial(network, l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if ours, err = socket.Listener(l).Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = ours.Close(), theirs.Close() })
	return ours, theirs
}

// onAll runs a test on a connection of each network.
func onAll(t *testing.T, test func(t *testing.T, ours, theirs net.Conn)) {
	for network, address := range networks(t) {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			ours, theirs := connected(t, network, address)
			test(t, ours, theirs)
		})
	}
}

// randomPieces returns pieces of all lengths, none among them, and their bytes in a row.
func randomPieces(seed, step uint64) (pieces [][]byte, all []byte) {
	source := rand.NewChaCha8([32]byte(binary.LittleEndian.AppendUint64(make([]byte, 24, 32), seed+step)))
	r := rand.New(source)
	for range r.IntN([]int{2, 30, 3000}[r.IntN(3)]) {
		p := make([]byte, r.IntN([]int{2, 500, 300_000}[r.IntN(3)]))
		if len(all) > 8<<20 {
			p = p[:min(len(p), 100)]
		}
		_, _ = source.Read(p)
		pieces, all = append(pieces, p), append(all, p...)
	}
	return pieces, all
}

func TestPiecesArriveInOrderWhateverTheirNumberAndLength(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	onAll(t, func(t *testing.T, ours, theirs net.Conn) {
		for step := range uint64(20) {
			pieces, all := randomPieces(seed, step)
			failed := make(chan error, 1)
			go func() {
				n, err := socket.WritePieces(ours, pieces)
				if err == nil && n != int64(len(all)) {
					err = io.ErrShortWrite
				}
				failed <- err
			}()
			got := make([]byte, len(all))
			if _, err := io.ReadFull(theirs, got); err != nil || !bytes.Equal(got, all) {
				t.Fatalf("step %d: got other bytes than the %d that were written, %v", step, len(all), err)
			}
			if err := <-failed; err != nil {
				t.Fatalf("step %d: %v", step, err)
			}
		}
	})
}

func TestWhatTheOtherSideWritesIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	onAll(t, func(t *testing.T, ours, theirs net.Conn) {
		_, all := randomPieces(seed, 100)
		go func() {
			_, _ = theirs.Write(all)
			_ = theirs.Close()
		}()
		got, err := io.ReadAll(ours)
		if err != nil || !bytes.Equal(got, all) {
			t.Errorf("got %d of %d bytes, %v", len(got), len(all), err)
		}
	})
}

func TestConcurrentWritingsDoNotMix(t *testing.T) {
	t.Parallel()
	onAll(t, func(t *testing.T, ours, theirs net.Conn) {
		const size, times = 200_000, 20
		for _, c := range []byte("ab") {
			go func() {
				for range times {
					_, _ = ours.Write(bytes.Repeat([]byte{c}, size))
				}
			}()
		}
		for range 2 * times {
			got := make([]byte, size)
			if _, err := io.ReadFull(theirs, got); err != nil || bytes.Count(got, got[:1]) != size {
				t.Fatalf("%d of %d bytes are as the first one, %v", bytes.Count(got, got[:1]), size, err)
			}
		}
	})
}

// A writing that waits for room, or a reading that waits for bytes, ends as on any connection.
func TestWaitingEndsAsOnOtherConnections(t *testing.T) {
	t.Parallel()
	calls := map[string]func(c net.Conn) error{
		"read":  func(c net.Conn) error { _, err := c.Read(make([]byte, 10)); return err },
		"write": func(c net.Conn) error { _, err := c.Write(make([]byte, 64<<20)); return err },
	}
	onAll(t, func(t *testing.T, ours, _ net.Conn) {
		for name, call := range calls {
			if err := ours.SetDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			err := call(ours)
			var ne net.Error
			var oe *net.OpError
			if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &ne) || !ne.Timeout() || !errors.As(err, &oe) || oe.Op != name {
				t.Errorf("%s after its deadline: got %v", name, err)
			}
		}
		_ = ours.SetDeadline(time.Time{})
		ended := make(chan error)
		for _, call := range calls {
			go func() { ended <- call(ours) }()
		}
		_ = ours.Close()
		for range calls {
			if err := <-ended; !errors.Is(err, net.ErrClosed) {
				t.Errorf("a call of a connection that was closed: got %v", err)
			}
		}
	})
}

func TestAConnectionThatIsCutOffSaysSo(t *testing.T) {
	t.Parallel()
	ours, theirs := connected(t, "tcp", "127.0.0.1:0")
	_ = theirs.(*net.TCPConn).SetLinger(0)
	_ = theirs.Close()
	_, err := ours.Read(make([]byte, 1))
	var oe *net.OpError
	if !errors.Is(err, syscall.ECONNRESET) || !errors.As(err, &oe) || oe.Op != "read" || oe.Addr == nil {
		t.Errorf("reading: got %v", err)
	}
	if n, err := ours.Write([]byte("x")); n != 0 || !errors.Is(err, syscall.EPIPE) {
		t.Errorf("writing: got %d, %v", n, err)
	}
}

func TestOurSideCanEndAlone(t *testing.T) {
	t.Parallel()
	onAll(t, func(t *testing.T, ours, theirs net.Conn) {
		half, ok := ours.(interface{ CloseWrite() error })
		if !ok {
			t.Skip("this system's connections are left as they are, and hide it")
		}
		if err := half.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if _, err := theirs.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("the other side: got %v", err)
		}
		go func() { _, _ = theirs.Write([]byte("x")) }()
		if n, err := ours.Read(make([]byte, 5)); n != 1 || err != nil {
			t.Errorf("our side: got %d, %v", n, err)
		}
	})
}

func TestReadingAndWritingAllocateNothing(t *testing.T) {
	ours, theirs := connected(t, "tcp", "127.0.0.1:0")
	other := socket.Quiet(theirs)
	message, got := make([]byte, 500), make([]byte, 500)
	pieces := make([][]byte, 3)
	allocations := testing.AllocsPerRun(200, func() {
		for i := range pieces {
			pieces[i] = message[:100]
		}
		_, err1 := other.Write(message[:200])
		_, err2 := io.ReadFull(ours, got[:200])
		_, err3 := socket.WritePieces(ours, pieces)
		_, err4 := io.ReadFull(other, got[:300])
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			t.Fatal(err)
		}
	})
	if allocations > 0 {
		t.Errorf("%.1f allocations for two messages", allocations)
	}
}

func TestWhatIsNoSocketStaysAsItIs(t *testing.T) {
	t.Parallel()
	a, b := net.Pipe()
	if socket.Quiet(a) != a {
		t.Error("a pipe was changed")
	}
	go func() { _, _ = socket.WritePieces(a, [][]byte{[]byte("one "), nil, []byte("two")}) }()
	got := make([]byte, 7)
	if _, err := io.ReadFull(b, got); err != nil || string(got) != "one two" {
		t.Errorf("got %q, %v", got, err)
	}
}
