package tablefile

import (
	"encoding/binary"
	"time"

	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
)

// timesOf returns the function that turns the raw numbers of a batch into instants in place; it returns the index of
// a value that is none, with the reason. For columns that are not times it does nothing.
func (d *decoder) timesOf() func([]int64) (int, error) {
	unit := map[flatKind]eventtime.Unit{
		flatMillis: eventtime.Milliseconds, flatMicros: eventtime.Microseconds, flatNanos: eventtime.Nanoseconds,
	}[d.shape.flat]
	if unit == "" {
		return func([]int64) (int, error) { return 0, nil }
	}
	wall := d.localTimes()
	return func(ns []int64) (int, error) {
		for k, n := range ns {
			i := eventtime.Instant(n)
			if unit != eventtime.Microseconds || !i.Valid() {
				var err error
				if i, err = eventtime.FromUnit(n, unit); err != nil {
					return k, err
				}
			}
			if wall {
				var err error
				if i, err = d.clock.local.Instant(i); err != nil {
					return k, err
				}
			}
			ns[k] = int64(i)
		}
		return 0, nil
	}
}

// localTimes reports whether the column's times lack a zone and the source has one other than UTC.
func (d *decoder) localTimes() bool {
	if loc := d.clock.opt.Location; loc == nil || loc == time.UTC {
		return false
	}
	l, ok := d.part.file.parquet.meta.Schema.Column(d.shape.leaves[0]).LogicalType().(schema.TimestampLogicalType)
	return !ok || !l.IsAdjustedToUTC()
}

// julianEpoch is the Julian day of 1970-01-01.
const julianEpoch = 2440588

// int96s reads the old 12-byte timestamps: nanoseconds of a day, and the Julian day. They carry no zone.
func (d *decoder) int96s(r *file.Int96ColumnChunkReader) batchFunc {
	wall := d.localTimes()
	return func(at, size int) (int, error) {
		n, values, err := r.ReadBatch(int64(size), d.buf.int96s[:], d.levels(), nil)
		if err == nil {
			for k := range values {
				i, e := d.instant96(d.buf.int96s[k][:], wall)
				if e != nil {
					return 0, d.fault(at+d.rowOf(k, int(n)), e)
				}
				d.dst.Ints[at+k] = int64(i)
			}
		}
		return spread(d, d.dst.Ints, at, counts{int(n), values, err})
	}
}

func (d *decoder) instant96(b []byte, wall bool) (eventtime.Instant, error) {
	nanos, day := binary.LittleEndian.Uint64(b), int64(binary.LittleEndian.Uint32(b[8:]))
	if nanos >= uint64(24*time.Hour) {
		return 0, errs.New(errs.DataLoss, "the time of day is longer than a day")
	}
	i := eventtime.Instant(day-julianEpoch)*eventtime.Instant(eventtime.Day) + eventtime.Instant(nanos/1000)
	switch {
	case !i.Valid():
		return 0, errs.New(errs.OutOfRange, "the time is outside the years 0001 to 9999").WithID("T0107")
	case wall:
		return d.clock.local.Instant(i)
	}
	return i, nil
}
