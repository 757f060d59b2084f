package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
)

// Rows of a history and of entities that a training set can be made of; tests damage one of them.
const (
	soundHistory  = "driver_id,event_timestamp,created_timestamp,trips,rating\n1001,2026-03-11T12:00:00Z,2026-03-11T12:01:00Z,5,4.0\n"
	soundEntities = "driver_id,event_timestamp\n1001,2026-03-11T13:00:00Z\n"
)

// A badTraining is a request for a training set that is refused.
type badTraining struct {
	name     string
	history  map[string]string // files; the source is the first path, or the directory "data/history" where there are more
	entities string
	args     []string
	exit     int
	words    []string
}

// refuse asks for a training set whose files and name exist already, and checks that they, the sources and the stores
// stay as they were, whether the rows would be written as they come or divided.
func (b *badTraining) refuse(t *testing.T) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "repo")
	call("init", dir, "-t", "minimal", "--until", "2026-03-12T12:00:00Z").want(t, 0)
	write(t, dir, "data/driver_stats.csv", soundHistory)
	write(t, dir, "rows.csv", soundEntities)
	in(dir, "apply").want(t, 0)
	rows, out := filepath.Join(dir, "rows.csv"), filepath.Join(dir, "set.csv")
	ask := []string{"get-historical-features", "-f", "driver_hourly_stats:trips", "--save", "s", "--replace"}
	in(dir, append(ask, "--entities", rows, "--out", out, "--split", "key:0.5")...).want(t, 0)
	in(dir, append(ask, "--entities", rows, "--out", out)...).want(t, 0)

	path := "data/driver_stats.csv"
	for name, text := range b.history {
		path = name
		write(t, dir, name, text)
	}
	if len(b.history) > 1 {
		path = filepath.Dir(path)
	}
	defined := filepath.Join(dir, "features", "features.yaml")
	text, err := os.ReadFile(defined)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "path: data/driver_stats.csv\n", "path: "+path+"\n", 1)
	if changed != string(text) {
		write(t, dir, "features/features.yaml", changed)
		in(dir, "apply", "--allow-breaking", "--yes").want(t, 0)
	}
	if b.entities != "" {
		write(t, dir, "rows.csv", b.entities)
	}
	ask = append(ask, "--out", out)
	if ask = append(ask, b.args...); !slices.Contains(b.args, "-d") {
		ask = append(ask, "--entities", rows)
	}
	in(dir, ask...).want(t, b.exit, b.words...)
	in(dir, append(ask, "--split", "key:0.5")...).want(t, b.exit, b.words...)
	in(dir, append(ask, "--memory-max-mib", "1")...).want(t, b.exit, b.words...)
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// historyOf returns a history with other words in place of some.
func historyOf(old, new string) map[string]string {
	return map[string]string{"data/driver_stats.csv": strings.Replace(soundHistory, old, new, 1)}
}

func TestBadInput_72_73_74_75_78_79_80_83_85_86_refused_histories_leave_files_and_stores_alone(t *testing.T) {
	t.Parallel()
	const source = "data/driver_stats.csv"
	for _, b := range []badTraining{
		{name: "72 empty", history: map[string]string{source: ""}, exit: 10, words: []string{source}},
		{name: "72 no Parquet", history: map[string]string{"data/h.parquet": soundHistory}, exit: 1, words: []string{"data/h.parquet"}},
		{name: "72 half a Parquet file", history: map[string]string{"data/h.parquet": "PAR1 and no more"}, exit: 1, words: []string{"data/h.parquet"}},
		{name: "73 one file lacks a column", history: map[string]string{"data/h/a.csv": soundHistory, "data/h/b.csv": strings.Replace(soundHistory, "trips", "tripz", 1)},
			exit: 10, words: []string{"data/h/b.csv", `"trips"`}},
		{name: "74 a fraction", history: historyOf("12:01:00Z,5", "12:01:00Z,5.5"), exit: 10, words: []string{source + ":2", "row 1", `"trips"`, "5.5"}},
		{name: "74 overflow", history: historyOf("12:01:00Z,5", "12:01:00Z,9223372036854775808"), exit: 10, words: []string{"row 1", `"trips"`}},
		{name: "75 no time", history: historyOf("2026-03-11T12:00:00Z", "11.03.2026"), exit: 10, words: []string{"row 1", `"event_timestamp"`, "11.03.2026"}},
		{name: "78 columns that differ in case", history: historyOf("rating", "Trips"), exit: 10, words: []string{source, `"trips"`}},
		{name: "79 a column called otherwise", history: historyOf("trips", `"my ""trips"""`), exit: 10, words: []string{`"trips"`, `my "trips"`}},
		{name: "80 a tie", history: historyOf("\n1001", "\n1001,2026-03-11T12:00:00Z,2026-03-11T12:01:00Z,6,4.0\n1001"), args: []string{"--ties", "error"},
			exit: 13, words: []string{"driver_hourly_stats"}},
		{name: "83 ragged", history: historyOf(",4.0", ""), exit: 10, words: []string{source + ":2", "fields"}},
		{name: "83 another separator", history: map[string]string{source: strings.ReplaceAll(soundHistory, ",", ";")}, exit: 10, words: []string{source, "separator"}},
		{name: "85 nothing but a marker", history: map[string]string{"data/h/_SUCCESS": "", "data/h/.a.csv.crc": ""}, exit: 11, words: []string{"data/h"}},
		{name: "86 a name of three hundred letters", args: []string{"-d", strings.Repeat("n", 300) + ".csv"}, exit: 10, words: []string{"name too long"}},
	} {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			b.refuse(t)
		})
	}
}

func TestBadInput_76_81_82_84_88_89_90_91_refused_entity_rows_leave_files_and_stores_alone(t *testing.T) {
	t.Parallel()
	at := func(text string) string { return strings.Replace(soundEntities, "2026-03-11T13:00:00Z", text, 1) }
	for _, b := range []badTraining{
		{name: "76 no key", entities: strings.Replace(soundEntities, "\n1001", "\n", 1), exit: 10, words: []string{"row 1"}},
		{name: "76 no time", entities: at(""), exit: 10, words: []string{"row 1"}},
		{name: "81 text as key", entities: strings.Replace(soundEntities, "\n1001", "\nx", 1), exit: 10, words: []string{"row 1", `"driver_id"`, "Int64"}},
		{name: "81 no columns", entities: "\n", exit: 10},
		{name: "82 a column named like a feature", entities: "trips,driver_id,event_timestamp\n1,1001,2026-03-11T13:00:00Z\n", exit: 10, words: []string{`"trips"`, "--full-feature-names"}},
		{name: "84 a list as key", args: []string{"-d", `[{"driver_id": [1001], "event_timestamp": "2026-03-11T13:00:00Z"}]`}, exit: 10, words: []string{`"driver_id"`}},
		{name: "88 a local time that does not exist", entities: at("2026-03-08 02:30:00"), args: []string{"--timezone", "America/New_York"}, exit: 10, words: []string{"row 1", "America/New_York"}},
		{name: "88 an unknown zone", args: []string{"--timezone", "Mars/Olympus"}, exit: 10, words: []string{"Mars/Olympus"}},
		{name: "89 a leap second", entities: at("2026-03-11T23:59:60Z"), exit: 10, words: []string{"row 1", ":60"}},
		{name: "89 the hour 24", entities: at("2026-03-11T24:00:00Z"), exit: 10, words: []string{"row 1"}},
		{name: "90 the year 10000", entities: at("10000-01-01T00:00:00Z"), exit: 10, words: []string{"row 1"}},
		{name: "91 a number without a unit", entities: at("1773309600"), exit: 10, words: []string{"row 1"}},
		{name: "91 a number of another unit", entities: at("1773309600000"), args: []string{"--timestamp-unit", "s"}, exit: 10, words: []string{"row 1", "ms"}},
	} {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			b.refuse(t)
		})
	}
}

// A countdown is a context that is canceled when it is asked for its error the nth time.
type countdown struct {
	context.Context
	cancel context.CancelFunc
	left   atomic.Int64
}

func (c *countdown) Err() error {
	if c.left.Add(-1) == 0 {
		c.cancel()
	}
	return c.Context.Err()
}

// TestACanceledTrainingSetLeavesNothingHalfWritten cancels at every stage. Nothing changes until the rows are in their
// files; then these stay, whole, whether their name was saved or not.
func TestACanceledTrainingSetLeavesNothingHalfWritten(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	write(t, dir, "rows.csv", soundEntities)
	ask := []string{"get-historical-features", "-f", "driver_hourly_stats:trips", "--entities", filepath.Join(dir, "rows.csv"), "--out", filepath.Join(dir, "set.csv"), "--save", "s", "--replace"}
	for _, more := range [][]string{nil, {"--split", "time:0.5"}} {
		canceled := 0
		for n := int64(1); n < 1000; n += 1 + n/8 {
			ctx, cancel := context.WithCancel(t.Context())
			c := &countdown{Context: ctx, cancel: cancel}
			c.left.Store(n)
			r := inAt(c, func() eventtime.Instant { return noon }, dir, append(ask, more...)...)
			cancel()
			if r.exit == 0 {
				break
			}
			canceled++
			whole := strings.Contains(r.stderr, "wrote 1 row ")
			r.changed = slices.DeleteFunc(r.changed, func(c string) bool {
				return whole && strings.Contains(" state datasets/minimal/s set.csv set.train.csv set.test.csv set.csv.manifest.json ", " "+c[1:]+" ")
			})
			if r.exit != errs.Canceled.Exit() || len(r.changed) > 0 {
				t.Errorf("%v, canceled at question %d: exit status %d, changed %v:\n%s", more, n, r.exit, r.changed, r.stderr)
			}
		}
		if canceled < 3 {
			t.Errorf("%v: only %d sets were canceled", more, canceled)
		}
	}
}
