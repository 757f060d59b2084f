package embeddedonline

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online"
)

// idleMax bounds the connections that a client keeps for later calls.
const idleMax = 8

// A client hands calls to the process that owns the directory, each over a connection of its own while it runs.
type client struct {
	socket string

	mu     sync.Mutex
	closed bool
	idle   []*connection
}

type connection struct {
	net.Conn
	*wire
}

// dial finds the owner of dir. Errors: errOwnerGone when there is none that answers, FailedPrecondition for one that
// speaks another protocol.
func dial(ctx context.Context, dir string) (*client, error) {
	a, ok := announced(dir)
	if !ok {
		return nil, errOwnerGone
	}
	c := &client{socket: a.socket}
	first, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	c.idle = append(c.idle, first)
	return c, nil
}

func (c *client) connect(ctx context.Context) (*connection, error) {
	var d net.Dialer
	n, err := d.DialContext(ctx, "unix", c.socket)
	if err != nil {
		return nil, gone(ctx)
	}
	release := context.AfterFunc(ctx, func() { n.Close() })
	defer release()
	var got [greetingBytes]byte
	_, err = io.WriteString(n, greeting+string(rune(protocolVersion)))
	if err == nil {
		_, err = io.ReadFull(n, got[:])
	}
	if err != nil {
		n.Close()
		return nil, gone(ctx)
	}
	if string(got[:]) != greeting+string(rune(protocolVersion)) {
		n.Close()
		return nil, errs.New(errs.FailedPrecondition, "the process that owns the online store speaks version %d of its protocol, this one %d", got[len(greeting)], protocolVersion).WithID("T0606").
			WithHint("run the same version of truepoint in both, or end the other process first")
	}
	return &connection{n, newWire(n)}, nil
}

// gone is the error for a connection that broke: that of ctx if it ended, which breaks connections too.
func gone(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return errOwnerGone
}

// take returns an idle connection or a new one.
func (c *client) take(ctx context.Context) (*connection, error) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil, errOwnerGone // the Store knows whether it was closed or taken over
	}
	if n := len(c.idle); n > 0 {
		conn := c.idle[n-1]
		c.idle = c.idle[:n-1]
		c.mu.Unlock()
		return conn, nil
	}
	c.mu.Unlock()
	return c.connect(ctx)
}

// give returns a connection on which no answer is outstanding.
func (c *client) give(conn *connection) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || len(c.idle) >= idleMax {
		conn.Close()
		return
	}
	c.idle = append(c.idle, conn)
}

// errUnfinished ends an exchange early: the connection cannot be used again, but nothing failed.
var errUnfinished = errors.New("embeddedonline: unfinished exchange")

// exchange runs one request and its answer. A failure that the owner sent keeps the connection; any other closes it.
// Failures of the connection become errOwnerGone, or the error of ctx.
func (c *client) exchange(ctx context.Context, run func(*connection) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	conn, err := c.take(ctx)
	if err != nil {
		return err
	}
	release := context.AfterFunc(ctx, func() { conn.Close() })
	err = run(conn)
	var failure *errs.Error
	answered := err == nil || errors.As(err, &failure)
	if release() && answered {
		c.give(conn)
		return err
	}
	conn.Close()
	switch {
	case answered:
		return err
	case errors.Is(err, errUnfinished):
		return nil
	case errors.Is(err, errFrame):
		return errs.Wrap(err, errs.Internal, "the process that owns the online store sent something unexpected")
	}
	return gone(ctx)
}

// expect reads a frame of kind k; a failure frame is returned as its error.
func (conn *connection) expect(k kind) (*body, error) {
	got, b, err := conn.receive()
	switch {
	case err != nil:
		return nil, err
	case got == kindFailure:
		return nil, b.failure()
	case got != k:
		return nil, errFrame
	}
	return b, nil
}

// request sends one frame and flushes it.
func (conn *connection) request(k kind, body []byte) error {
	if err := conn.send(k, body); err != nil {
		return err
	}
	return conn.flush()
}

// GetBatch implements backend. Requests beyond the size of a frame are sent one after the other.
func (c *client) GetBatch(ctx context.Context, items []online.TableKeys) error {
	return c.exchange(ctx, func(conn *connection) error {
		var q getRequest
		for n := range items {
			item := &items[n]
			for lo := 0; lo < len(item.Keys); {
				lo = q.add(item, lo)
				if len(q.body) < frameBytes {
					continue
				}
				if err := q.run(conn); err != nil {
					return err
				}
			}
		}
		return q.run(conn)
	})
}

// A getRequest is a get frame in the making and the places of its answers.
type getRequest struct {
	body []byte
	rows [][][]byte
}

// add appends keys of item from lo on, as many as fit, and returns where the next request goes on.
func (q *getRequest) add(item *online.TableKeys, lo int) int {
	hi, size := lo, len(q.body)
	for hi < len(item.Keys) && (hi == lo || size < frameBytes) {
		size += len(item.Keys[hi]) + 10
		hi++
	}
	q.body = appendBytes(q.body, item.Table)
	q.body = appendNumber(q.body, hi-lo)
	for _, k := range item.Keys[lo:hi] {
		q.body = appendBytes(q.body, k)
	}
	q.rows = append(q.rows, item.Rows[lo:hi])
	return hi
}

// run sends the request, if it asks for anything, and fills the rows.
func (q *getRequest) run(conn *connection) error {
	if len(q.rows) == 0 {
		return nil
	}
	if err := conn.request(kindGet, q.body); err != nil {
		return err
	}
	b := &body{}
	for _, rows := range q.rows {
		for i := range rows {
			for !b.more() {
				if err := b.err(); err != nil {
					return err
				}
				var err error
				if b, err = conn.expect(kindRows); err != nil {
					return err
				}
				if !b.more() {
					return errFrame
				}
			}
			if rows[i] = b.row(); b.bad {
				return errFrame
			}
		}
	}
	q.body, q.rows = q.body[:0], q.rows[:0]
	return b.err()
}

// PutBatch implements backend.
func (c *client) PutBatch(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
	return c.hand(ctx, kindPut, table, cells)
}

// hand sends cells, in pieces, for the owner to do with them what k says.
func (c *client) hand(ctx context.Context, k kind, table string, cells []online.Cell) (r online.PutResult, err error) {
	if err := online.CheckCells(table, cells); err != nil {
		return r, err
	}
	err = c.exchange(ctx, func(conn *connection) error {
		if err := conn.send(k, appendBytes(nil, table)); err != nil {
			return err
		}
		var out []byte
		for _, cell := range cells {
			if out = appendCell(out, cell); len(out) >= frameBytes {
				if err := conn.send(kindCells, out); err != nil {
					return err
				}
				out = out[:0]
			}
		}
		if err := conn.send(kindCells, out); err != nil {
			return err
		}
		if err := conn.request(kindEnd, nil); err != nil {
			return err
		}
		b, err := conn.expect(kindCount)
		if err != nil {
			return err
		}
		r = b.result()
		return b.err()
	})
	return r, err
}

// scan implements backend.
func (c *client) scan(ctx context.Context, table string, after []byte, yield func(online.Cell) bool) error {
	return c.exchange(ctx, func(conn *connection) error {
		if err := conn.request(kindScan, appendRow(appendBytes(nil, table), after)); err != nil {
			return err
		}
		for {
			k, b, err := conn.receive()
			switch {
			case err != nil:
				return err
			case k == kindEnd:
				return b.err()
			case k == kindFailure:
				return b.failure()
			case k != kindCells:
				return errFrame
			}
			for b.more() {
				cell := b.cell()
				if b.bad {
					return errFrame
				}
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if !yield(cell) {
					return errUnfinished
				}
			}
		}
	})
}

// Tables implements backend.
func (c *client) Tables(ctx context.Context) (names []string, err error) {
	err = c.exchange(ctx, func(conn *connection) error {
		if err := conn.request(kindTables, nil); err != nil {
			return err
		}
		b, err := conn.expect(kindNames)
		if err != nil {
			return err
		}
		names = nil
		for b.more() {
			names = append(names, string(b.bytes()))
		}
		return b.err()
	})
	return names, err
}

// Drop implements backend.
func (c *client) Drop(ctx context.Context, table string) error {
	return c.exchange(ctx, func(conn *connection) error {
		if err := conn.request(kindDrop, appendBytes(nil, table)); err != nil {
			return err
		}
		b, err := conn.expect(kindEnd)
		if err != nil {
			return err
		}
		return b.err()
	})
}

// Close closes the idle connections; those in use are closed when their call ends.
func (c *client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, conn := range c.idle {
		conn.Close()
	}
	c.idle = nil
	return nil
}
