// Package offlinetest is the conformance suite of offline drivers. A driver that passes Run keeps every promise of
// offline.Driver that does not depend on its medium.
package offlinetest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

// A Store is a driver under test with the means to fill it.
type Store interface {
	Driver() offline.Driver
	// Source returns the declaration of a source called name, which has no data yet and can take appends.
	Source(name string) *feature.Source
	// Put makes the batches, which have equal columns, the whole history of a source in this order. It replaces what
	// was there, also appended rows, as if somebody had written the files anew.
	Put(t *testing.T, s *feature.Source, batches ...*value.Batch)
	// Typed reports whether the medium keeps the types of columns; text does not.
	Typed() bool
}

// needsTypes skips a member on media without types.
func needsTypes(t *testing.T, st Store) {
	t.Helper()
	if !st.Typed() {
		t.Skip("the medium keeps no types")
	}
}

// Run runs the suite. open returns a fresh, empty store; it is called for every member.
func Run(t *testing.T, open func(t *testing.T) Store) {
	members := map[string]func(*testing.T, Store){
		"Columns/AreThoseOfTheData":            columnsAreThoseOfTheData,
		"Columns/OfAnAbsentSourceIsNotFound":   absentSourceIsNotFound,
		"Read/GivesTheColumnsAsked":            readGivesTheColumnsAsked,
		"Read/KeepsOrderOfBatchesAndRows":      readKeepsOrder,
		"Read/ReusesDirtyColumns":              readReusesDirtyColumns,
		"Read/IsRepeatableAndConcurrent":       readIsConcurrent,
		"Read/Widens":                          readWidens,
		"Read/RefusesLossWithRowAndColumn":     readRefusesLoss,
		"Read/ConvertsTimesByZoneAndUnit":      readConvertsTimes,
		"Read/RefusesATimeInTheGap":            readRefusesTheGap,
		"Read/NamesColumnsWhenOneIsMissing":    readNamesColumns,
		"Read/StopsWhenCanceled":               readStopsWhenCanceled,
		"Mapping/RenamesBothWays":              mappingRenames,
		"Mapping/RefusesTwoColumnsOfOneName":   mappingRefusesClash,
		"Snapshot/IgnoresLaterAppends":         snapshotIgnoresAppends,
		"Snapshot/EqualManifestsMeanEqualRows": manifestsAreStable,
		"Pinned/ReadsExactlyTheListedFiles":    pinnedReadsListed,
		"Pinned/RefusesAReplacedSource":        pinnedRefusesReplaced,
		"Append/ComesAfterOwnRows":             appendComesAfter,
		"Append/HasRisingSequence":             appendSequenceRises,
		"Append/IsIdempotentByID":              appendIsIdempotent,
		"Append/LacksColumnsAsNull":            appendLacksColumns,
		"Append/ArrivalIsReadBack":             arrivalIsReadBack,
		"Append/CreatesTheHistory":             appendCreates,
		"Append/IsSafeInParallel":              appendInParallel,
		"Append/NeedsAnID":                     appendNeedsID,
		"Append/KeepsItsRowsFromTheCaller":     appendCopies,
	}
	for _, name := range sortedNames(members) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			members[name](t, open(t))
		})
	}
}

func sortedNames(m map[string]func(*testing.T, Store)) []string {
	var names []string
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Types that the members use.
var (
	int32s  = value.Scalar(value.Int32)
	int64s  = value.Scalar(value.Int64)
	floats  = value.Scalar(value.Float64)
	strs    = value.Scalar(value.String)
	times   = value.Scalar(value.UnixTimestamp)
	epoch26 = eventtime.Instant(1_767_225_600_000_000) // 2026-01-01
)

// batch returns rows with the columns id (Int64), name (String, null where id is a multiple of 3), amount (Float64)
// and event_timestamp.
func batch(ids ...int64) *value.Batch {
	id, name := value.NewColumn(int64s, len(ids)), value.NewColumn(strs, len(ids))
	amount, at := value.NewColumn(floats, len(ids)), value.NewColumn(times, len(ids))
	for _, n := range ids {
		id.Append(value.OfInt64(n))
		if n%3 == 0 {
			name.Append(value.Value{})
		} else {
			name.Append(value.OfString("n" + strings.Repeat("x", int(n%5))))
		}
		amount.Append(value.OfFloat64(float64(n) / 8))
		at.Append(value.OfInstant(epoch26 + eventtime.Instant(n)))
	}
	b := &value.Batch{}
	b.Add("id", id)
	b.Add("name", name)
	b.Add("amount", amount)
	b.Add("event_timestamp", at)
	return b
}

// single returns a batch of one column.
func single(name string, t value.Type, values ...value.Value) *value.Batch {
	c := value.NewColumn(t, len(values))
	for _, v := range values {
		c.Append(v)
	}
	b := &value.Batch{}
	b.Add(name, c)
	return b
}

// open opens a snapshot that is closed with the test.
func open(t *testing.T, st Store, s *feature.Source, columns ...value.Field) offline.Snapshot {
	t.Helper()
	snap, err := st.Driver().Open(context.Background(), s, columns, nil)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { snap.Close() })
	return snap
}

// rows returns all values of one column of a snapshot.
func rows(t *testing.T, snap offline.Snapshot, name string) []value.Value {
	t.Helper()
	out, err := rowsOf(snap, name)
	if err != nil {
		t.Fatalf("Read(%q): %v", name, err)
	}
	return out
}

func rowsOf(snap offline.Snapshot, name string) ([]value.Value, error) {
	var out []value.Value
	for _, p := range snap.Parts() {
		c := new(value.Column)
		if err := p.Read(context.Background(), []string{name}, []*value.Column{c}); err != nil {
			return nil, err
		}
		for i := range c.Len() {
			out = append(out, c.At(i))
		}
	}
	return out, nil
}

// ints returns the numbers of a column; null as −1.
func ints(t *testing.T, snap offline.Snapshot, name string) []int64 {
	t.Helper()
	var out []int64
	for _, v := range rows(t, snap, name) {
		if v.IsNull() {
			out = append(out, -1)
			continue
		}
		out = append(out, v.Int())
	}
	return out
}

func wantInts(t *testing.T, got []int64, want ...int64) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// wantError checks the code of an error and that its text mentions every one of the words.
func wantError(t *testing.T, err error, code errs.Code, words ...string) {
	t.Helper()
	if errs.CodeOf(err) != code {
		t.Fatalf("got code %v (%v), want %v", errs.CodeOf(err), err, code)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not mention %q", err, w)
		}
	}
}

func field(name string, t value.Type) value.Field { return value.Field{Name: name, Type: t} }
