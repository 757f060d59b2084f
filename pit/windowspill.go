package pit

import (
	"context"
	"encoding/binary"
	"hash/crc32"
	"sync"
	"sync/atomic"

	"github.com/truepoint/truepoint/errs"
)

// keptDefault is the default of EvalOptions.KeptMax.
const keptDefault = 1 << 30

// A room is the memory that the bags of a pass may take, and what they are spilled to beyond it.
type room struct {
	open func(ctx context.Context) (Spill, error) // nil for none
	max  int64
	kept atomic.Int64
}

func newRoom(opt *EvalOptions) *room {
	m := &room{max: keptDefault}
	if opt == nil {
		return m
	}
	m.open = opt.Spill
	if opt.KeptMax > 0 {
		m.max = opt.KeptMax
	}
	return m
}

// take takes bytes of m and reports whether they were there.
func (m *room) take(bytes int64) bool {
	if m.kept.Add(bytes) <= m.max {
		return true
	}
	m.kept.Add(-bytes)
	return false
}

// An overflow is the records of one run. What it gets back is proven to be what it gave: every record carries a checksum,
// and each share a count of its records and the sum of their checksums.
type overflow struct {
	able   bool // bags can be written
	room   *room
	mu     sync.Mutex // guards the members below
	spill  Spill      // opened with the first record
	shares []spilled
}

// A spilled is what is known of the records of a share.
type spilled struct{ records, sum uint64 }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// prepare makes o ready for the bags of r.
func (o *overflow) prepare(r *windowRun) {
	o.room, o.shares, o.able = r.room, make([]spilled, r.shares), r.room.open != nil
	for _, c := range r.stored {
		o.able = o.able && !r.types[c].Nested()
	}
}

// append adds a record to a share.
func (o *overflow) append(ctx context.Context, share int, record []byte) error {
	sum := crc32.Checksum(record, castagnoli)
	s, err := o.add(ctx, share, sum)
	if err != nil {
		return err
	}
	return s.Append(ctx, share, binary.LittleEndian.AppendUint32(record, sum))
}

// add accounts for a record and returns where it goes.
func (o *overflow) add(ctx context.Context, share int, sum uint32) (s Spill, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.spill == nil {
		if o.spill, err = o.room.open(ctx); err != nil {
			return nil, err
		}
	}
	o.shares[share].records++
	o.shares[share].sum += uint64(sum)
	return o.spill, nil
}

// records calls each with the records of a share. Errors: DataLoss if they are not those that were appended, after each may
// have been called with some.
func (o *overflow) records(ctx context.Context, share int, each func(record []byte) error) error {
	if o.shares[share].records == 0 {
		return nil
	}
	var seen spilled
	err := o.spill.Records(ctx, share, func(record []byte) error {
		n := len(record) - 4
		if n < 0 || crc32.Checksum(record[:n], castagnoli) != binary.LittleEndian.Uint32(record[n:]) {
			return spillError("a record is damaged")
		}
		seen.records++
		seen.sum += uint64(binary.LittleEndian.Uint32(record[n:]))
		return each(record[:n])
	})
	if err == nil && seen != o.shares[share] {
		return spillError("records are missing")
	}
	return err
}

func spillError(why string) error {
	return errs.New(errs.DataLoss, "rows of windows that were kept outside of memory come back changed: %s", why).WithID("T0312").
		WithHint("check the disk of temporary files, TMPDIR")
}

func (o *overflow) close() error {
	if o.spill == nil {
		return nil
	}
	return o.spill.Close()
}
