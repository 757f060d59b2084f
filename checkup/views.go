package checkup

import (
	"fmt"
	"slices"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/runs"
)

// runsMin is the number of gaps between complete runs from which on their middle is believed to be the interval.
const runsMin = 3

// lateAfter is how many intervals the last complete run may lie back.
const lateAfter = 2

// Interval returns how often a view is materialized: as its schedule says, or the middle of the distances between the
// ENDs of its last complete runs. 0: that cannot be told.
func (v *View) Interval() eventtime.Duration {
	if v.Definition.Schedule != "" {
		if s, err := feature.ParseSchedule(v.Definition.Schedule); err == nil {
			return s.Period()
		}
	}
	var ends []eventtime.Instant
	for i := range v.Runs {
		if r := &v.Runs[i]; r.Status == runs.Complete {
			ends = append(ends, r.End)
		}
	}
	slices.Sort(ends)
	ends = slices.Compact(ends)
	if len(ends) <= runsMin {
		return 0
	}
	gaps := make([]eventtime.Duration, len(ends)-1)
	for i := range gaps {
		gaps[i] = ends[i+1].Sub(ends[i])
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}

// intervals looks at whether views are materialized, and as often as they should be.
func intervals(f *Facts) []Check { return ofViews(f, Interval, (*View).regularity) }

// maxAges looks at whether values outlive a failed run: the ttl should be two to three intervals at least, and what is
// never too old hides that runs have stopped.
func maxAges(f *Facts) []Check { return ofViews(f, MaxAge, (*View).outlives) }

// ofViews returns a check of every view, as judge has it.
func ofViews(f *Facts, topic string, judge func(*View, eventtime.Instant) (level Level, finding, fix string)) []Check {
	var out []Check
	for i := range f.Views {
		v := &f.Views[i]
		c := Check{Topic: topic, Subject: v.Definition.Name}
		c.Level, c.Finding, c.Fix = judge(v, f.Now)
		out = append(out, c)
	}
	return out
}

func (v *View) regularity(now eventtime.Instant) (level Level, finding, fix string) {
	run := materializeCommand(now, v)
	interval := v.Interval()
	switch {
	case v.LastGood == eventtime.None && v.Newest == eventtime.None:
		return Fail, "holds nothing: every read answers NOT_FOUND", run
	case v.LastGood == eventtime.None:
		return Warn, "is filled by pushes alone", "if it has a batch source, fill it from there too: " + run
	case len(v.Runs) > 0 && v.Runs[0].Status == runs.Failed:
		return Fail, "the last run failed: " + v.Runs[0].Error, "truepoint runs describe " + v.Runs[0].ID
	case interval == 0:
		return Warn, fmt.Sprintf("how often it is materialized cannot be told from %d runs and no schedule", len(v.Runs)),
			"say it in the definition, for example schedule: 1h, so that lateness can be seen"
	case now.Sub(v.LastGood) > lateAfter*interval:
		return Fail, fmt.Sprintf("the last complete run went up to %s, %s ago, and one is due every %s", v.LastGood, now.Sub(v.LastGood), interval), run
	}
	return Pass, fmt.Sprintf("every %s, the last up to %s", interval, v.LastGood), ""
}

func (v *View) outlives(now eventtime.Instant) (level Level, finding, fix string) {
	ttl, interval := v.Definition.TTL, v.Interval()
	if ttl == 0 {
		return Warn, "has no ttl: values of any age are served, also long after runs have stopped", "set ttl to three intervals or more"
	}
	advice := ""
	if interval > 0 {
		advice = fmt.Sprintf("set ttl to %s or more: three intervals of %s", 3*interval, interval)
	}
	switch {
	case v.Newest != eventtime.None && eventtime.Expired(v.Newest, now, ttl):
		return Fail, fmt.Sprintf("all of its values are older than ttl %s: every read answers OUTSIDE_MAX_AGE", ttl),
			materializeCommand(now, v)
	case interval == 0:
		return Warn, fmt.Sprintf("ttl %s; the interval to compare it with is not known", ttl), "say schedule: in the definition"
	case eventtime.Duration(ttl) < interval:
		return Fail, fmt.Sprintf("ttl %s is shorter than the interval of %s: values expire between runs", ttl, interval), advice
	case eventtime.Duration(ttl) < 2*interval:
		return Warn, fmt.Sprintf("ttl %s is less than two intervals of %s: one failed run and values expire", ttl, interval), advice
	}
	return Pass, fmt.Sprintf("ttl %s is %.1f intervals of %s", ttl, float64(ttl)/float64(interval), interval), ""
}

func materializeCommand(now eventtime.Instant, v *View) string {
	return fmt.Sprintf("truepoint materialize-incremental %s -v %s", now.String()[:len("2006-01-02T15:04:05")], v.Definition.Name)
}
