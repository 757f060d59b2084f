package value

import (
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
)

// ParseDate returns the Date that text names as year-month-day. Errors: InvalidArgument for any other text.
func ParseDate(text string) (Value, error) {
	i, err := eventtime.Parse(text, nil)
	if err != nil || len(text) != len("2006-01-02") {
		return Value{}, errs.New(errs.InvalidArgument, "%q is not a date", clip(text)).WithID("T0113").
			WithHint("write year-month-day, such as 2026-03-12")
	}
	return OfDate(int32(eventtime.Floor(i, eventtime.Day) / eventtime.Instant(eventtime.Day))), nil
}

// AppendDate appends the text of a Date: year-month-day. Years before 0001 or after 9999 are written with more digits
// or a minus, which ParseDate refuses.
func AppendDate(dst []byte, v Value) []byte {
	return time.Unix(v.Int()*86400, 0).UTC().AppendFormat(dst, "2006-01-02")
}
