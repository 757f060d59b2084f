package objectregistry_test

import (
	"encoding/json"
	"flag"
	"reflect"
	"testing"

	"github.com/truepoint/truepoint/internal/objectstore/objecttest"
	"github.com/truepoint/truepoint/registry"
)

var newFixture = flag.Bool("new-fixture", false, "write testdata/format1 anew; only before format 1 was released")

const fixture = "testdata/format1"

// fixtureChanges put, change and delete objects.
var fixtureChanges = []registry.Change{
	{Project: "p", Author: "ann", Message: "first", Time: 1_773_273_600_000_000, Put: []registry.Object{
		{Kind: "Entity", Name: "user", Body: json.RawMessage(`{"name":"user","join_keys":["user_id"]}`)},
		{Kind: "FeatureView", Name: "v", Body: json.RawMessage(`{"name":"v","ttl":"7d"}`)},
	}},
	{Project: "p", Author: "bob", Message: "longer\nttl", Time: 1_773_273_601_000_001, Put: []registry.Object{
		{Kind: "FeatureView", Name: "v", Body: json.RawMessage(`{"name":"v","ttl":"30d"}`)},
	}, Delete: []registry.Object{{Kind: "Entity", Name: "user"}}},
}

func TestABucketOfFormat1StaysReadable(t *testing.T) {
	t.Parallel()
	if *newFixture {
		p := objecttest.Memory(t)
		r := open(t, p)
		for i, c := range fixtureChanges {
			if _, err := r.Commit(t.Context(), registry.Revision(i), c); err != nil {
				t.Fatal(err)
			}
		}
		p.Save(t, fixture)
	}
	p := objecttest.Memory(t)
	p.Fill(t, fixture)
	r := open(t, p)
	for at, want := range map[registry.Revision][]registry.Object{
		1: fixtureChanges[0].Put, 2: fixtureChanges[1].Put, registry.Newest: fixtureChanges[1].Put,
	} {
		s, err := r.Read(t.Context(), "p", at)
		if err != nil || !reflect.DeepEqual(s.Objects, want) {
			t.Errorf("revision %d: got %s, %v; want %s", at, s.Objects, err, want)
		}
	}
	history, err := r.History(t.Context(), "p", 0)
	want := []registry.Entry{
		{Revision: 2, Time: 1_773_273_601_000_001, Author: "bob", Message: "longer\nttl", Changed: []string{"-Entity user", "~FeatureView v"}},
		{Revision: 1, Time: 1_773_273_600_000_000, Author: "ann", Message: "first", Changed: []string{"+Entity user", "+FeatureView v"}},
	}
	if err != nil || !reflect.DeepEqual(history, want) {
		t.Errorf("history: got %+v, %v; want %+v", history, err, want)
	}
	if rev, err := r.Commit(t.Context(), 2, change(`1`)); err != nil || rev != 3 {
		t.Errorf("the next revision: %d, %v", rev, err)
	}
}
