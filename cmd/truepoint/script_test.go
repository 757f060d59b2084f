package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/datatest"
)

// testNow is the environment variable that stops the clock of the program under test, as an RFC 3339 instant.
const testNow = "TRUEPOINT_TEST_NOW"

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"truepoint": func() { os.Exit(run(testClock())) }})
}

// testClock stands still at testNow, or is the real one where that is empty.
func testClock() eventtime.Clock {
	text := os.Getenv(testNow)
	if text == "" {
		return clock
	}
	at, err := eventtime.Parse(text, nil)
	if err != nil {
		panic(err)
	}
	return func() eventtime.Instant { return at }
}

// TestScripts runs every script: a verb each, its answers and its errors. Beside testscript's own commands there are
//
//	status N cmd…    the program ends with exit status N, and leaves all files and stores below $WORK as they were,
//	                 unless N is 0; what fails and keeps something on purpose, as a run its record, is for ! exec
//	until RE cmd…    the command is repeated until its standard output matches
//	listening NAME FILE   waits until the server that logs to FILE listens, and puts its address into $NAME
//	http [-socket FILE] URL [BODY-FILE]  GET, or POST with a body; the answer's body becomes standard output
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		Setup:               setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status, "until": until, "listening": listening, "http": post,
		},
	})
}

// setup gives every script the same moment, zone, width and no colour.
func setup(e *testscript.Env) error {
	e.Setenv(testNow, "2026-03-12T10:00:00Z")
	e.Setenv("TZ", "America/St_Johns")
	e.Setenv("COLUMNS", "80")
	e.Setenv("LC_ALL", "C.UTF-8")
	e.Setenv("HOME", e.WorkDir)
	e.Setenv("XDG_RUNTIME_DIR", e.Getenv("TMPDIR"))
	return nil
}

// status runs a program that must end with an exit status; its output is checked with stdout and stderr.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	before, err := datatest.NewRepository(ts.Getenv("WORK"))
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := err.(*exec.ExitError); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
	if want == 0 {
		return
	}
	changes, err := before.Changes(context.Background())
	ts.Check(err)
	if len(changes) > 0 {
		ts.Fatalf("exit status %d, but the program changed %s", got, strings.Join(changes, ", "))
	}
}

// patience bounds how long a script waits for a condition.
const patience = 20 * time.Second

func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until RE command…")
	}
	wanted := regexp.MustCompile("(?m)" + args[0])
	poll(ts, args[0], func() bool {
		return ts.Exec(args[1], args[2:]...) == nil && wanted.MatchString(ts.ReadFile("stdout"))
	})
}

// poll repeats a check until it is true.
func poll(ts *testscript.TestScript, what string, done func() bool) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); <-tick.C {
		if done() {
			return
		}
	}
	ts.Fatalf("waited %s in vain for %s", patience, what)
}

func listening(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: listening NAME FILE")
	}
	address := regexp.MustCompile(` on (http://\S+)`)
	poll(ts, "a server that logs to "+args[1], func() bool {
		b, err := os.ReadFile(ts.MkAbs(args[1]))
		m := address.FindSubmatch(b)
		if err != nil || m == nil {
			return false
		}
		ts.Setenv(args[0], string(m[1]))
		return true
	})
}

func post(ts *testscript.TestScript, neg bool, args []string) {
	client := http.DefaultClient
	if len(args) > 2 && args[0] == "-socket" {
		path := ts.MkAbs(args[1])
		client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		}}}
		args = args[2:]
	}
	if len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: [!] http [-socket FILE] URL [BODY-FILE]")
	}
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if len(args) == 2 {
		method, body = http.MethodPost, strings.NewReader(ts.ReadFile(args[1]))
	}
	r, err := http.NewRequest(method, args[0], body)
	ts.Check(err)
	r.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(r)
	ts.Check(err)
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	ts.Check(err)
	_, err = io.Copy(ts.Stdout(), bytes.NewReader(append(b, '\n')))
	ts.Check(err)
	if good := answer.StatusCode == http.StatusOK; good == neg {
		ts.Fatalf("%s %s: %s: %s", method, args[0], answer.Status, b)
	}
	fmt.Fprintln(ts.Stderr(), answer.Status)
}
