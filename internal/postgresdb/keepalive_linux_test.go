package postgresdb_test

import (
	"net"
	"syscall"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/postgresdb"
)

// idleOf returns after how many seconds a connection to address, made with an option, asks whether its other side lives.
func idleOf(t *testing.T, address, option string) int {
	t.Helper()
	pool, err := postgresdb.Open(t.Context(), "postgres://u@h/d?sslmode=disable"+option)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	c := pool.Config().ConnConfig
	if _, sent := c.RuntimeParams["keepalives_idle"]; sent {
		t.Error("the server would be sent a parameter that it does not know")
	}
	conn, err := c.DialFunc(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var idle int
	err = raw.Control(func(fd uintptr) {
		idle, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE)
	})
	if err != nil {
		t.Fatal(err)
	}
	return idle
}

func TestSilentServersAreAskedAfterKeepalivesIdle(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if got := idleOf(t, l.Addr().String(), "&keepalives_idle=77"); got != 77 {
		t.Errorf("asked after %d seconds, want 77", got)
	}
	if without, zero := idleOf(t, l.Addr().String(), ""), idleOf(t, l.Addr().String(), "&keepalives_idle=0"); without != zero {
		t.Errorf("0 seconds are %d, and no setting is %d", zero, without)
	}
	if _, err := postgresdb.Open(t.Context(), "postgres://u@h/d?keepalives_idle=soon"); errs.CodeOf(err) != errs.InvalidArgument {
		t.Errorf("no number: %v", err)
	}
}
