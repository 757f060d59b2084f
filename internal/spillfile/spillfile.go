// Package spillfile keeps rows of windows in temporary files while they are evaluated: the pit.Spill of a process that has a
// disk. A file holds blocks, each with records of one share, at places that memory alone knows; see ADR 23.
package spillfile

import (
	"context"
	"encoding/binary"
	"os"
	"sync"
	"sync/atomic"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/tablefile"
)

const (
	sharesMax  = 256
	blockBytes = 64 << 10 // a block is written when it has as many
)

// Open makes a temporary file in the directory that TMPDIR names, for pit.EvalOptions. Where the system lets it, the file
// has no name any more when Open returns, so that it is gone with the process, however that ends. It takes up to 16 MiB of
// memory, and 16 bytes for each 64 KiB of disk. Errors: those of tablefile.OSError.
func Open(ctx context.Context) (pit.Spill, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp("", "truepoint-*.spill")
	if err != nil {
		return nil, tablefile.OSError(err, "cannot make a temporary file for rows of windows")
	}
	s := &spill{file: f}
	if os.Remove(f.Name()) != nil { // some systems keep the name of an open file
		s.left = f.Name()
	}
	return s, nil
}

// A spill is one temporary file. Its methods have the errors of pit.Spill's: ResourceExhausted where the disk is full,
// DataLoss for a block that cannot be read whole.
type spill struct {
	file   *os.File
	left   string       // what Close has to remove; empty if nothing
	end    atomic.Int64 // where the next block begins
	shares [sharesMax]share
}

// A share is the records of one share: those written as blocks, and the last ones.
type share struct {
	mu     sync.Mutex // guards the members below
	last   []byte     // records, each behind its length
	blocks []block
}

type block struct{ at, bytes int64 }

func (s *spill) Append(ctx context.Context, number int, record []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	h := &s.shares[number]
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last = append(binary.AppendUvarint(h.last, uint64(len(record))), record...)
	if len(h.last) < blockBytes {
		return nil
	}
	b := block{bytes: int64(len(h.last))}
	b.at = s.end.Add(b.bytes) - b.bytes
	if _, err := s.file.WriteAt(h.last, b.at); err != nil {
		e := tablefile.OSError(err, "writing rows of windows to "+s.file.Name())
		if e.Code == errs.ResourceExhausted {
			e.Hint = "make room there, set TMPDIR to a directory with more, or ask for fewer entity rows or shorter windows"
		}
		return e
	}
	h.last, h.blocks = h.last[:0], append(h.blocks, b)
	return nil
}

func (s *spill) Records(ctx context.Context, number int, each func(record []byte) error) error {
	h := &s.shares[number]
	h.mu.Lock()
	defer h.mu.Unlock()
	var read []byte
	for _, b := range h.blocks {
		if err := ctx.Err(); err != nil {
			return err
		}
		if int64(cap(read)) < b.bytes {
			read = make([]byte, b.bytes)
		}
		read = read[:b.bytes]
		if _, err := s.file.ReadAt(read, b.at); err != nil {
			return errs.Wrap(err, errs.DataLoss, "reading rows of windows from %s", s.file.Name()).WithID("T0312").
				WithHint("check the disk of temporary files, TMPDIR")
		}
		if err := records(read, each); err != nil {
			return err
		}
	}
	return records(h.last, each)
}

// records calls each with the records of a block.
func records(block []byte, each func(record []byte) error) error {
	for len(block) > 0 {
		n, size := binary.Uvarint(block)
		if size <= 0 || n > uint64(len(block)-size) {
			return errs.New(errs.DataLoss, "rows of windows in a temporary file are damaged").WithID("T0312").
				WithHint("check the disk of temporary files, TMPDIR")
		}
		if err := each(block[size : size+int(n)]); err != nil {
			return err
		}
		block = block[size+int(n):]
	}
	return nil
}

// Close gives up the file.
func (s *spill) Close() error {
	err := s.file.Close()
	if s.left != "" {
		err = errs.Join(err, os.Remove(s.left))
	}
	return err
}
