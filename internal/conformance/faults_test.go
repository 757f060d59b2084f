package conformance_test

import (
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/value"
)

// An experiment is a fault that Feast 0.67 was seen to have, by its letter in the list of experiments, and a test of what is so here.
type experiment struct {
	letter, fact string
	run          func(*stack)
}

// TestFaultsOfFeast shows on every store what is answered where Feast 0.67 fails. Letters that are not here do not concern
// reading and writing online rows, or Feast was found to be right:
//
//   - c (entity rows of one key and instant collapse) and f2 (entity rows are dropped) are about training sets: spec/pit.
//   - f (both ends of a ttl are inclusive) is right there; the moments of TestEveryStoreAnswersTheTable show it here.
//   - g (of one event time the greatest created time answers) is right there; b2 includes it.
//   - h (of two applies at once one is lost) is about the registry: registry/registrytest.
//   - p (DuckDB cannot cast the nanoseconds of a Parquet file) is about reading sources: tablefile.
//   - q and r (a REST server of the registry that dies, or outlives its parent) are about a server that is not part of this release.
//   - v (one of two features is lost in a search by vectors) is about searches by vectors, which are not part of this release.
func TestFaultsOfFeast(t *testing.T) {
	t.Parallel()
	for _, f := range []experiment{
		{"a", "ARowOlderThanItsTTLHasExpired", expired},
		{"a2", "AnUnknownKeyIsNotFound", unknown},
		{"b", "AnOlderRowNeverReplacesANewerOne", older},
		{"b2", "ACorrectionOfTheSameEventTimeWins", corrected},
		{"b4", "TheNewestRowOfABatchWinsInAnyOrder", batched},
		{"d", "ANullOfTheNewestRowIsTheAnswer", nulled},
		{"e", "AnIncrementalRunTakesLateRows", late},
		{"e2", "TheFirstIncrementalRunReachesATTLBeforeItsEnd", first},
		{"g2", "TiesAreCountedAndTheLastRowAnswers", tied},
		{"i", "AMistakeOfTheClientIsNot500", mistaken},
		{"k", "CompositeKeysAreNotMixedUp", composite},
		{"l", "AnIntegerBesideANullStaysExact", exact},
		{"m", "RowsComeInTheOrderOfTheRequest", ordered},
		{"n", "NumbersThatJSONLacksAreNulls", nonFinite},
		{"o", "ListsOfTextsAreMaterialized", lists},
		{"s", "PushesAtOnceAllSucceed", together},
		{"t", "BytesComeBackAsBytes", bytesBack},
		{"u", "EveryFeatureHasItsEventTime", timed},
	} {
		t.Run(f.letter+"_"+f.fact, func(t *testing.T) {
			t.Parallel()
			onEveryStore(t, faultSet, f.run)
		})
	}
}

// faultSet has a view "v" of rows with a created time and "u" of rows without one, which both live a day, and a view "pair"
// whose key has two parts. Each can be pushed to: p_v, p_u, p_pair.
func faultSet() *definitions {
	int64s, texts := value.Scalar(value.Int64), value.Scalar(value.String)
	n := feature.Field{Name: "n", Type: int64s}
	set := storetest.Set("")
	set.Entities[0].ValueType = int64s
	set.Entities = append(set.Entities, &feature.Entity{Name: "two", JoinKeys: []string{"a", "b"}, ValueType: texts})
	set.Sources, set.Views = nil, nil
	for _, v := range []*feature.View{
		{Name: "v", Entities: []string{"e"}, TTL: eventtime.Day, Schema: []feature.Field{n,
			{Name: "x", Type: value.Scalar(value.Float64)}, {Name: "b", Type: value.Scalar(value.Bytes)}, {Name: "tags", Type: value.ArrayOf(texts)}}},
		{Name: "u", Entities: []string{"e"}, TTL: eventtime.Day, Schema: []feature.Field{n}},
		{Name: "pair", Entities: []string{"two"}, Schema: []feature.Field{n}},
	} {
		source := &feature.Source{Name: "src_" + v.Name, Type: feature.FileSource, Path: v.Name, TimestampField: "event"}
		if v.Name == "v" {
			source.CreatedTimestampColumn = "created"
		}
		v.Source, v.Online = "p_"+v.Name, true
		set.Sources = append(set.Sources, source, &feature.Source{Name: v.Source, Type: feature.PushSource, BatchSource: source.Name})
		set.Views = append(set.Views, v)
	}
	return set
}
