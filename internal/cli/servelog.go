package cli

import (
	"context"
	"time"

	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/internal/featurelog"
)

// openFeatureLog opens the log that the configuration names, nil if it names none.
func openFeatureLog(a *app, c *config.FeatureLog) (*featurelog.Log, error) {
	if c.Path == "" {
		return nil, nil
	}
	return featurelog.Open(&featurelog.Options{
		Dir: c.Path, Sample: c.Sample, Interval: time.Duration(c.Interval) * time.Microsecond, Retention: c.Retention, Clock: a.Clock,
		Failed: func(err error) { a.log.Error("answers could not be kept", "error", err.Error()) },
	})
}

// closeFeatureLog writes what waits, for at most so long, and tells what was dropped.
func closeFeatureLog(a *app, l *featurelog.Log, limit time.Duration) {
	if l == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), limit)
	defer cancel()
	if err := l.Close(ctx); err != nil {
		a.log.Error("answers could not be kept", "error", err.Error())
	}
	if s := l.Stats(); s.Dropped+s.Lost > 0 {
		a.note("answers about %d entities were kept, about %d they were not", s.Logged-s.Lost, s.Dropped+s.Lost)
	}
}
