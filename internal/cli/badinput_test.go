package cli_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/cli"
	"github.com/truepoint/truepoint/internal/datatest"
)

// noon is the instant at which every command of these tests runs.
var noon, _ = eventtime.Parse("2026-03-12T12:00:00Z", nil)

// A result is what one command did.
type result struct {
	exit           int
	stdout, stderr string
	changed        []string // what is no longer as it was in the repository, if the command failed
}

// call runs a command at noon with standard input closed and no terminal.
func call(args ...string) result { return in("", args...) }

// in is call in a repository, whose files and stores it watches.
func in(dir string, args ...string) result {
	return inAt(context.Background(), func() eventtime.Instant { return noon }, dir, args...)
}

func inAt(ctx context.Context, clock eventtime.Clock, dir string, args ...string) result {
	before, err := datatest.NewRepository(dir)
	if err != nil {
		panic(err)
	}
	var out, said bytes.Buffer
	exit := cli.Run(ctx, &cli.Environment{
		Args: args, Dir: dir, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &said, Clock: clock,
		Env: func(string) (string, bool) { return "", false },
	})
	r := result{exit: exit, stdout: out.String(), stderr: said.String()}
	if exit != 0 {
		if r.changed, err = before.Changes(context.WithoutCancel(ctx)); err != nil {
			panic(err)
		}
	}
	return r
}

// want checks the exit status, that standard error has every part, and that a command which failed changed nothing. An
// interrupted one may have done a part of its work.
func (r result) want(t *testing.T, exit int, parts ...string) {
	t.Helper()
	if r.exit != exit {
		t.Fatalf("exit status %d, want %d; stderr:\n%s", r.exit, exit, r.stderr)
	}
	for _, p := range parts {
		if !strings.Contains(r.stderr, p) {
			t.Errorf("stderr has no %q:\n%s", p, r.stderr)
		}
	}
	if len(r.changed) > 0 && exit != errs.Canceled.Exit() {
		t.Errorf("exit status %d, but %s changed", exit, strings.Join(r.changed, ", "))
	}
}

// recorded allows a materialization that failed what it keeps on purpose: the record of its run.
func (r result) recorded() result {
	r.changed = slices.DeleteFunc(r.changed, func(c string) bool {
		return strings.HasPrefix(c, "+state runs/") || strings.HasPrefix(c, "+state views/")
	})
	return r
}

// repository makes a minimal repository with its definitions applied, and returns its directory.
func repository(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "repo")
	call("init", dir, "-t", "minimal", "--until", "2026-03-12T12:00:00Z").want(t, 0)
	in(dir, "apply").want(t, 0)
	return dir
}

func TestBadInput_01_unknown_verb_has_a_suggestion(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	in(dir, "aply").want(t, 2, `error[T0900]: unknown verb "aply"`, "did you mean apply?")
	in(dir, "-o", "json", "materialise", "2026-01-01", "2026-01-02").want(t, 2, "did you mean materialize?")
	in(dir, "xyzzy").want(t, 2, "truepoint --help")
	in(dir, "skew").want(t, 16, "not part of this release")
}

func TestBadInput_02_unknown_flag_shows_the_usage_line(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	const usage = "usage: truepoint plan [flags]"
	in(dir, "plan", "--detailed").want(t, 2, "error[T0901]: unknown flag --detailed", "--detailed-exitcode", usage)
	in(dir, "plan", "--", "--out", "x").want(t, 2, "error[T0901]", usage)
	in(dir, "plan", "-z").want(t, 2, "error[T0901]", usage)
	in(dir, "plan", "--out").want(t, 2, "error[T0901]", usage)
}

func TestBadInput_03_unknown_output_lists_the_formats(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	r := in(dir, "version", "-o", "xml")
	r.want(t, 2, `"xml" is no output format`, "table, json, yaml, csv or name")
	if r.stdout != "" {
		t.Errorf("stdout: %q", r.stdout)
	}
}

func TestBadInput_06_no_terminal_to_ask_names_the_flag(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	in(dir, "teardown").want(t, 13, "truepoint teardown --yes")
	in(dir, "delete", "driver_activity").want(t, 13, "--allow-breaking")
	in(dir, "delete", "driver_activity", "--yes").want(t, 13, "--allow-breaking")
	if r := in(dir, "feature-services", "list", "-o", "name"); r.stdout != "driver_activity\n" {
		t.Errorf("services after refusals: %q", r.stdout)
	}
}

func TestBadInput_08_interrupt_stops_at_a_chunk_and_says_how_to_go_on(t *testing.T) {
	t.Parallel()
	wanted := answerOf(t, interrupted(t, -1).dir)
	stopped := 0
	for n := 1; ; n++ {
		run := interrupted(t, n)
		if !run.reached {
			break
		}
		if run.exit == 130 {
			stopped++
			run.want(t, 130, "stopped; what was written stays", "truepoint materialize 2026-03-11 2026-03-12")
			in(run.dir, "materialize", "2026-03-11", "2026-03-12").want(t, 0)
		}
		if got := answerOf(t, run.dir); got != wanted {
			t.Errorf("interrupted at reading %d of the clock and repeated: got %s, want %s", n, got, wanted)
		}
	}
	if stopped < 3 {
		t.Errorf("only %d interrupts came before the end", stopped)
	}
}

// An interruption is a materialization that was interrupted when it read the clock for the nth time.
type interruption struct {
	result
	dir     string
	reached bool // it read the clock n times
}

func interrupted(t *testing.T, n int) interruption {
	t.Helper()
	i := interruption{dir: repository(t)}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var readings atomic.Int64
	i.result = inAt(ctx, func() eventtime.Instant {
		if readings.Add(1) == int64(n) {
			cancel()
		}
		return noon
	}, i.dir, "materialize", "2026-03-11", "2026-03-12")
	i.reached = readings.Load() >= int64(n)
	return i
}

// answerOf reads every feature of two drivers.
func answerOf(t *testing.T, dir string) string {
	t.Helper()
	r := in(dir, "get-online-features", "-e", "driver_id=1001,1002", "-s", "driver_activity", "-o", "json")
	r.want(t, 0)
	return r.stdout
}

func TestBadInput_11_odd_arguments_are_refused(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	in(dir, "features", "search", strings.Repeat("x", 1<<20)).want(t, 2, "error[T0906]", "1048576 bytes")
	in(dir, "features", "search", "a\x00b").want(t, 2, "error[T0907]")
	in(dir, "apply", "--message", "two\nlines").want(t, 2, "error[T0907]")
	in(dir, "delete", "entity", "name\r").want(t, 2, "error[T0907]")
}

func TestBadInput_30_missing_join_key_names_the_columns(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	csv := filepath.Join(dir, "data", "driver_stats.csv")
	rows := "driver,event_timestamp,created_timestamp,trips,rating\n1001,2026-03-11T12:00:00Z,2026-03-11T12:01:00Z,0,4.0\n"
	if err := os.WriteFile(csv, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	const fault = `data/driver_stats.csv has no column "driver_id"; it has driver, event_timestamp, created_timestamp, trips, rating`
	in(dir, "sources", "check").want(t, 3, fault)
	in(dir, "materialize", "2026-03-11", "2026-03-12").recorded().want(t, 10, fault)
	in(dir, "preview", "driver_hourly_stats").want(t, 10, fault)
	in(dir, "explain", "driver_hourly_stats:trips", "-e", "driver_id=1001").want(t, 10, fault)
}
