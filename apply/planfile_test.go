package apply_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
)

func TestPlanFileComesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wanted := fraud()
	wanted.Views[0].Description = "<b>&\u2028é"
	first := w.plan(wanted)
	w.commit(reread(t, first))
	if !w.plan(wanted).Empty() {
		t.Errorf("the plan after applying a file has changes: %+v", w.plan(wanted).Changes)
	}
	wanted.Views[1].TTL = eventtime.Day
	w.commit(reread(t, w.plan(wanted)))
	if !w.plan(wanted).Empty() || w.view("user_transactions").Generation != 2 {
		t.Error("a breaking plan from a file did not open a generation")
	}
}

func reread(t *testing.T, p *apply.Plan) *apply.Plan {
	t.Helper()
	b, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := apply.ParsePlan(b)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, p) {
		t.Fatalf("read back %+v, want %+v", got, p)
	}
	return got
}

func TestPlanFileIsRefusedWhenTheRegistryMoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := reread(t, w.plan(fraud()))
	other := fraud()
	other.Views[0].Owner = "bea"
	w.apply(other)
	_, err := apply.Apply(t.Context(), w.reg, p, everything())
	w.wantCode(err, errs.Aborted, "truepoint plan")
}

func TestBadPlanFilesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good, err := w.plan(fraud()).Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		code errs.Code
	}{
		"empty":             {nil, errs.InvalidArgument},
		"half":              {good[:len(good)/2], errs.InvalidArgument},
		"another document":  {[]byte(`{"project": "p"}`), errs.InvalidArgument},
		"null":              {[]byte(`null`), errs.InvalidArgument},
		"a newer format":    {bytes.Replace(good, []byte(`"format": 1`), []byte(`"format": 2`), 1), errs.FailedPrecondition},
		"an unknown member": {bytes.Replace(good, []byte(`"format": 1`), []byte(`"format": 1, "force": true`), 1), errs.InvalidArgument},
		"an unknown class":  {bytes.Replace(good, []byte(`"additive"`), []byte(`"harmless"`), 1), errs.InvalidArgument},
		"a bad definition":  {bytes.Replace(good, []byte(`"ttl": "7d"`), []byte(`"ttl": 7`), 1), errs.InvalidArgument},
		"an unknown kind":   {bytes.Replace(good, []byte(`"kind": "Entity"`), []byte(`"kind": "Entitty"`), -1), errs.InvalidArgument},
	} {
		if _, err := apply.ParsePlan(c.data); errs.CodeOf(err) != c.code {
			t.Errorf("%s: got %v, want %v", name, err, c.code)
		}
	}
}

func TestPlanIsStableJSON(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(fraud())
	wanted := fraud()
	wanted.Views[1].Schema = append(wanted.Views[1].Schema, feature.Field{Name: "max_7d", Type: wanted.Views[1].Schema[0].Type})
	p := w.plan(wanted)
	p.Put = nil
	got, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"format":1,"project":"fraud","base":1,"message":"","changes":[{"action":"update","kind":"FeatureView","name":"user_transactions",` +
		`"class":"additive","reasons":["field max_7d added"],"lines":[{"path":"schema.max_7d","new":"Int64"}],"readers":["fraud_v1","fraud_v2"],"generation":1}],` +
		`"work":[{"view":"user_transactions","kind":"materialize","generation":1,"reason":"field max_7d added"}],"warnings":[],"put":null,"remove":[]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
