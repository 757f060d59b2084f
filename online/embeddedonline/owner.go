package embeddedonline

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online"
)

// connectionsMax bounds the connections that an owner serves; one more is closed and its client tries again.
const connectionsMax = 1024

// An owner holds the directory's lock, keeps its cells and serves them to other Stores.
type owner struct {
	*engine
	lock     *lock
	listener *net.UnixListener
	grace    time.Duration
	ctx      context.Context // of the work for others; ends with the grace
	cancel   context.CancelFunc
	serving  sync.WaitGroup

	mu          sync.Mutex
	closing     bool
	connections map[net.Conn]bool // true while a request is under way
}

// own makes the holder of l the owner of dir: it makes or opens the store and starts to serve it.
func own(dir string, l *lock, opt *Options) (_ *owner, err error) {
	o := &owner{lock: l, grace: opt.Grace, connections: map[net.Conn]bool{}}
	defer func() {
		if err == nil {
			return
		}
		if o.listener != nil {
			err = errors.Join(err, o.listener.Close())
		}
		if o.engine != nil {
			err = errors.Join(err, o.engine.Close())
		}
		err = errors.Join(err, l.release())
	}()
	exists, err := inspect(dir) // again: before the lock it may have been in the making
	if err != nil {
		return nil, err
	}
	if !exists {
		if err := create(dir); err != nil {
			return nil, err
		}
	}
	if o.engine, err = openEngine(dir, opt); err != nil {
		return nil, err
	}
	var name string
	if o.listener, name, err = listen(dir); err != nil {
		return nil, err
	}
	if err = l.announce(name); err != nil {
		return nil, err
	}
	o.ctx, o.cancel = context.WithCancel(context.Background())
	o.serving.Go(o.accept)
	return o, nil
}

// Close finishes the requests that are under way, then the local calls, and gives the directory up.
func (o *owner) Close() error {
	o.mu.Lock()
	if o.closing {
		o.mu.Unlock()
		return nil
	}
	o.closing = true
	err := o.listener.Close() // removes the socket, too, while the lock is held
	for c, busy := range o.connections {
		if !busy {
			c.Close()
		}
	}
	o.mu.Unlock()
	cut := time.AfterFunc(o.grace, o.cutOff)
	o.serving.Wait()
	cut.Stop()
	o.cancel()
	return errors.Join(err, o.engine.Close(), o.lock.release())
}

// cutOff ends the requests that outlast the grace.
func (o *owner) cutOff() {
	o.cancel()
	o.mu.Lock()
	defer o.mu.Unlock()
	for c := range o.connections {
		c.Close()
	}
}

func (o *owner) accept() {
	for {
		c, err := o.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // out of descriptors: leave the client to its patience
			time.Sleep(10 * time.Millisecond)
			continue
		}
		if !o.admit(c) {
			c.Close()
			continue
		}
		o.serving.Go(func() { o.serve(c) })
	}
}

func (o *owner) admit(c net.Conn) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closing || len(o.connections) >= connectionsMax {
		return false
	}
	o.connections[c] = false
	return true
}

// mark notes whether a request is under way on c. It reports false when the owner closes and c must not go on.
func (o *owner) mark(c net.Conn, busy bool) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closing {
		return false
	}
	o.connections[c] = busy
	return true
}

// serve answers the requests of one connection until the client leaves or the owner closes.
func (o *owner) serve(c net.Conn) {
	defer func() {
		c.Close()
		o.mu.Lock()
		delete(o.connections, c)
		o.mu.Unlock()
	}()
	if !greet(c) {
		return
	}
	w := newWire(c)
	for {
		k, b, err := w.receive()
		if err != nil || !o.mark(c, true) {
			return
		}
		if err := o.answer(w, k, b); err != nil {
			return
		}
		if err := w.flush(); err != nil || !o.mark(c, false) {
			return
		}
	}
}

// greet exchanges greetings as the owner; false means that the client speaks something else.
func greet(c net.Conn) bool {
	var got [greetingBytes]byte
	if _, err := io.ReadFull(c, got[:]); err != nil || string(got[:len(greeting)]) != greeting {
		return false
	}
	_, err := io.WriteString(c, greeting+string(rune(protocolVersion)))
	return err == nil && got[len(greeting)] == protocolVersion
}

// answer carries one request out. An error ends the connection; failures of the request itself are sent.
func (o *owner) answer(w *wire, k kind, b *body) error {
	var err error
	switch k {
	case kindGet:
		err = o.answerGet(w, b)
	case kindPut:
		err = o.answerCells(w, b, func(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
			if err := online.CheckCells(table, cells); err != nil {
				return online.PutResult{}, err
			}
			return o.engine.PutBatch(ctx, table, cells)
		})
	case kindExpire:
		err = o.answerCells(w, b, func(ctx context.Context, table string, cells []online.Cell) (r online.PutResult, err error) {
			r.Written, err = o.engine.expire(ctx, table, cells)
			return r, err
		})
	case kindScan:
		err = o.answerScan(w, b)
	case kindTables:
		err = o.answerTables(w, b)
	case kindDrop:
		table := string(b.bytes())
		if err = b.err(); err == nil {
			err = o.engine.Drop(o.ctx, table)
		}
		if err == nil {
			return w.send(kindEnd, nil)
		}
	default:
		return errFrame
	}
	var sent *wireError
	if err == nil || errors.Is(err, errFrame) || errors.As(err, &sent) || o.ctx.Err() != nil || errors.Is(err, errClosed) {
		return err // the connection is of no use, or the work must be done elsewhere
	}
	return w.send(kindFailure, appendFailure(nil, err))
}

// A wireError is a failure to send.
type wireError struct{ err error }

func (e *wireError) Error() string { return e.err.Error() }
func (e *wireError) Unwrap() error { return e.err }

func sent(err error) error {
	if err == nil {
		return nil
	}
	return &wireError{err}
}

func (o *owner) answerGet(w *wire, b *body) error {
	var items []online.TableKeys
	for b.more() {
		item := online.TableKeys{Table: string(b.bytes())}
		n := b.count()
		item.Keys, item.Rows = make([][]byte, n), make([][]byte, n)
		for i := range item.Keys {
			item.Keys[i] = b.bytes()
		}
		items = append(items, item)
	}
	if err := b.err(); err != nil {
		return err
	}
	if err := o.engine.GetBatch(o.ctx, items); err != nil {
		return err
	}
	var out []byte
	for _, item := range items {
		for _, row := range item.Rows {
			if out = appendRow(out, row); len(out) >= frameBytes {
				if err := w.send(kindRows, out); err != nil {
					return sent(err)
				}
				out = out[:0]
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	return sent(w.send(kindRows, out))
}

// putBytesMax bounds what an owner collects of one handed batch before it writes: enough for sorted tables.
const putBytesMax = 64 << 20

// answerCells receives cells of a table, does something with them in order, and sends the sum of the results.
func (o *owner) answerCells(w *wire, b *body, do func(context.Context, string, []online.Cell) (online.PutResult, error)) error {
	table := string(b.bytes())
	if err := b.err(); err != nil {
		return err
	}
	var total online.PutResult
	var failed error
	var cells []online.Cell
	size := 0
	write := func() {
		if failed == nil && len(cells) > 0 {
			var r online.PutResult
			r, failed = do(o.ctx, table, cells)
			total.Add(r)
		}
		cells, size = nil, 0
	}
	for {
		k, b, err := w.receive()
		if err != nil {
			return sent(err)
		}
		if k == kindEnd {
			break
		}
		if k != kindCells {
			return errFrame
		}
		size += len(b.rest)
		for b.more() {
			cells = append(cells, b.cell())
		}
		if b.bad {
			return errFrame
		}
		if size >= putBytesMax {
			write()
		}
	}
	write()
	if failed != nil {
		return failed
	}
	return sent(w.send(kindCount, appendCount(nil, total)))
}

func (o *owner) answerScan(w *wire, b *body) error {
	table, after := string(b.bytes()), b.row()
	if err := b.err(); err != nil {
		return err
	}
	var out []byte
	var broken error
	err := o.engine.scan(o.ctx, table, after, func(c online.Cell) bool {
		if out = appendCell(out, c); len(out) >= frameBytes/8 {
			broken = sent(w.send(kindCells, out))
			out = out[:0]
		}
		return broken == nil
	})
	if err = errors.Join(broken, err); err != nil {
		return err
	}
	if err := w.send(kindCells, out); err != nil {
		return sent(err)
	}
	return sent(w.send(kindEnd, nil))
}

func (o *owner) answerTables(w *wire, b *body) error {
	if err := b.err(); err != nil {
		return err
	}
	names, err := o.engine.Tables(o.ctx)
	if err != nil {
		return err
	}
	var out []byte
	for _, n := range names {
		if out = appendBytes(out, n); len(out) > frameBytesMax/2 {
			return errs.New(errs.ResourceExhausted, "the names of %d online tables do not fit one answer", len(names))
		}
	}
	return sent(w.send(kindNames, out))
}
