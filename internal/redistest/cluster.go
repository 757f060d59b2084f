package redistest

import (
	"context"
	"net"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// slots is how many a Cluster has.
const slots = 16384

// A Shard is a part of a Cluster: a primary and its replica, until a test makes them change places.
type Shard struct{ Primary, Replica *Server }

// StartCluster starts a Cluster whose every shard has a replica, and waits until it serves. It takes some three seconds to
// notice that a primary is gone and to choose its replica.
func StartCluster(t testing.TB, shards int) []Shard {
	t.Helper()
	all, members := make([]Shard, shards), []*Server(nil)
	for i := range all {
		all[i] = Shard{member(t), member(t)}
		members = append(members, all[i].Primary, all[i].Replica)
		all[i].Primary.Run(t, "CLUSTER", "ADDSLOTSRANGE", strconv.Itoa(i*slots/shards), strconv.Itoa((i+1)*slots/shards-1))
	}
	for i, m := range members {
		m.Run(t, "CLUSTER", "SET-CONFIG-EPOCH", strconv.Itoa(i+1))
		if host, port, _ := net.SplitHostPort(m.Address); i > 0 {
			members[0].Run(t, "CLUSTER", "MEET", host, port, m.bus)
		}
	}
	for _, m := range members {
		Until(t, m, "CLUSTER INFO", "cluster_known_nodes:"+strconv.Itoa(len(members)))
	}
	for _, s := range all {
		s.Replica.Run(t, "CLUSTER", "REPLICATE", s.Primary.Run(t, "CLUSTER", "MYID"))
		Until(t, s.Replica, "INFO replication", "master_link_status:up")
	}
	for _, m := range members {
		Until(t, m, "CLUSTER INFO", "cluster_state:ok")
	}
	return all
}

// member starts a server that is to be one of a Cluster.
func member(t testing.TB) *Server {
	t.Helper()
	_, bus, _ := net.SplitHostPort(free(t))
	s := Start(t, "--cluster-enabled", "yes", "--cluster-port", bus, "--cluster-node-timeout", "1000", "--repl-diskless-sync-delay", "0")
	s.bus = bus
	return s
}

// Run runs a command on the server and returns its answer as text.
func (s *Server) Run(t testing.TB, words ...string) string {
	t.Helper()
	answer, err := s.run(t.Context(), t, words)
	if err != nil {
		t.Fatalf("%s at %s: %v", strings.Join(words, " "), s.Address, err)
	}
	return answer
}

func (s *Server) run(ctx context.Context, t testing.TB, words []string) (string, error) {
	if s.client == nil {
		s.client = Connect(t, s.Address)
	}
	return s.client.Do(ctx, s.client.B().Arbitrary(words...).Build()).ToString()
}

// Until waits until the answer of the server to a command contains a text.
func Until(t testing.TB, s *Server, command, says string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		answer, err := s.run(ctx, t, strings.Fields(command))
		if err == nil && strings.Contains(answer, says) {
			tick.Stop()
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s at %s never said %q: %v\n%s", command, s.Address, says, err, answer)
		case <-tick.C:
		}
	}
}

// Freeze stops the server as it is: it keeps its connections and answers nothing until Thaw, or the end of the test.
func (s *Server) Freeze(t testing.TB) { s.signal(t, syscall.SIGSTOP) }

// Thaw makes a frozen server go on.
func (s *Server) Thaw(t testing.TB) { s.signal(t, syscall.SIGCONT) }

func (s *Server) signal(t testing.TB, n syscall.Signal) {
	t.Helper()
	if err := s.command.Process.Signal(n); err != nil {
		t.Fatal(err)
	}
}
