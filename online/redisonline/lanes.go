package redisonline

import (
	"cmp"
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/redis/rueidis"

	"github.com/truepoint/truepoint/online"
)

// lanes are those of a driver: as many as there are readings at once, up to most. They have no say in what an error means:
// where a lane cannot be opened or used, the client is asked.
type lanes struct {
	settings *rueidis.ClientOption
	names    *names
	most     int

	without atomic.Int32 // readings that go without, because a lane could not be opened

	mu      sync.Mutex
	idle    []*lane
	all     map[*lane]struct{}
	opening int // that are not among all yet
	closed  bool
}

// lanesPerCore and lanesMax bound the lanes of a driver. A core is busy long before it has that many readings under way, and
// a server of Redis has to look after all connections of all its clients.
const (
	lanesPerCore = 16
	lanesMax     = 64
)

// laneRetry is how many readings the client is asked before a lane is opened again that could not be.
const laneRetry = 100

func newLanes(settings *rueidis.ClientOption, n *names) *lanes {
	return &lanes{settings: settings, names: n, most: min(lanesPerCore*runtime.GOMAXPROCS(0), lanesMax), all: map[*lane]struct{}{}}
}

// get fills the rows of items, which have count keys in all, until ctx ends, which has a deadline. done is false if the client
// is to be asked.
func (s *lanes) get(ctx context.Context, items []online.TableKeys, count int) (done bool, err error) {
	l, err := s.take(ctx)
	if l == nil {
		return patienceEnded(err), err
	}
	again, err := l.within(ctx, s.settings.ConnWriteTimeout, func() error { return l.get(s.names, items, count) })
	if again {
		s.give(l)
		return true, nil
	}
	s.drop(l)
	return err == nil || patienceEnded(err), err
}

// patienceEnded reports that an error is of waiting, which is not to begin again.
func patienceEnded(err error) bool {
	var ne net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &ne) && ne.Timeout()
}

// take returns a lane that nobody uses, opened if there is none; nil if there cannot be one or there are enough.
func (s *lanes) take(ctx context.Context) (*lane, error) {
	l, open := s.unused()
	if l != nil || !open {
		return l, nil
	}
	conn, err := s.dial(ctx)
	l = s.add(conn, err)
	if err == nil {
		again := false
		if again, err = l.within(ctx, s.settings.ConnWriteTimeout, func() error { return l.greet(s.greeting()) }); again {
			return l, nil
		}
		s.drop(l)
	}
	s.without.Store(laneRetry)
	return nil, err
}

// unused returns a lane that nobody uses. If there is none, open reports that the caller has to open one and add it.
func (s *lanes) unused() (l *lane, open bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.idle); n > 0 {
		l = s.idle[n-1]
		s.idle = s.idle[:n-1]
		return l, false
	}
	if len(s.all)+s.opening >= s.most || s.without.Load() > 0 && s.without.Add(-1) >= 0 {
		return nil, false
	}
	s.opening++
	return nil, true
}

// greeting returns what a new lane begins with.
func (s *lanes) greeting() (commands [][]string) {
	o := s.settings
	if o.Username != "" || o.Password != "" {
		commands = append(commands, []string{"AUTH", cmp.Or(o.Username, "default"), o.Password})
	}
	if o.SelectDB != 0 {
		commands = append(commands, []string{"SELECT", strconv.Itoa(o.SelectDB)})
	}
	return append(commands, []string{"CLIENT", "SETNAME", o.ClientName})
}

// dial connects as the client does.
func (s *lanes) dial(ctx context.Context) (net.Conn, error) {
	o := s.settings
	return o.DialCtxFn(ctx, o.InitAddress[0], &o.Dialer, o.TLSConfig)
}

// add ends the opening of a lane: with a connection, of which it makes a lane, or with an error.
func (s *lanes) add(conn net.Conn, err error) *lane {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opening--
	if err != nil {
		return nil
	}
	l := newLane(conn)
	s.all[l] = struct{}{}
	if s.closed {
		_ = conn.Close()
	}
	return l
}

func (s *lanes) give(l *lane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.idle = append(s.idle, l)
	}
}

// drop closes a lane that failed, and those that nobody uses, because what ended it has probably ended them.
func (s *lanes) drop(l *lane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range append(s.idle, l) {
		delete(s.all, l)
		_ = l.conn.Close()
	}
	s.idle = nil
}

// close ends all lanes, also those in use, and those that are opened later.
func (s *lanes) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed, s.idle = true, nil
	for l := range s.all {
		_ = l.conn.Close()
	}
}
