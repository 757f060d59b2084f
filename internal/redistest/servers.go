package redistest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/rueidis"
)

// Names of the environment variables that scripts/redis.sh sets.
const (
	Single   = "TRUEPOINT_TEST_REDIS"
	Cluster  = "TRUEPOINT_TEST_REDIS_CLUSTER"
	Sentinel = "TRUEPOINT_TEST_REDIS_SENTINEL"
)

// Address returns the connection string of the servers for tests, and skips the test where there are none.
func Address(t testing.TB, variable string) string {
	t.Helper()
	address := os.Getenv(variable)
	if address == "" {
		t.Skip(variable + " names no servers: run make test-stores")
	}
	return address
}

var made atomic.Int64

// databases is how many the single server of scripts/redis.sh has.
const databases = 4096

// Database returns the connection string of an empty database of the single server, which belongs to the test.
func Database(t testing.TB) string {
	t.Helper()
	address := fmt.Sprintf("%s,db=%d", Address(t, Single), made.Add(1)%databases)
	c := Connect(t, address)
	empty := func() {
		if err := c.Do(context.Background(), c.B().Flushdb().Build()).Error(); err != nil {
			t.Error(err)
		}
	}
	empty()
	t.Cleanup(empty)
	return address
}

// Prefix returns a prefix of keys that no other test uses.
func Prefix() string { return fmt.Sprintf("test:%d:%d:", os.Getpid(), made.Add(1)) }

// Connect returns a client of one server for the test itself; the address is host:port, perhaps with ",db=n".
func Connect(t testing.TB, address string) rueidis.Client {
	t.Helper()
	host, rest, _ := strings.Cut(address, ",")
	o := rueidis.ClientOption{InitAddress: []string{host}, ForceSingleClient: true, DisableCache: true}
	if _, err := fmt.Sscanf(rest, "db=%d", &o.SelectDB); rest != "" && err != nil {
		t.Fatalf("%q: %v", address, err)
	}
	c, err := rueidis.NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// A Server is one that a test started.
type Server struct {
	Address string // host:port
	Dir     string
	args    []string
	command *exec.Cmd
	bus     string         // the port where it talks to others of its Cluster
	client  rueidis.Client // for Run; nil until it is used
}

// Start starts a server with options of redis-server, which ends with the test. It skips the test where scripts/redis.sh did
// not run.
func Start(t testing.TB, options ...string) *Server {
	t.Helper()
	return start(t, "--port", options)
}

// StartTLS starts a server that speaks TLS alone; the options name its certificates.
func StartTLS(t testing.TB, options ...string) *Server {
	t.Helper()
	return start(t, "--tls-port", append(options, "--port", "0"))
}

func start(t testing.TB, port string, options []string) *Server {
	t.Helper()
	Address(t, Single)
	s := &Server{Address: free(t), Dir: t.TempDir()}
	_, number, _ := net.SplitHostPort(s.Address)
	s.args = append([]string{port, number, "--bind", "127.0.0.1", "--dir", s.Dir, "--save", "", "--logfile", filepath.Join(s.Dir, "log")}, options...)
	s.Restart(t)
	t.Cleanup(func() { s.Kill(t) })
	return s
}

// free returns an address of the loopback interface where nobody listens.
func free(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Restart starts the server again after Kill, and waits until it listens.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.command = exec.Command("redis-server", s.args...)
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		if c, err := net.Dial("tcp", s.Address); err == nil {
			c.Close()
			tick.Stop()
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("redis-server %q does not start", s.args)
		case <-tick.C:
		}
	}
}

// Kill ends the server at once.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	if s.command == nil {
		return
	}
	if err := s.command.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = s.command.Wait() // its status says that it was killed
	s.command = nil
}
