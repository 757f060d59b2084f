package tablefile

import (
	"strconv"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A clock turns the times of one column into instants by the options of its file. The rules are eventtime's. It is
// not safe for concurrent use.
type clock struct {
	opt    *Options
	local  *eventtime.Localizer
	moment bool
}

func newClock(opt *Options, moment bool) *clock {
	return &clock{opt: opt, local: eventtime.NewLocalizer(opt.Location), moment: moment}
}

// number reads a count of the declared unit.
func (c *clock) number(n int64) (eventtime.Instant, error) {
	if c.moment {
		return eventtime.MomentFromUnit(n, c.opt.Unit)
	}
	return eventtime.FromUnit(n, c.opt.Unit)
}

// text reads RFC 3339 and naive forms, and whole numbers where a unit is declared.
func (c *clock) text(s string) (eventtime.Instant, error) {
	if c.opt.Unit != "" {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return c.number(n)
		}
	}
	return eventtime.Parse(s, c.opt.Location)
}

// A Converter converts the values of one column to its wanted type: times by the options, everything else by
// value.Convert. It is not safe for concurrent use.
type Converter struct {
	clock *clock
	to    value.Type
}

// NewConverter returns a converter to the type of c.
func NewConverter(opt *Options, c Column) *Converter {
	return &Converter{clock: newClock(opt, c.Moment), to: c.Type}
}

// Convert returns v as a value of the wanted type; null stays null. Errors: those of value.Convert and, for numbers
// and texts that become UnixTimestamp, those of eventtime.
func (c *Converter) Convert(v value.Value) (value.Value, error) {
	if c.to.Kind != value.UnixTimestamp {
		return value.Convert(v, c.to)
	}
	var i eventtime.Instant
	var err error
	switch v.Kind() {
	case value.Int32, value.Int64:
		i, err = c.clock.number(v.Int())
	case value.String:
		i, err = c.clock.text(v.Text())
	default:
		return value.Convert(v, c.to)
	}
	return value.OfInstant(i), err
}
