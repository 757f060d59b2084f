package storetest

import (
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline/memoffline"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/registry/memregistry"
	"github.com/truepoint/truepoint/state/memstate"
	"github.com/truepoint/truepoint/value"
)

// Project is the project of every rig.
const Project = "test"

// A Clock stands still until it is set.
type Clock struct{ at atomic.Int64 }

// Set moves the clock, also backwards.
func (c *Clock) Set(i eventtime.Instant) { c.at.Store(int64(i)) }

// Add moves the clock by d.
func (c *Clock) Add(d eventtime.Duration) { c.at.Add(int64(d)) }

// Now returns the present instant.
func (c *Clock) Now() eventtime.Instant { return eventtime.Instant(c.at.Load()) }

// A Rig is a store with its parts in reach.
type Rig struct {
	Store    *truepoint.Store
	Options  truepoint.Options
	Offline  *memoffline.Driver
	Registry registry.Driver
	Online   online.Driver
	Clock    *Clock
}

// New returns a rig on memory drivers whose clock says now. change may replace parts before the store is made; nil
// changes nothing. The test closes the rig.
func New(t testing.TB, now eventtime.Instant, change func(*truepoint.Options)) *Rig {
	t.Helper()
	r := &Rig{Offline: memoffline.New(), Registry: memregistry.New(), Online: memonline.New(), Clock: &Clock{}}
	r.Clock.Set(now)
	r.Options = truepoint.Options{
		Project: Project, Registry: r.Registry, State: memstate.New(), Offline: r.Offline, Online: r.Online,
		Clock: r.Clock.Now, Holder: "test",
	}
	if change != nil {
		change(&r.Options)
	}
	s, err := truepoint.New(&r.Options)
	if err != nil {
		t.Fatal(err)
	}
	r.Store = s
	return r
}

// Second returns another store on the same parts, such as another process has.
func (r *Rig) Second(t testing.TB, change func(*truepoint.Options)) *truepoint.Store {
	t.Helper()
	opt := r.Options
	if change != nil {
		change(&opt)
	}
	s, err := truepoint.New(&opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Set returns definitions of one view "v" on a source "src" with the entity "e" of one String key "k": the time column
// is "event", and there is a created column when created is a name. Callers change it before they apply it.
func Set(created string, fields ...feature.Field) *feature.Set {
	return &feature.Set{
		Project:  Project,
		Entities: []*feature.Entity{{Name: "e", JoinKeys: []string{"k"}, ValueType: value.Scalar(value.String)}},
		Sources: []*feature.Source{{
			Name: "src", Type: feature.FileSource, Path: "src", TimestampField: "event", CreatedTimestampColumn: created,
		}},
		Views: []*feature.View{{Name: "v", Entities: []string{"e"}, Source: "src", Online: true, Schema: fields}},
	}
}

// Apply plans and applies definitions, whatever their class, and returns the revision.
func (r *Rig) Apply(t testing.TB, set *feature.Set) registry.Revision {
	t.Helper()
	p, err := r.Store.Plan(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	rev, err := r.Store.Apply(t.Context(), p, apply.Options{AllowBreaking: true, AllowDestructive: true})
	if err != nil {
		t.Fatal(err)
	}
	return rev
}

// Materialize runs a request, fails the test on an error, and returns the runs by view.
func (r *Rig) Materialize(t testing.TB, req *truepoint.MaterializeRequest) map[string]*truepoint.Run {
	t.Helper()
	report, err := r.Store.Materialize(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*truepoint.Run{}
	for i := range report.Views {
		out[report.Views[i].View] = report.Views[i].Run
	}
	return out
}
