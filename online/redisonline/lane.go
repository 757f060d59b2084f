package redisonline

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

// A lane is a connection of our own to a single server, for readings alone, one at a time. The client makes a text of each key,
// and gives each row of an answer memory of its own and a message around it; a lane writes keys where they are sent from, and
// its rows share memory. Whatever is unexpected is an error, and the client is asked instead.
type lane struct {
	conn  net.Conn
	watch *time.Timer // ends a wait that takes too long
	out   []byte      // the commands
	head  []byte      // of the keys of a table
	in    []byte      // what was received; in[at:] has not been taken yet
	at    int
	left  int    // rows that are expected
	rows  []byte // memory for them
}

const (
	receiveBytes = 64 << 10
	sendKeptMax  = 1 << 20  // of out, for the next reading
	rowsBytes    = 32 << 10 // shared by rows, more of which the runtime would not recycle as quickly
)

// errNoRows is for an answer that is not of rows. The client is asked again, and explains it.
var errNoRows = errors.New("the server answers something else than rows")

func newLane(conn net.Conn) *lane {
	l := &lane{conn: conn, in: make([]byte, 0, receiveBytes)}
	l.watch = time.AfterFunc(timeoutMax, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	l.watch.Stop()
	return l
}

// within has work talk to the server until ctx ends, and for no longer than timeout. again reports that the lane can be used
// once more. Errors: DeadlineExceeded of ctx, os.ErrDeadlineExceeded for timeout, those of the connection, errNoRows.
func (l *lane) within(ctx context.Context, timeout time.Duration, work func() error) (again bool, err error) {
	deadline, _ := ctx.Deadline()
	if err := l.conn.SetDeadline(deadline); err != nil {
		return false, err
	}
	l.watch.Reset(timeout)
	err = work()
	inTime := l.watch.Stop()
	if inTime && errors.Is(err, os.ErrDeadlineExceeded) {
		err = context.DeadlineExceeded
	}
	return inTime && err == nil, err
}

// greet sends commands that are answered by OK.
func (l *lane) greet(commands [][]string) error {
	l.out = l.out[:0]
	for _, c := range commands {
		l.out = appendNumber(l.out, '*', len(c))
		for _, word := range c {
			l.out = append(append(appendNumber(l.out, '$', len(word)), word...), "\r\n"...)
		}
	}
	if _, err := l.conn.Write(l.out); err != nil {
		return err
	}
	for range commands {
		if line, err := l.line(); err != nil || string(line) != "+OK" {
			return errors.Join(errNoRows, err)
		}
	}
	return nil
}

// get fills the rows of items, which have count keys in all.
func (l *lane) get(n *names, items []online.TableKeys, count int) error {
	l.write(n, items, count)
	_, err := l.conn.Write(l.out)
	if cap(l.out) > sendKeptMax {
		l.out = nil
	}
	l.left = count
	for i := range items {
		for k := range items[i].Keys {
			if err == nil && (count-l.left)%mgetKeys == 0 {
				err = l.array(min(mgetKeys, l.left))
			}
			if err != nil {
				return err
			}
			items[i].Rows[k], err = l.row(items[i].Room)
			l.left--
		}
	}
	l.rows = nil // it belongs to the callers
	return err
}

// write makes the commands, with mgetKeys keys each.
func (l *lane) write(n *names, items []online.TableKeys, count int) {
	l.out = l.out[:0]
	left := count
	for i := range items {
		l.head = n.appendTable(l.head[:0], items[i].Table)
		for _, k := range items[i].Keys {
			if (count-left)%mgetKeys == 0 {
				l.out = append(appendNumber(l.out, '*', 1+min(mgetKeys, left)), "$4\r\nMGET\r\n"...)
			}
			l.out = appendNumber(l.out, '$', len(l.head)+len(k))
			l.out = append(append(append(l.out, l.head...), k...), "\r\n"...)
			left--
		}
	}
}

func appendNumber(dst []byte, kind byte, n int) []byte {
	return append(strconv.AppendUint(append(dst, kind), uint64(n), 10), "\r\n"...)
}

// array takes the beginning of an array of n elements.
func (l *lane) array(n int) error {
	got, err := l.number('*')
	if err == nil && got != n {
		err = errNoRows
	}
	return err
}

// row takes a row, nil for one that is not there. It lies in a room that has room for it.
func (l *lane) row(room *online.Room) ([]byte, error) {
	n, err := l.number('$')
	if err != nil || n < 0 {
		return nil, err
	}
	row := room.Take(n)
	if row == nil {
		row = l.memory(n)
	}
	have := copy(row, l.in[l.at:])
	l.at += have
	if have < n {
		if _, err := io.ReadFull(l.conn, row[have:]); err != nil {
			return nil, err
		}
	}
	return row, l.end()
}

// end takes the end of a line.
func (l *lane) end() error {
	if len(l.in)-l.at >= 2 && l.in[l.at] == '\r' && l.in[l.at+1] == '\n' {
		l.at += 2
		return nil
	}
	rest, err := l.line()
	if err == nil && len(rest) > 0 {
		err = errNoRows
	}
	return err
}

// memory returns n bytes that rows of this reading share with others.
func (l *lane) memory(n int) []byte {
	if l.rows == nil || n > cap(l.rows)-len(l.rows) {
		l.rows = make([]byte, 0, max(n, min(rowsBytes, n*l.left)))
	}
	from := len(l.rows)
	l.rows = l.rows[:from+n]
	return l.rows[from : from+n : from+n]
}

// number takes a line of a kind and returns its number: −1 stands for nothing.
func (l *lane) number(kind byte) (int, error) {
	if n, ok := l.shortNumber(kind); ok {
		return n, nil
	}
	line, err := l.line()
	switch {
	case err != nil:
		return 0, err
	case len(line) < 2 || line[0] != kind:
		return 0, errNoRows
	case string(line[1:]) == "-1":
		return -1, nil
	}
	n := 0
	for _, c := range line[1:] {
		if n = n*10 + int(c-'0'); c < '0' || c > '9' || n > value.RowSizeMax {
			return 0, errNoRows
		}
	}
	return n, nil
}

// shortNumber is number for a line of one to five digits that was received whole; ok is false, and nothing is taken, for others.
func (l *lane) shortNumber(kind byte) (n int, ok bool) {
	in := l.in[l.at:]
	if len(in) < 8 || in[0] != kind {
		return 0, false
	}
	for i, c := range in[1:7] {
		if c == '\r' {
			if i == 0 || in[i+2] != '\n' {
				return 0, false
			}
			l.at += i + 3
			return n, true
		}
		if n = n*10 + int(c-'0'); c < '0' || c > '9' {
			return 0, false
		}
	}
	return 0, false
}

// line takes a line and returns it without its end. It is valid until the next call.
func (l *lane) line() ([]byte, error) {
	for seen := l.at; ; {
		if i := bytes.IndexByte(l.in[seen:], '\n'); i >= 0 {
			line := l.in[l.at : seen+i]
			l.at = seen + i + 1
			if len(line) == 0 || line[len(line)-1] != '\r' {
				return nil, errNoRows
			}
			return line[:len(line)-1], nil
		}
		l.in = append(l.in[:0], l.in[l.at:]...)
		l.at, seen = 0, len(l.in)
		if seen == cap(l.in) {
			return nil, errNoRows
		}
		n, err := l.conn.Read(l.in[seen:cap(l.in)])
		l.in = l.in[:seen+n]
		if n == 0 && err != nil {
			return nil, err
		}
	}
}
