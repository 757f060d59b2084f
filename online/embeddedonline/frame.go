package embeddedonline

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online"
)

// The protocol of the socket. A connection starts with a greeting of eight bytes each way: "tpowner" and the version.
// Then the client sends a request and reads its answer, one after the other. Both are frames: four bytes of length,
// big-endian, counting what follows; one byte of kind; a body. In a body numbers are uvarints, texts and bytes are
// preceded by their length, and a row by its length plus one, 0 standing for no row.
const (
	greeting        = "tpowner"
	protocolVersion = 1
	greetingBytes   = len(greeting) + 1

	// frameBytesMax bounds a frame; a greater one is refused before it is read. A cell always fits.
	frameBytesMax = online.CellBytesMax + frameBytes
	// frameBytes is the size from which on a frame in the making is sent.
	frameBytes = 1 << 20
)

type kind byte

// Requests: get carries tables with keys; put a table, then cells frames, then end; scan a table, and the key behind
// which to start; tables nothing; drop a table; expire what put does. Answers: rows frames with one row per key asked
// for; count the result of a put, or as written how many cells expired; cells frames, then end; names; end; or failure in place of any.
const (
	kindGet     kind = 1
	kindPut     kind = 2
	kindScan    kind = 3
	kindTables  kind = 4
	kindDrop    kind = 5
	kindExpire  kind = 6
	kindCells   kind = 16
	kindEnd     kind = 17
	kindRows    kind = 18
	kindCount   kind = 19
	kindNames   kind = 20
	kindFailure kind = 21
)

// errFrame says that the other side does not keep to the protocol.
var errFrame = errors.New("embeddedonline: malformed frame")

// A wire reads and writes frames of one connection.
type wire struct {
	r *bufio.Reader
	w *bufio.Writer
}

func newWire(c io.ReadWriter) *wire {
	return &wire{bufio.NewReaderSize(c, 32<<10), bufio.NewWriterSize(c, 32<<10)}
}

// send writes one frame into the buffer; flush sends it.
func (w *wire) send(k kind, body []byte) error {
	var head [5]byte
	binary.BigEndian.PutUint32(head[:], uint32(len(body)+1))
	head[4] = byte(k)
	if _, err := w.w.Write(head[:]); err != nil {
		return err
	}
	_, err := w.w.Write(body)
	return err
}

func (w *wire) flush() error { return w.w.Flush() }

// receive reads one frame. The body belongs to the caller.
func (w *wire) receive() (kind, *body, error) {
	var head [5]byte
	if _, err := io.ReadFull(w.r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n == 0 || n > frameBytesMax {
		return 0, nil, errFrame
	}
	b := make([]byte, n-1)
	if _, err := io.ReadFull(w.r, b); err != nil {
		return 0, nil, err
	}
	return kind(head[4]), &body{rest: b}, nil
}

// A body takes a frame's body apart. After a failure every further item is empty and ok is false.
type body struct {
	rest []byte
	bad  bool
}

func (b *body) number() uint64 {
	n, size := binary.Uvarint(b.rest)
	if size <= 0 {
		b.bad, b.rest = true, nil
		return 0
	}
	b.rest = b.rest[size:]
	return n
}

// bytes returns the next item, which shares memory with the frame.
func (b *body) bytes() []byte { return b.take(b.number()) }

func (b *body) take(n uint64) []byte {
	if n > uint64(len(b.rest)) {
		b.bad, b.rest = true, nil
		return nil
	}
	out := b.rest[:n:n]
	b.rest = b.rest[n:]
	return out
}

// row returns the next row, nil for none.
func (b *body) row() []byte {
	n := b.number()
	if n == 0 {
		return nil
	}
	return b.take(n - 1)
}

// count returns the next number, which announces items of at least one byte each.
func (b *body) count() int {
	n := b.number()
	if n > uint64(len(b.rest)) {
		b.bad, b.rest = true, nil
		return 0
	}
	return int(n)
}

func (b *body) cell() online.Cell { return online.Cell{Key: b.bytes(), Row: b.bytes()} }

// more reports whether another item follows.
func (b *body) more() bool { return len(b.rest) > 0 }

// err returns errFrame if anything was malformed or left over.
func (b *body) err() error {
	if b.bad || len(b.rest) > 0 {
		return errFrame
	}
	return nil
}

func appendBytes[T string | []byte](dst []byte, b T) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

func appendNumber(dst []byte, n int) []byte { return binary.AppendUvarint(dst, uint64(n)) }

func appendRow(dst, row []byte) []byte {
	if row == nil {
		return append(dst, 0)
	}
	return append(binary.AppendUvarint(dst, uint64(len(row))+1), row...)
}

func appendCell(dst []byte, c online.Cell) []byte {
	return appendBytes(appendBytes(dst, c.Key), c.Row)
}

// appendCount encodes the result of a put; superseded is written plus one, so that 0 stands for unknown.
func appendCount(dst []byte, r online.PutResult) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(dst, uint64(r.Written)), uint64(r.Superseded+1))
}

func (b *body) result() online.PutResult {
	return online.PutResult{Written: int64(b.number()), Superseded: int64(b.number()) - 1}
}

// appendFailure encodes an error with its code, id and hint; the chain below it becomes text.
func appendFailure(dst []byte, err error) []byte {
	e := &errs.Error{Code: codeOf(err), Message: err.Error()}
	var ours *errs.Error
	if errors.As(err, &ours) {
		e.ID, e.Hint, e.Message = ours.ID, ours.Hint, ours.Message
		if ours.Err != nil {
			e.Message += ": " + ours.Err.Error()
		}
	}
	dst = binary.AppendUvarint(dst, uint64(e.Code))
	return appendBytes(appendBytes(appendBytes(dst, e.ID), e.Message), e.Hint)
}

// failure decodes what appendFailure wrote.
func (b *body) failure() error {
	e := &errs.Error{Code: errs.Code(b.number()), ID: string(b.bytes()), Message: string(b.bytes()), Hint: string(b.bytes())}
	if err := b.err(); err != nil {
		return err
	}
	return e
}
