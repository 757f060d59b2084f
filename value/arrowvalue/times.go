package arrowvalue

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

func unitOf(u arrow.TimeUnit) eventtime.Unit {
	switch u {
	case arrow.Second:
		return eventtime.Seconds
	case arrow.Millisecond:
		return eventtime.Milliseconds
	case arrow.Microsecond:
		return eventtime.Microseconds
	}
	return eventtime.Nanoseconds
}

// timestamps fills a UnixTimestamp column. A type with a zone, whichever, counts from the epoch in UTC; one without
// holds local times of opt.Location.
func timestamps(dst *value.Column, a *array.Timestamp, opt *Options) error {
	dt := a.DataType().(*arrow.TimestampType)
	unit := unitOf(dt.Unit)
	local := localizer(dt, opt)
	nulls := a.NullN() > 0
	for i, n := range a.Values() {
		if nulls && a.IsNull(i) {
			dst.SetNull(i)
			continue
		}
		t := eventtime.Instant(n)
		if unit != eventtime.Microseconds || !t.Valid() {
			var err error
			if t, err = eventtime.FromUnit(int64(n), unit); err != nil {
				return opt.rowError(i, err)
			}
		}
		if local != nil {
			var err error
			if t, err = local.Instant(t); err != nil {
				return opt.rowError(i, err)
			}
		}
		dst.Ints[i] = int64(t)
	}
	return nil
}

// localizer returns nil where the numbers are instants already.
func localizer(dt *arrow.TimestampType, opt *Options) *eventtime.Localizer {
	if dt.TimeZone != "" || opt.Location == nil {
		return nil
	}
	return eventtime.NewLocalizer(opt.Location)
}

// fromNumber reads a number as a UnixTimestamp in the declared unit.
func (o *Options) fromNumber(n int64) (value.Value, error) {
	read := eventtime.FromUnit
	if o.Times {
		read = eventtime.MomentFromUnit
	}
	t, err := read(n, o.Unit)
	return value.OfInstant(t), err
}
