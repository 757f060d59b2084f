package sqliteregistry_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/registry/sqliteregistry"
	"github.com/truepoint/truepoint/state"
	"github.com/truepoint/truepoint/state/sqlitestate"
	"github.com/truepoint/truepoint/value"
)

var newFixture = flag.Bool("new-fixture", false, "write testdata/format1.db and its golden file anew; only before format 1 was released")

// content is everything that a file says.
type content struct {
	Histories map[string][]registry.Entry
	States    []registry.State
	Sets      []*feature.Set // of States
	Former    [][]*feature.View
	Records   []state.Record
	Verified  map[string]registry.Revision
}

func contentOf(t *testing.T, r *sqliteregistry.Registry) content {
	t.Helper()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c := content{Histories: map[string][]registry.Entry{}, Verified: map[string]registry.Revision{}}
	projects, err := r.Projects(t.Context())
	check(err)
	for _, p := range projects {
		c.Histories[p], err = r.History(t.Context(), p, 0)
		check(err)
		c.Verified[p], err = r.Verify(t.Context(), p)
		check(err)
		for at := range c.Verified[p] + 1 {
			s, err := r.Read(t.Context(), p, at)
			check(err)
			set, err := registry.DecodeSet(s)
			check(err)
			former, err := registry.DecodeGenerations(s)
			check(err)
			c.States, c.Sets, c.Former = append(c.States, s), append(c.Sets, set), append(c.Former, former)
		}
	}
	s := sqlitestate.New(r.File().Share())
	c.Records, err = s.List(t.Context(), "")
	check(err)
	check(s.Close())
	return c
}

// TestFormat1StaysReadable opens a copy of a file that this format's first release wrote.
func TestFormat1StaysReadable(t *testing.T) {
	t.Parallel()
	fixture, golden := filepath.Join("testdata", "format1.db"), filepath.Join("testdata", "format1.json")
	if *newFixture {
		writeFixture(t, fixture)
	}
	data, err := os.ReadFile(fixture)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "registry.db")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	r := open(t, path)
	got, err := json.MarshalIndent(contentOf(t, r), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *newFixture {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the file of format 1 reads differently:\n%s\nwant\n%s", got, want)
	}
	if _, err := r.Commit(t.Context(), 3, registry.Change{Project: "fraud", Put: []registry.Object{{Kind: "Entity", Name: "e", Body: []byte(`{"name":"e"}`)}}}); err != nil {
		t.Errorf("it cannot be written: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func writeFixture(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	r := open(t, path)
	zero := "0"
	set := &feature.Set{
		Entities: []*feature.Entity{{Name: "user", JoinKeys: []string{"user_id"}, ValueType: value.Scalar(value.Int64)}},
		Sources: []*feature.Source{{
			Name: "raw", Type: feature.FileSource, Path: "data/*.parquet", TimestampField: "ts", CreatedTimestampColumn: "created",
			Availability: eventtime.Availability{Rule: eventtime.ByDelay, Delay: 10 * eventtime.Minute}, FieldMapping: map[string]string{"a": "b"},
			Timezone: "Asia/Seoul", TimestampUnit: "ms", TieBreak: []string{"seq"}, Ties: "error", DeletedColumn: "gone",
		}},
		Views: []*feature.View{{
			Name: "v", Entities: []string{"user"}, TTL: 7 * eventtime.Day, Source: "raw", Online: true, Schedule: "1d", AllowedLateness: eventtime.Hour,
			Schema:     []feature.Field{{Name: "n", Type: value.Scalar(value.Int64), Default: &feature.Default{Null: &zero}}, {Name: "l", Type: value.ArrayOf(value.Scalar(value.String))}},
			Generation: 2, Schemas: []value.Schema{{ID: 3, Fields: []value.Field{{Name: "n", Type: value.Scalar(value.Int64)}, {Name: "l", Type: value.ArrayOf(value.Scalar(value.String))}}}},
			Info: feature.Info{Description: "<é & 'quotes'>", Tags: map[string]string{"team": "fraud"}, Owner: "ann"},
		}},
		Services: []*feature.Service{{Name: "m", Features: []feature.Projection{{View: "v", Features: []string{"n"}, Alias: "w", JoinKeyMap: map[string]string{"user_id": "payer"}}}}},
	}
	put, err := registry.EncodeSet(set)
	if err != nil {
		t.Fatal(err)
	}
	former, err := registry.EncodeGeneration(set.Views[0])
	if err != nil {
		t.Fatal(err)
	}
	const now eventtime.Instant = 1773273600 * 1e6
	for i, c := range []registry.Change{
		{Project: "fraud", Author: "ann", Message: "first", Time: now, Put: put},
		{Project: "fraud", Author: "béa", Message: "delete the view", Time: now + 1, Put: []registry.Object{former},
			Delete: []registry.Object{{Kind: feature.KindService, Name: "m"}, {Kind: feature.KindView, Name: "v"}}},
		{Project: "fraud", Time: -1, Put: put[:1]},
		{Project: "other", Author: "carl", Time: now, Put: put},
	} {
		if _, err := r.Commit(t.Context(), registry.Revision(i%3), c); err != nil {
			t.Fatal(err)
		}
	}
	s := sqlitestate.New(r.File().Share())
	for _, key := range []string{"lease/v", "watermark/v", "gone"} {
		v, err := s.CompareAndSwap(t.Context(), key, 0, []byte(key+"\x00\xff"))
		if err == nil && key == "gone" {
			err = s.Delete(t.Context(), key, v)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.CompareAndSwap(t.Context(), "after", 0, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}
