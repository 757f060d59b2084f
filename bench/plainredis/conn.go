package plainredis

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"

	"github.com/truepoint/truepoint/bench/cells"
	"github.com/truepoint/truepoint/online"
)

// A Conn is one connection.
type Conn struct {
	conn net.Conn
	r    *bufio.Reader
	w    *bufio.Writer
	keys []byte // prefix of every key, as long as ours
	row  [cells.RowBytes + 2]byte
}

// Dial connects to a server.
func Dial(address string) (*Conn, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &Conn{conn: conn, r: bufio.NewReaderSize(conn, 1<<18), w: bufio.NewWriterSize(conn, 1<<17), keys: []byte("raw{}1abcdefghijklmno")}, nil
}

// Close ends the connection.
func (c *Conn) Close() { _ = c.conn.Close() }

// bulk sends a text made of parts.
func (c *Conn) bulk(parts ...[]byte) {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	var b [16]byte
	c.w.WriteByte('$')
	c.w.Write(strconv.AppendInt(b[:0], int64(n), 10))
	c.w.WriteString("\r\n")
	for _, p := range parts {
		c.w.Write(p)
	}
	c.w.WriteString("\r\n")
}

func (c *Conn) line() ([]byte, error) {
	l, err := c.r.ReadSlice('\n')
	if err == nil && l[0] == '-' {
		err = fmt.Errorf("redis: %s", bytes.TrimSpace(l))
	}
	return l, err
}

// Do sends a command and returns the first line of the answer, without its end.
func (c *Conn) Do(words ...string) (string, error) {
	fmt.Fprintf(c.w, "*%d\r\n", len(words))
	for _, w := range words {
		c.bulk([]byte(w))
	}
	if err := c.w.Flush(); err != nil {
		return "", err
	}
	l, err := c.line()
	return string(bytes.TrimSpace(l)), err
}

// rowHead begins a row in an answer.
var rowHead = fmt.Sprintf("$%d\r\n", cells.RowBytes)

// window is the number of commands between two looks at whether answers keep up.
const window, windows = 1_000, 8

// Set writes rows by SET, with up to windows × window of them unanswered.
func (c *Conn) Set(rows []online.Cell) error {
	free, done := make(chan struct{}, windows), make(chan error, 1)
	go func() {
		var failed error
		for i := range rows {
			if l, err := c.line(); err != nil || l[0] != '+' {
				failed = fmt.Errorf("SET: %s %v", l, err)
				break
			}
			if (i+1)%window == 0 {
				<-free
			}
		}
		done <- failed
	}()
	for i := range rows {
		if i%window == 0 {
			free <- struct{}{}
		}
		c.w.WriteString("*3\r\n$3\r\nSET\r\n")
		c.bulk(c.keys, rows[i].Key)
		c.bulk(rows[i].Row)
		if (i+1)%window == 0 {
			if err := c.w.Flush(); err != nil {
				return err
			}
		}
	}
	if err := c.w.Flush(); err != nil {
		return err
	}
	return <-done
}

// Get reads random rows of those that were written: one by GET, several by MGET.
func (c *Conn) Get(rows []online.Cell, r *rand.Rand, keys int) error {
	if keys == 1 {
		c.w.WriteString("*2\r\n$3\r\nGET\r\n")
	} else {
		fmt.Fprintf(c.w, "*%d\r\n$4\r\nMGET\r\n", keys+1)
	}
	for range keys {
		c.bulk(c.keys, rows[r.IntN(len(rows))].Key)
	}
	if err := c.w.Flush(); err != nil {
		return err
	}
	if keys > 1 {
		if _, err := c.line(); err != nil {
			return err
		}
	}
	for range keys {
		if l, err := c.line(); err != nil || string(l) != rowHead {
			return fmt.Errorf("GET: %q %v", l, err)
		}
		if _, err := io.ReadFull(c.r, c.row[:]); err != nil {
			return err
		}
	}
	return nil
}
