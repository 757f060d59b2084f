package checkup_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/checkup"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/runs"
)

const now = eventtime.Instant(1_770_000_000_000_000)

func ago(d eventtime.Duration) eventtime.Instant { return now.Add(-d) }

// every returns n complete runs at a distance, newest first; the last ended at last.
func every(d eventtime.Duration, n int, last eventtime.Instant) []runs.Run {
	out := make([]runs.Run, n)
	for i := range out {
		out[i] = runs.Run{ID: "r", Status: runs.Complete, End: last.Add(-eventtime.Duration(i) * d)}
	}
	return out
}

func view(ttl eventtime.Duration, last eventtime.Instant, list []runs.Run) checkup.View {
	return checkup.View{Definition: &feature.View{Name: "v", TTL: eventtime.TTL(ttl), Online: true}, Newest: last, LastGood: last, Runs: list}
}

// of returns the level and the words of the only check of a topic.
func of(t *testing.T, f *checkup.Facts, topic string) (checkup.Level, string) {
	t.Helper()
	f.Now = now
	var found []checkup.Check
	for _, c := range checkup.Run(f) {
		if c.Topic == topic {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d checks of %s", len(found), topic)
	}
	if (found[0].Fix == "") != (found[0].Level == checkup.Pass) {
		t.Errorf("level %s with fix %q", found[0].Level, found[0].Fix)
	}
	return found[0].Level, found[0].Finding
}

func TestRunsAreJudgedByTheirInterval(t *testing.T) {
	t.Parallel()
	const hour, day = eventtime.Hour, 24 * eventtime.Hour
	scheduled := view(7*day, ago(5*hour), nil)
	scheduled.Definition.Schedule = "2h"
	failed := view(7*day, ago(hour), every(hour, 5, ago(hour)))
	failed.Runs[0].Status, failed.Runs[0].Error = runs.Failed, "disk full"
	empty := view(day, eventtime.None, nil)
	pushed := empty
	pushed.Newest = ago(hour)
	for name, c := range map[string]struct {
		view  checkup.View
		level checkup.Level
		says  string
	}{
		"regular":               {view(7*day, ago(hour), every(hour, 5, ago(hour))), checkup.Pass, "every 1h"},
		"two intervals ago":     {view(7*day, ago(2*hour), every(hour, 5, ago(2*hour))), checkup.Pass, "every 1h"},
		"late":                  {view(7*day, ago(2*hour+1), every(hour, 5, ago(2*hour+1))), checkup.Fail, "one is due every 1h"},
		"late by its schedule":  {scheduled, checkup.Fail, "one is due every 2h"},
		"too few runs":          {view(7*day, ago(hour), every(hour, 3, ago(hour))), checkup.Warn, "cannot be told from 3 runs"},
		"the same end repeated": {view(7*day, ago(hour), every(0, 9, ago(hour))), checkup.Warn, "cannot be told"},
		"failed":                {failed, checkup.Fail, "disk full"},
		"pushed":                {pushed, checkup.Warn, "pushes"},
		"empty":                 {empty, checkup.Fail, "NOT_FOUND"},
	} {
		level, says := of(t, &checkup.Facts{Views: []checkup.View{c.view}}, checkup.Interval)
		if level != c.level || !strings.Contains(says, c.says) {
			t.Errorf("%s: %s, %q; want %s with %q", name, level, says, c.level, c.says)
		}
	}
}

func TestTTLIsComparedWithTheInterval(t *testing.T) {
	t.Parallel()
	const hour = eventtime.Hour
	hourly := every(hour, 5, ago(hour))
	for name, c := range map[string]struct {
		view  checkup.View
		level checkup.Level
		says  string
	}{
		"two intervals":       {view(2*hour, ago(hour), hourly), checkup.Pass, "2.0 intervals"},
		"one and a bit":       {view(2*hour-1, ago(hour), hourly), checkup.Warn, "less than two"},
		"less than one":       {view(hour-1, ago(hour-1), hourly), checkup.Fail, "shorter than the interval"},
		"none":                {view(0, ago(hour), hourly), checkup.Warn, "no ttl"},
		"all expired":         {view(3*hour, ago(3*hour+1), hourly), checkup.Fail, "OUTSIDE_MAX_AGE"},
		"at the edge of age":  {view(3*hour, ago(3*hour), hourly), checkup.Pass, "3.0 intervals"},
		"interval is unknown": {view(3*hour, ago(hour), nil), checkup.Warn, "not known"},
	} {
		level, says := of(t, &checkup.Facts{Views: []checkup.View{c.view}}, checkup.MaxAge)
		if level != c.level || !strings.Contains(says, c.says) {
			t.Errorf("%s: %s, %q; want %s with %q", name, level, says, c.level, c.says)
		}
	}
}

func TestStoresAreLookedAt(t *testing.T) {
	t.Parallel()
	gone := errs.New(errs.Unavailable, "connection refused").WithHint("start it")
	for name, c := range map[string]struct {
		store checkup.Store
		level checkup.Level
	}{
		"answers":        {checkup.Store{Role: "online store", Type: "redis"}, checkup.Pass},
		"of one machine": {checkup.Store{Role: "registry", Type: "sqlite", Local: true}, checkup.Warn},
		"is gone":        {checkup.Store{Role: "online store", Type: "redis", Err: gone}, checkup.Fail},
		"is gone oddly":  {checkup.Store{Role: "online store", Type: "redis", Err: errors.New("odd")}, checkup.Fail},
	} {
		if level, says := of(t, &checkup.Facts{Stores: []checkup.Store{c.store}}, checkup.Availability); level != c.level {
			t.Errorf("%s: %s, %q", name, level, says)
		}
	}
	level, says := of(t, &checkup.Facts{Stores: []checkup.Store{{Role: "registry", Type: "s3", Kept: true}, {Role: "online store", Type: "redis"}}}, checkup.Backup)
	if level != checkup.Warn || !strings.Contains(says, "s3") {
		t.Errorf("backup: %s, %q", level, says)
	}
}

func TestServersAndFilesThatOthersReachFail(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]checkup.Level{"127.0.0.1": checkup.Pass, "::1": checkup.Pass, "localhost": checkup.Pass, "0.0.0.0": checkup.Fail, "10.1.2.3": checkup.Fail, "example.org": checkup.Fail} {
		if level, says := of(t, &checkup.Facts{Server: checkup.Server{Host: host}}, checkup.Security); level != want {
			t.Errorf("%s: %s, %q", host, level, says)
		}
	}
	if level, _ := of(t, &checkup.Facts{Server: checkup.Server{Host: "0.0.0.0", Tokens: true}}, checkup.Security); level != checkup.Pass {
		t.Errorf("with tokens: %s", level)
	}
	for _, c := range []struct {
		file checkup.File
		want checkup.Level
	}{
		{checkup.File{Mode: 0o644}, checkup.Pass}, {checkup.File{Mode: 0o666}, checkup.Fail}, {checkup.File{Mode: 0o640, Secret: true}, checkup.Pass},
		{checkup.File{Mode: 0o644, Secret: true}, checkup.Fail}, {checkup.File{Missing: true}, checkup.Fail},
	} {
		c.file.Path = "f"
		checks := checkup.Run(&checkup.Facts{Now: now, Server: checkup.Server{Tokens: true}, Files: []checkup.File{c.file}})
		if got := checks[len(checks)-1]; got.Subject != "f" || got.Level != c.want {
			t.Errorf("%+v: %+v", c.file, got)
		}
	}
}

func TestWorstIsTheWorst(t *testing.T) {
	t.Parallel()
	pass, warn, fail := checkup.Check{Level: checkup.Pass}, checkup.Check{Level: checkup.Warn}, checkup.Check{Level: checkup.Fail}
	for _, c := range []struct {
		checks []checkup.Check
		want   checkup.Level
	}{{nil, checkup.Pass}, {[]checkup.Check{pass, warn, pass}, checkup.Warn}, {[]checkup.Check{warn, fail, warn}, checkup.Fail}} {
		if got := checkup.Worst(c.checks); got != c.want {
			t.Errorf("%v: %s", c.checks, got)
		}
	}
}

func TestEstimateAddsUpTablesByKind(t *testing.T) {
	t.Parallel()
	tables := []checkup.Table{{View: "a", Rows: 1 << 20, Key: 9.6, Row: 100}, {View: "b", Rows: 1 << 21, Key: 10, Row: 200.4}}
	sum := func(key, row int) int { return key + row }
	one := func(int, int) float64 { return 1 }
	got := checkup.Estimate(tables, []checkup.StoreKind{{Type: "m", Where: "memory", Footprint: sum}, {Type: "d", Where: "disk", Footprint: sum, ReadUnits: one, WriteUnits: one}},
		checkup.Prices{Memory: 10, Disk: 1, ReadUnits: 0.5, WriteUnits: 2})
	const bytes = 110<<20 + 210<<21
	if got[0].Bytes != bytes || got[1].Bytes != bytes {
		t.Errorf("%d and %d bytes, want %d", got[0].Bytes, got[1].Bytes, bytes)
	}
	if m := got[0]; m.Month != 10*float64(bytes)/(1<<30) || m.ReadUnits != 0 || m.Reads != 0 {
		t.Errorf("memory: %+v", m)
	}
	if d := got[1]; d.ReadUnits != 2 || d.Reads != 1 || d.WriteUnits != 3<<20 || d.Writes != 3*(1<<20)/1e6*2 {
		t.Errorf("disk: %+v", d)
	}
}
