package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"

	"github.com/truepoint/truepoint/online"
)

// A raw is one connection that speaks the protocol by itself: the least that a client of Redis does.
type raw struct {
	conn net.Conn
	r    *bufio.Reader
	w    *bufio.Writer
	keys []byte // prefix of every key, as long as ours
	row  [rowBytes + 2]byte
}

func dial(address string) (*raw, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &raw{conn: conn, r: bufio.NewReaderSize(conn, 1<<18), w: bufio.NewWriterSize(conn, 1<<17), keys: []byte("raw{}1abcdefghijklmno")}, nil
}

func (c *raw) close() { _ = c.conn.Close() }

// bulk sends a text made of parts.
func (c *raw) bulk(parts ...[]byte) {
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

func (c *raw) line() ([]byte, error) {
	l, err := c.r.ReadSlice('\n')
	if err == nil && l[0] == '-' {
		err = fmt.Errorf("redis: %s", bytes.TrimSpace(l))
	}
	return l, err
}

func (c *raw) flush() error {
	c.w.WriteString("*1\r\n$8\r\nFLUSHALL\r\n")
	if err := c.w.Flush(); err != nil {
		return err
	}
	_, err := c.line()
	return err
}

// window is the number of commands between two looks at whether answers keep up.
const window, windows = 1_000, 8

// set writes cells by SET, with up to windows × window of them unanswered.
func (c *raw) set(cells []online.Cell) error {
	free, done := make(chan struct{}, windows), make(chan error, 1)
	go func() {
		var failed error
		for i := range cells {
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
	for i := range cells {
		if i%window == 0 {
			free <- struct{}{}
		}
		c.w.WriteString("*3\r\n$3\r\nSET\r\n")
		c.bulk(c.keys, cells[i].Key)
		c.bulk(cells[i].Row)
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

// get reads random rows: one by GET, several by MGET.
func (c *raw) get(cells []online.Cell, r *rand.Rand, keys int) error {
	if keys == 1 {
		c.w.WriteString("*2\r\n$3\r\nGET\r\n")
	} else {
		fmt.Fprintf(c.w, "*%d\r\n$4\r\nMGET\r\n", keys+1)
	}
	for range keys {
		c.bulk(c.keys, cells[r.IntN(len(cells))].Key)
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
		if l, err := c.line(); err != nil || string(l) != "$400\r\n" {
			return fmt.Errorf("GET: %q %v", l, err)
		}
		if _, err := io.ReadFull(c.r, c.row[:]); err != nil {
			return err
		}
	}
	return nil
}

// verify compares the number of keys, and some rows that a side wrote, with cells.
func (c *raw) verify(side int, cells []online.Cell) error {
	c.w.WriteString("*1\r\n$6\r\nDBSIZE\r\n")
	if err := c.w.Flush(); err != nil {
		return err
	}
	l, err := c.line()
	if err != nil {
		return err
	}
	meta := 2 // the driver's format and list of tables
	if side == 1 {
		meta = 0
	}
	if want := fmt.Sprintf(":%d\r\n", len(cells)+meta); string(l) != want {
		return fmt.Errorf("the server has %q keys, want %q", l, want)
	}
	return nil
}
