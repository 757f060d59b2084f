// Package registrytest is the conformance suite of registry drivers. A driver is done when Run passes against the real
// thing; a durable one passes RunDurable too.
package registrytest

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/registry"
)

// Run tests a driver. open returns an empty registry that the suite closes.
func Run(t *testing.T, open func(t *testing.T) registry.Driver) {
	t.Parallel()
	for name, test := range map[string]func(*testing.T, registry.Driver){
		"Empty/ProjectIsRevision0":             testEmpty,
		"Commit/AddsOne":                       testCommit,
		"Commit/PutReplacesAndDeleteRemoves":   testReplace,
		"Commit/AbortedTellsWhoAndWhen":        testAborted,
		"Commit/BadChangeChangesNothing":       testBadChange,
		"Commit/DeleteOfNothingIsNotFound":     testDeleteMissing,
		"Commit/BigBodyComesBack":              testBigBody,
		"Commit/ArgumentsAreNotRetained":       testRetention,
		"Read/OrderIsKindThenName":             testOrder,
		"Read/RevisionsNeverChange":            testImmutable,
		"Read/UnknownRevisionIsNotFound":       testUnknownRevision,
		"History/NewestFirstAndLimited":        testHistory,
		"Projects/AreIsolated":                 testProjects,
		"Context/CancelledCallsDoNothing":      testCancelled,
		"Concurrent/SixtyCommittersOneLine":    testCommitters,
		"Concurrent/ReadersSeeWholeRevisions":  testReaders,
		"Concurrent/OneOfManyEqualCommitsWins": testRace,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			t.Cleanup(func() {
				if err := d.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			test(t, d)
		})
	}
}

// base is the time of the suite's commits, 2026-03-12T00:00:00Z.
const base eventtime.Instant = 1773273600 * 1e6

func object(kind, name, text string) registry.Object {
	body, err := json.Marshal(map[string]string{"name": name, "text": text})
	if err != nil {
		panic(err)
	}
	return registry.Object{Kind: kind, Name: name, Body: body}
}

func change(project string, put ...registry.Object) registry.Change {
	return registry.Change{Project: project, Author: "ann", Message: "a change", Time: base, Put: put}
}

func commit(t *testing.T, d registry.Driver, expected registry.Revision, c registry.Change) registry.Revision {
	t.Helper()
	got, err := d.Commit(t.Context(), expected, c)
	if err != nil {
		t.Fatalf("commit on %d: %v", expected, err)
	}
	if got != expected+1 {
		t.Fatalf("commit on %d gave revision %d, want %d", expected, got, expected+1)
	}
	return got
}

func read(t *testing.T, d registry.Driver, project string, at registry.Revision) registry.State {
	t.Helper()
	s, err := d.Read(t.Context(), project, at)
	if err != nil {
		t.Fatalf("read %s at %d: %v", project, at, err)
	}
	return s
}

// texts returns "Kind name" → body.
func texts(s registry.State) map[string]string {
	out := map[string]string{}
	for _, o := range s.Objects {
		out[o.ID().String()] = string(o.Body)
	}
	return out
}

func wantState(t *testing.T, got registry.State, revision registry.Revision, objects ...registry.Object) {
	t.Helper()
	want := texts(registry.State{Objects: objects})
	if got.Revision != revision || !reflect.DeepEqual(texts(got), want) {
		t.Fatalf("got revision %d with %v, want %d with %v", got.Revision, texts(got), revision, want)
	}
}

func wantCode(t *testing.T, d registry.Driver, err error, want errs.Code) {
	t.Helper()
	if got := d.Code(err); got != want {
		t.Fatalf("got code %v (%v), want %v", got, err, want)
	}
}

func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func numbered(i int) string { return fmt.Sprintf("v%04d", i) }
