package feature

import (
	"math/bits"
	"strconv"
	"strings"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
)

// A Schedule says how often a view is materialized: at a fixed distance, or by a cron line in UTC.
type Schedule struct {
	every                         eventtime.Duration // 0: a cron line
	minute, hour, day, month, dow uint64             // bit n: value n is in the field
	anyDay, anyDow                bool               // the field was *
}

type cronField struct {
	name     string
	min, max int
	names    []string // names[0] stands for min
}

var cronFields = [5]cronField{
	{"minute", 0, 59, nil}, {"hour", 0, 23, nil}, {"day of month", 1, 31, nil},
	{"month", 1, 12, []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
	{"day of week", 0, 7, []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
}

var cronMacros = map[string]string{
	"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
	"@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}

// ParseSchedule reads a duration ("1d", "@every 6h"), a cron line of five fields (minute, hour, day of month, month,
// day of week; *, lists, ranges, steps, English names) or a macro such as @daily. Days follow cron: where both day
// fields are restricted, either may match. Errors: InvalidArgument for anything else, a length of zero, a value
// outside its field, and a line that never comes true, such as 30 February.
func ParseSchedule(text string) (Schedule, error) {
	if len(text) > 256 {
		return Schedule{}, badSchedule("it has %d characters", len(text))
	}
	if line, ok := cronMacros[strings.ToLower(text)]; ok {
		text = line
	}
	length, every := strings.CutPrefix(text, "@every ")
	fields := strings.Fields(text)
	if every || len(fields) == 1 {
		d, err := eventtime.ParseDuration(strings.TrimSpace(length))
		if err != nil {
			return Schedule{}, badSchedule("%q is neither a duration nor a cron line", text)
		}
		if d <= 0 {
			return Schedule{}, badSchedule("a length of %q never ends", text)
		}
		return Schedule{every: d}, nil
	}
	if len(fields) != 5 {
		return Schedule{}, badSchedule("a cron line has 5 fields, this one has %d", len(fields))
	}
	return parseCron(fields)
}

func parseCron(fields []string) (Schedule, error) {
	var sets [5]uint64
	for i, f := range fields {
		set, err := cronFields[i].parse(f)
		if err != nil {
			return Schedule{}, err
		}
		sets[i] = set
	}
	if sets[4]&(1<<7) != 0 { // 7 is Sunday too
		sets[4] = sets[4]&^(1<<7) | 1
	}
	s := Schedule{minute: sets[0], hour: sets[1], day: sets[2], month: sets[3], dow: sets[4], anyDay: star(fields[2]), anyDow: star(fields[4])}
	if s.anyDow && !s.possibleDay() {
		return Schedule{}, badSchedule("no month of the line has such a day, so it never runs")
	}
	return s, nil
}

func star(field string) bool { return strings.HasPrefix(field, "*") }

func (s Schedule) possibleDay() bool {
	longest := [13]int{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	first := bits.TrailingZeros64(s.day)
	for m := 1; m <= 12; m++ {
		if s.month&(1<<m) != 0 && first <= longest[m] {
			return true
		}
	}
	return false
}

func (f cronField) parse(text string) (uint64, error) {
	var set uint64
	for part := range strings.SplitSeq(text, ",") {
		span, stepText, stepped := strings.Cut(part, "/")
		step := 1
		if stepped {
			n, ok := digits(stepText)
			if !ok || n == 0 || n > f.max {
				return 0, badSchedule("%s step %q is not between 1 and %d", f.name, stepText, f.max)
			}
			step = n
		}
		lo, hi := f.min, f.max
		if span != "*" {
			from, to, ranged := strings.Cut(span, "-")
			var ok bool
			if lo, ok = f.value(from); !ok {
				return 0, badSchedule("%s %q is not between %d and %d", f.name, from, f.min, f.max)
			}
			if !stepped {
				hi = lo
			}
			if ranged {
				if hi, ok = f.value(to); !ok || hi < lo {
					return 0, badSchedule("%s %q does not end a range from %d within %d to %d", f.name, to, lo, f.min, f.max)
				}
			}
		}
		for n := lo; n <= hi; n += step {
			set |= 1 << n
		}
	}
	return set, nil
}

func (f cronField) value(text string) (int, bool) {
	for i, name := range f.names {
		if strings.EqualFold(text, name) {
			return f.min + i, true
		}
	}
	n, ok := digits(text)
	return n, ok && n >= f.min && n <= f.max
}

// digits reads one to four decimal digits.
func digits(text string) (int, bool) {
	if text == "" || len(text) > 4 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

func badSchedule(format string, args ...any) *errs.Error {
	return errs.New(errs.InvalidArgument, "schedule: "+format, args...).WithID("T0131").
		WithHint("write a duration such as 1d, or a cron line such as 0 3 * * *")
}

// Next returns the first run strictly after i, for a duration counted from the epoch. ok is false past year 9999.
func (s Schedule) Next(i eventtime.Instant) (next eventtime.Instant, ok bool) {
	if s.every > 0 {
		next = eventtime.Floor(i, s.every).Add(s.every)
		return next, next > i
	}
	t := i.Time().Truncate(time.Minute).Add(time.Minute)
	for t.Year() <= 9999 {
		switch {
		case s.month&(1<<t.Month()) == 0:
			t = time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		case !s.onDay(t):
			t = time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, time.UTC)
		case s.hour&(1<<t.Hour()) == 0:
			t = t.Truncate(time.Hour).Add(time.Hour)
		case s.minute&(1<<t.Minute()) == 0:
			t = t.Add(time.Minute)
		default:
			next, err := eventtime.FromTime(t)
			return next, err == nil
		}
	}
	return 0, false
}

func (s Schedule) onDay(t time.Time) bool {
	day, dow := s.day&(1<<t.Day()) != 0, s.dow&(1<<t.Weekday()) != 0
	if !s.anyDay && !s.anyDow {
		return day || dow
	}
	return day && dow
}

// Period returns the longest distance between two neighbouring runs: what freshness and allowed lateness are
// measured against. For a cron line that is found over the 400 days, or at least two runs, from 2024-01-01 on.
func (s Schedule) Period() eventtime.Duration {
	if s.every > 0 {
		return s.every
	}
	start, err := eventtime.FromTime(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		return 0
	}
	end := start.Add(400 * eventtime.Day)
	var longest eventtime.Duration
	last, ok := s.Next(start)
	for runs := 1; ok && (last < end || runs < 2) && runs < 2000; runs++ {
		var next eventtime.Instant
		if next, ok = s.Next(last); ok {
			longest = max(longest, next.Sub(last))
			last = next
		}
	}
	return longest
}
