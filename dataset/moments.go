package dataset

import (
	"bufio"
	"encoding/binary"
	"io"
	"os"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/tablefile"
)

// momentsHeld is how many moments stay in memory, 8 MiB of them.
const momentsHeld = 1 << 20

// moments are the instants of the rows of a set, without None: the last ones in memory, those before them in a temporary
// file, eight bytes each. It finds the boundary of a split without sorting them.
type moments struct {
	held   []eventtime.Instant
	file   *os.File
	count  int64
	oldest eventtime.Instant
	newest eventtime.Instant
}

func (m *moments) add(asOf []eventtime.Instant) error {
	for _, at := range asOf {
		if at == eventtime.None {
			continue
		}
		if m.count == 0 {
			m.oldest, m.newest = at, at
		}
		m.oldest, m.newest = min(m.oldest, at), max(m.newest, at)
		m.count++
		if m.held = append(m.held, at); len(m.held) == momentsHeld {
			if err := m.spill(); err != nil {
				return err
			}
		}
	}
	return nil
}

// spill appends what is in memory to the file.
func (m *moments) spill() (err error) {
	if m.file == nil {
		if m.file, err = os.CreateTemp("", "truepoint-*.moments"); err != nil {
			return tablefile.OSError(err, "cannot make a temporary file")
		}
	}
	w := bufio.NewWriter(m.file)
	var b [8]byte
	for _, at := range m.held {
		binary.LittleEndian.PutUint64(b[:], uint64(at))
		if _, err := w.Write(b[:]); err != nil {
			break // which Flush says again
		}
	}
	m.held = m.held[:0]
	if err := w.Flush(); err != nil {
		return tablefile.OSError(err, "writing "+m.file.Name())
	}
	return nil
}

// each visits every moment.
func (m *moments) each(visit func(eventtime.Instant)) error {
	for _, at := range m.held {
		visit(at)
	}
	if m.file == nil {
		return nil
	}
	size := (m.count - int64(len(m.held))) * 8
	r, b := bufio.NewReader(io.NewSectionReader(m.file, 0, size)), [8]byte{}
	for range size / 8 {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return tablefile.OSError(err, "reading "+m.file.Name())
		}
		visit(eventtime.Instant(binary.LittleEndian.Uint64(b[:])))
	}
	return nil
}

// boundary returns the last moment of train: of the one at the share's place and the one before it, the one that leaves
// train nearer to its share, and no part empty. It is Max where there are less than two moments.
func (m *moments) boundary(share float64) (eventtime.Instant, error) {
	if m.count == 0 || m.oldest == m.newest {
		return eventtime.Max, nil
	}
	want := share * float64(m.count)
	at, err := m.nth(min(int64(want), m.count-1))
	if err != nil {
		return eventtime.None, err
	}
	below, upTo, before := int64(0), int64(0), eventtime.None
	if err := m.each(func(i eventtime.Instant) {
		if i < at {
			below, before = below+1, max(before, i)
		}
		if i <= at {
			upTo++
		}
	}); err != nil {
		return eventtime.None, err
	}
	if below == 0 || upTo < m.count && float64(upTo)-want < want-float64(below) {
		return at, nil
	}
	return before, nil
}

// nth returns the moment that has n others before it in order: 16 bits in each of four passes, from the highest.
func (m *moments) nth(n int64) (eventtime.Instant, error) {
	const digit = 16
	counts := make([]int64, 1<<digit)
	var known uint64 // the bits that are found
	for shift := 64 - digit; shift >= 0; shift -= digit {
		clear(counts)
		if err := m.each(func(i eventtime.Instant) {
			if bits := ordered(i); bits>>(shift+digit) == known { // Go shifts by 64 to 0
				counts[bits>>shift&(1<<digit-1)]++
			}
		}); err != nil {
			return eventtime.None, err
		}
		next := uint64(0)
		for n >= counts[next] {
			n -= counts[next]
			next++
		}
		known = known<<digit | next
	}
	return eventtime.Instant(known ^ 1<<63), nil
}

// ordered returns bits that sort like the instant.
func ordered(i eventtime.Instant) uint64 { return uint64(i) ^ 1<<63 }

// close removes the file.
func (m *moments) close() error {
	if m.file == nil {
		return nil
	}
	err := errs.Join(m.file.Close(), os.Remove(m.file.Name()))
	m.file = nil
	return err
}
