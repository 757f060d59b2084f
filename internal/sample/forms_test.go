package sample

import (
	"testing"

	"github.com/truepoint/truepoint/definitions"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
)

// fingerprints returns the fingerprint of every definition of a set.
func fingerprints(set *feature.Set) map[string]string {
	out := map[string]string{}
	for _, v := range set.Entities {
		out["entity "+v.Name] = v.Fingerprint()
	}
	for _, v := range set.Sources {
		out["source "+v.Name] = v.Fingerprint()
	}
	for _, v := range set.Views {
		out["view "+v.Name] = v.Fingerprint(set)
	}
	for _, v := range set.Services {
		out["service "+v.Name] = v.Fingerprint()
	}
	return out
}

func TestBothFormsOfTheFraudDefinitionsHaveTheSameFingerprints(t *testing.T) {
	t.Parallel()
	sets := map[string]*feature.Set{}
	for _, form := range []string{"yaml", "python"} {
		set, warnings, err := definitions.Load(t.Context(), "templates/fraud/"+form, &definitions.Options{Project: "fraud_detection"})
		if err != nil || len(warnings) > 0 {
			t.Fatalf("%s: %v, %v", form, err, warnings)
		}
		sets[form] = set
	}
	want, got := fingerprints(sets["yaml"]), fingerprints(sets["python"])
	if len(want) != 8 || len(got) != 8 {
		t.Fatalf("got %d definitions in YAML and %d in Python, want 8", len(want), len(got))
	}
	for name, w := range want {
		if got[name] != w {
			t.Errorf("%s: got fingerprint %s in Python, want %s of YAML", name, got[name], w)
		}
	}
}

func TestFraudDefinitionsHaveTheNamesOfTheGuide(t *testing.T) {
	t.Parallel()
	set, _, err := definitions.Load(t.Context(), "templates/fraud/yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		entity   string
		ttl      eventtime.TTL
		features []string
	}{
		"user_transaction_features": {"user_id", 7 * eventtime.Day, []string{"transaction_count_7d", "transaction_amount_avg_7d",
			"transaction_amount_max_7d", "unique_merchants_7d", "avg_time_between_transactions"}},
		"merchant_risk_features": {"merchant_id", 30 * eventtime.Day, []string{"chargeback_rate_30d", "avg_transaction_amount",
			"total_transactions_30d", "risk_score"}},
	} {
		v, ok := set.View(name)
		if !ok || v.TTL != want.ttl || len(v.Entities) != 1 || v.Entities[0] != want.entity || len(v.Schema) != len(want.features) {
			t.Fatalf("%s: got %+v", name, v)
		}
		for i, f := range v.Schema {
			if f.Name != want.features[i] {
				t.Errorf("%s: feature %d is %s, want %s", name, i, f.Name, want.features[i])
			}
		}
	}
	if s, ok := set.Service("fraud_detection_v2"); !ok || len(s.Features) != 2 {
		t.Errorf("got service %+v", s)
	}
}
