package dataset_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/dataset"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// A watched driver notes every reading of a part: source, number of the part, rows and columns.
type watched struct {
	offline.Driver
	mu    sync.Mutex
	reads []string
	most  func() // called at some readings; nil: never
}

func (w *watched) Open(ctx context.Context, s *feature.Source, columns []value.Field, pinned *offline.Manifest) (offline.Snapshot, error) {
	snap, err := w.Driver.Open(ctx, s, columns, pinned)
	if err != nil {
		return nil, err
	}
	return &watchedSnapshot{snap, w, s.Name}, nil
}

type watchedSnapshot struct {
	offline.Snapshot
	by     *watched
	source string
}

func (s *watchedSnapshot) Parts() []pit.Part {
	parts := slices.Clone(s.Snapshot.Parts())
	for i, p := range parts {
		parts[i] = &watchedPart{p.(pit.BoundedPart), s, i}
	}
	return parts
}

type watchedPart struct {
	pit.BoundedPart
	of     *watchedSnapshot
	number int
}

func (p *watchedPart) Read(ctx context.Context, columns []string, dst []*value.Column) error {
	w := p.of.by
	w.mu.Lock()
	w.reads = append(w.reads, fmt.Sprint(p.of.source, " ", p.number, " ", columns))
	if w.most != nil && len(w.reads)%16 == 0 {
		w.most()
	}
	w.mu.Unlock()
	return p.BoundedPart.Read(ctx, columns, dst)
}

// large returns a saved set of some rows over two sources in files of ten keys each, with one view on each.
func large(t *testing.T, rows int) (*truepoint.Store, *watched, *dataset.Manifest, drivers.DatasetFiles) {
	t.Helper()
	dir := t.TempDir()
	w := &watched{Driver: fileoffline.New(dir, nil)}
	r := storetest.New(t, noon, func(o *truepoint.Options) { o.Offline = w })
	t.Cleanup(func() { r.Store.Close() })
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	other, view := *set.Sources[0], *set.Views[0]
	set.Sources[0].Path, other.Name, other.Path = "src", "other", "other"
	view.Name, view.Source, view.Schema = "w", "other", []feature.Field{{Name: "h", Type: value.Scalar(value.Int64)}}
	set.Sources, set.Views = append(set.Sources, &other), append(set.Views, &view)
	for source, name := range map[string]string{"src": "f", "other": "h"} {
		if err := os.Mkdir(filepath.Join(dir, source), 0o755); err != nil {
			t.Fatal(err)
		}
		for file := range 5 {
			var history [][]any
			for k := range 10 {
				history = append(history, []any{fmt.Sprintf("k%d%d", file, k), noon - 10, 10*file + k})
			}
			files := drivers.DatasetFiles{Dir: dir}
			write(t, files, filepath.Join(source, fmt.Sprint(file, ".parquet")), storetest.Batch([]string{"k:String", "event:UnixTimestamp", name + ":Int64"}, history...))
		}
	}
	p, err := r.Store.Plan(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Store.Apply(t.Context(), p, apply.Options{}); err != nil {
		t.Fatal(err)
	}
	var spine [][]any
	for i := range rows {
		spine = append(spine, []any{fmt.Sprintf("k%02d", i%50), noon - eventtime.Instant(i%10)})
	}
	req := &truepoint.HistoricalRequest{Spine: storetest.Batch([]string{"k:String", "event_timestamp:UnixTimestamp"}, spine...), Features: []string{"v:f", "w:h"}}
	res, err := r.Store.Historical(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	m, err := r.Store.RecordDataset(t.Context(), req, res)
	if err != nil {
		t.Fatal(err)
	}
	m.Name = "s"
	files := drivers.DatasetFiles{Dir: dir}
	for i, b := range []*value.Batch{res.Batch.Slice(0, rows/3), res.Batch.Slice(rows/3, rows)} {
		m.Files = append(m.Files, write(t, files, fmt.Sprint("set", i, ".parquet"), b))
	}
	if err := r.Store.Datasets().Add(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	w.reads = nil
	return r.Store, w, m, files
}

func TestExplainReadsWhatOneRowNeeds(t *testing.T) {
	t.Parallel()
	s, w, _, files := large(t, 300)
	tr, err := s.ExplainDataset(t.Context(), "s", 138, "v:f", files) // key 37, in the fourth file
	if err != nil || tr.Path != "set1.parquet" || tr.PathRow != 38 || len(tr.Values) != 1 || tr.Values[0].Offline.Value.Int() != 37 {
		t.Fatalf("%+v, %v", tr, err)
	}
	if want := []string{"src 3 [k]", "src 3 [k event f]"}; !reflect.DeepEqual(w.reads, want) {
		t.Errorf("got readings %q, want %q", w.reads, want)
	}
}

// TestVerifyInChunksFindsWhatTheWholeFinds spoils cells of a set and verifies it in chunks of any size.
func TestVerifyInChunksFindsWhatTheWholeFinds(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	s, w, m, files := large(t, 300)
	spoiled, err := drivers.ReadTable(t.Context(), filepath.Join(files.Dir, "set1.parquet"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 60 {
		spoiled.Columns[2+rng.IntN(2)].Ints[rng.IntN(spoiled.Rows)] = -1
	}
	write(t, files, "set1.parquet", spoiled)
	env := &dataset.Env{Offline: w, Files: files, Definitions: s.DefinitionsAt}
	want, err := dataset.Verify(t.Context(), env, m)
	if err != nil || want.Rows != 300 || want.Cells != 600 || want.Different < 30 || len(want.First) != dataset.Shown || want.Identical {
		t.Fatalf("%+v, %v", want, err)
	}
	first := len(w.reads)
	for _, memory := range []int64{1, 5000, 20_000} {
		env.MemoryMax, w.reads = memory, nil
		got, err := dataset.Verify(t.Context(), env, m)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%d bytes: got %+v, %v, want %+v", memory, got, err, want)
		}
		if len(w.reads) <= first {
			t.Errorf("%d bytes: %d readings of histories, %d in one chunk: the set was not cut", memory, len(w.reads), first)
		}
	}
}

// TestVerifyHoldsNoSet verifies a set that is many times larger than what verification may hold. It is not parallel,
// because it measures what is held while it reads.
func TestVerifyHoldsNoSet(t *testing.T) {
	s, w, m, files := large(t, 500_000) // 16 MB as columns, and as much again made anew
	before, most := held(), int64(0)
	w.most = func() { most = max(most, held()-before) }
	v, err := dataset.Verify(t.Context(), &dataset.Env{Offline: w, Files: files, Definitions: s.DefinitionsAt, MemoryMax: 8 << 20}, m)
	if err != nil || !v.Identical || v.Rows != 500_000 {
		t.Fatalf("%+v, %v", v, err)
	}
	if mib := most >> 20; mib > 24 || most == 0 {
		t.Errorf("%d MiB were held, at most 24 are expected", mib)
	} else {
		t.Logf("%d MiB were held", mib)
	}
}
