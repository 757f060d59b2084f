package postgrestest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// A Pair is a primary and its synchronous standby, which end with the test.
type Pair struct{ Primary, Standby *Server }

// A Server is one that a test started.
type Server struct {
	Address string
	data    string
	port    string
}

// NewPair starts a primary that commits once its standby has written, and the standby. It skips the test where
// scripts/postgres.sh did not run.
func NewPair(t *testing.T) *Pair {
	t.Helper()
	Address(t)
	dir, err := os.MkdirTemp("", "pg") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if os.Geteuid() == 0 { // the server refuses root
		run(t, exec.Command("chown", "postgres", dir))
	}
	server := func(name, port string) *Server {
		return &Server{Address: "postgres:///postgres?user=postgres&host=" + dir + "&port=" + port, data: filepath.Join(dir, name), port: port}
	}
	p := &Pair{server("primary", "5432"), server("standby", "5433")}
	postgres(t, "initdb", "-D", p.Primary.data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
	conf := "listen_addresses = ''\nunix_socket_directories = '" + dir + "'\nfsync = off\nmax_connections = 200\nshared_buffers = 16MB\n"
	if err := appendFile(filepath.Join(p.Primary.data, "postgresql.conf"), conf); err != nil {
		t.Fatal(err)
	}
	p.Primary.Start(t)
	postgres(t, "pg_basebackup", "-D", p.Standby.data, "-R", "-X", "stream", "-c", "fast", "--no-sync", "-d", "host="+dir+" port=5432 user=postgres application_name=standby")
	p.Standby.Start(t)
	p.Primary.Exec(t, "ALTER SYSTEM SET synchronous_standby_names = 'standby'", "SELECT pg_reload_conf()")
	p.Await(t)
	return p
}

// Await waits until the primary counts its standby as synchronous.
func (p *Pair) Await(t *testing.T) {
	p.Primary.Until(t, "SELECT sync_state = 'sync' FROM pg_stat_replication")
}

// Start starts the server, perhaps again after Stop, and waits until it answers.
func (s *Server) Start(t *testing.T) {
	t.Helper()
	postgres(t, "pg_ctl", "-D", s.data, "-l", s.data+".log", "-o", "-p "+s.port, "-w", "start")
	t.Cleanup(func() { s.Stop(t) })
}

// Stop ends the server as a crash does, if it runs.
func (s *Server) Stop(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(s.data, "postmaster.pid")); err == nil {
		postgres(t, "pg_ctl", "-D", s.data, "-m", "immediate", "-w", "stop")
	}
}

// Promote makes a standby a primary.
func (s *Server) Promote(t *testing.T) {
	t.Helper()
	postgres(t, "pg_ctl", "-D", s.data, "-w", "promote")
}

// Freeze stops the process of a standby that takes what the primary sends, and returns what makes it go on.
func (s *Server) Freeze(t *testing.T) (thaw func()) {
	t.Helper()
	var pid int
	s.connected(t, func(ctx context.Context, c *pgx.Conn) error {
		return c.QueryRow(ctx, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walreceiver'").Scan(&pid)
	})
	signal := func(n syscall.Signal) {
		if err := syscall.Kill(pid, n); err != nil {
			t.Errorf("the receiver %d of the standby: %v", pid, err)
		}
	}
	signal(syscall.SIGSTOP)
	return func() { signal(syscall.SIGCONT) }
}

// Exec runs statements, each on a connection of its own.
func (s *Server) Exec(t *testing.T, statements ...string) {
	t.Helper()
	for _, text := range statements {
		s.connected(t, func(ctx context.Context, c *pgx.Conn) error {
			_, err := c.Exec(ctx, text)
			return err
		})
	}
}

// Until waits until a query of the server returns true.
func (s *Server) Until(t *testing.T, query string) {
	t.Helper()
	s.connected(t, func(ctx context.Context, c *pgx.Conn) error {
		ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			rows, err := c.Query(ctx, query)
			if err != nil {
				return err
			}
			if answers, err := pgx.CollectRows(rows, pgx.RowTo[bool]); err != nil || slices.Contains(answers, true) {
				return err
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("it never became true: %s", query)
			case <-tick.C:
			}
		}
	})
}

func (s *Server) connected(t *testing.T, f func(context.Context, *pgx.Conn) error) {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, s.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if err := f(ctx, c); err != nil {
		t.Fatal(err)
	}
}

// postgres runs a program of PostgreSQL, as the user postgres if this is root.
func postgres(t *testing.T, name string, args ...string) {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil {
		t.Fatal(err)
	}
	path := name
	if len(found) > 0 {
		slices.SortFunc(found, func(a, b string) int { return version(a) - version(b) })
		path = found[len(found)-1]
	}
	if os.Geteuid() == 0 {
		args = append([]string{"--reuid=postgres", "--regid=postgres", "--init-groups", path}, args...)
		path = "setpriv"
	}
	c := exec.Command(path, args...)
	c.Dir = os.TempDir() // which that user may enter
	run(t, c)
}

// version returns the number in the path of a program.
func version(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path)))) // no number sorts first
	return n
}

func run(t *testing.T, c *exec.Cmd) {
	t.Helper()
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", c, err, out)
	}
}

func appendFile(name, text string) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
