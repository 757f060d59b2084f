package tablefile

import (
	"strconv"

	"github.com/truepoint/truepoint/eventtime"
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
	i, err := eventtime.FromUnit(n, c.opt.Unit)
	if err == nil && c.moment {
		err = eventtime.CheckPlausible(i, n, c.opt.Unit)
	}
	return i, err
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
