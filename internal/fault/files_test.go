package fault_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// damageQuick and damageLong are how many places of a file faults 22 and 23 damage; the long form runs with
// TRUEPOINT_LONG set.
const (
	damageQuick = 60
	damageLong  = 2000
)

func places() int {
	if os.Getenv("TRUEPOINT_LONG") != "" {
		return damageLong
	}
	return damageQuick
}

// A fileRig is a store over a history in files, the directory "history" in dir, with the view "v".
type fileRig struct {
	*storetest.Rig
	dir string
}

func newFileRig(t *testing.T) *fileRig {
	t.Helper()
	r := &fileRig{dir: t.TempDir()}
	if err := os.Mkdir(filepath.Join(r.dir, "history"), 0o755); err != nil {
		t.Fatal(err)
	}
	r.Rig = storetest.New(t, noon, func(o *truepoint.Options) { o.Offline = fileoffline.New(r.dir, nil) })
	t.Cleanup(func() {
		if err := r.Store.Close(); err != nil {
			t.Error(err)
		}
	})
	set := storetest.Set("created", feature.Field{Name: "f", Type: value.Scalar(value.Int64)}, feature.Field{Name: "g", Type: value.Scalar(value.String)})
	set.Sources[0].Path = "history"
	r.Apply(t, set)
	return r
}

// with returns a store on the same parts that knows nothing of the files yet; around may wrap its offline driver.
func (r *fileRig) with(t *testing.T, around func(offline.Driver) offline.Driver) *truepoint.Store {
	t.Helper()
	return r.Second(t, func(o *truepoint.Options) {
		o.Offline = fileoffline.New(r.dir, nil)
		if around != nil {
			o.Offline = around(o.Offline)
		}
	})
}

// append adds rows as a push does, and returns the file that holds them, which has a checksum.
func (r *fileRig) append(t *testing.T, rows *value.Batch) (path string, body []byte) {
	t.Helper()
	source := storetest.Set("created").Sources[0]
	source.Path = "history"
	if err := fileoffline.New(r.dir, nil).Append(t.Context(), source, "push-1", rows); err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(r.dir, "history", "part-*.parquet"))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	if body, err = os.ReadFile(found[0]); err != nil {
		t.Fatal(err)
	}
	return found[0], body
}

func empty(t *testing.T, dir string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// fileRows returns n rows of as many keys, from key number first on.
func fileRows(first, n int) *value.Batch {
	var rows [][]any
	for i := first; i < first+n; i++ {
		at := noon.Add(-eventtime.Hour) + eventtime.Instant(i)
		rows = append(rows, []any{fmt.Sprint("k", i), at, at, i, fmt.Sprint("value ", i)})
	}
	return storetest.Batch([]string{"k:String", "event:UnixTimestamp", "created:UnixTimestamp", "f:Int64", "g:String"}, rows...)
}

// join makes a training set of keys 0 to n.
func join(ctx context.Context, s *truepoint.Store, n int) (string, error) {
	var rows [][]any
	for i := range n {
		rows = append(rows, []any{fmt.Sprint("k", i), noon})
	}
	res, err := s.Historical(ctx, &truepoint.HistoricalRequest{
		Spine: storetest.Batch([]string{"k:String", "event_timestamp:UnixTimestamp"}, rows...), Features: []string{"v:f", "v:g"}})
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for i := range n {
		f, g := res.Batch.Column("f").At(i), res.Batch.Column("g").At(i)
		fmt.Fprintln(&out, f.IsNull(), f.Int(), g.IsNull(), g.Text())
	}
	return out.String(), nil
}

func publish(ctx context.Context, s *truepoint.Store) error {
	_, err := s.Materialize(ctx, &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: eventtime.Min, End: noon, ChunkRows: 10})
	return err
}

// served returns what keys 0 to n have online, and whether the view is complete up to noon.
func (r *fileRig) served(t *testing.T, n int) (rows []string, complete bool) {
	t.Helper()
	whole := &rig{Rig: r.Rig, clean: r.Options}
	text := strings.TrimSpace(whole.stored(t))
	if text != "" {
		rows = strings.Split(text, "\n")
	}
	views, err := r.Store.LastRuns(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v := views["v"]
	return rows, v != nil && len(v.Generations) > 0 && v.Generations[0].Watermark == noon
}

// wantRefused checks that a run and a training set over a damaged file fail with one of codes, name the file, and that
// nothing is served.
func (r *fileRig) wantRefused(t *testing.T, what, file string, codes ...errs.Code) {
	t.Helper()
	s := r.with(t, nil)
	_, err := join(t.Context(), s, 3)
	for i, err := range []error{err, publish(t.Context(), s)} {
		work := []string{"the training set", "the run"}[i]
		if !slices.Contains(codes, errs.CodeOf(err)) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %s: got %v (%v), want %v that names %s", what, work, err, errs.CodeOf(err), codes, file)
		}
	}
	if rows, complete := r.served(t, 3); len(rows) > 0 || complete {
		t.Errorf("%s: %d rows are served, complete: %v", what, len(rows), complete)
	}
}

// TestFault_22_a_flipped_bit_in_a_file_of_ours_is_never_another_value flips bits all over a file that pushes wrote.
func TestFault_22_a_flipped_bit_in_a_file_of_ours_is_never_another_value(t *testing.T) {
	t.Parallel()
	r := newFileRig(t)
	path, body := r.append(t, fileRows(0, 100))
	for i := range min(places(), len(body)) {
		at := i * len(body) / min(places(), len(body))
		flipped := slices.Clone(body)
		flipped[at] ^= 1 << (at % 8)
		overwrite(t, path, flipped)
		r.wantRefused(t, fmt.Sprintf("byte %d", at), filepath.Base(path), errs.DataLoss)
	}
	overwrite(t, path, body)
	if _, err := join(t.Context(), r.with(t, nil), 3); err != nil {
		t.Errorf("whole again: %v", err)
	}
}

// TestFault_23_a_file_cut_short_is_an_error_that_names_it cuts a file among others at places all over it.
func TestFault_23_a_file_cut_short_is_an_error_that_names_it(t *testing.T) {
	t.Parallel()
	r := newFileRig(t)
	cut := filepath.Join(r.dir, "history", "b.parquet")
	for i, name := range []string{"a", "b", "c"} {
		if err := offline.WriteTable(filepath.Join(r.dir, "history", name+".parquet"), fileRows(100*i, 100)); err != nil {
			t.Fatal(err)
		}
	}
	body, err := os.ReadFile(cut)
	if err != nil {
		t.Fatal(err)
	}
	for i := range places() {
		length := i * len(body) / places()
		overwrite(t, cut, body[:length])
		r.wantRefused(t, fmt.Sprintf("%d of %d bytes", length, len(body)), "history/b.parquet", errs.DataLoss, errs.InvalidArgument)
	}
}

func overwrite(t *testing.T, path string, body []byte) {
	t.Helper()
	if err := os.WriteFile(path, body, 0o644); err != nil {
		t.Fatal(err)
	}
}

// An editing driver calls edit before the nth reading of a part.
type editing struct {
	offline.Driver
	nth   int64
	reads atomic.Int64
	edit  func()
}

func (d *editing) Open(ctx context.Context, s *feature.Source, columns []value.Field, pinned *offline.Manifest) (offline.Snapshot, error) {
	snap, err := d.Driver.Open(ctx, s, columns, pinned)
	if err != nil {
		return nil, err
	}
	return &edited{snap, d}, nil
}

type edited struct {
	offline.Snapshot
	driver *editing
}

func (s *edited) Parts() []pit.Part {
	parts := slices.Clone(s.Snapshot.Parts())
	for i, p := range parts {
		parts[i] = &editedPart{p, s.driver}
	}
	return parts
}

type editedPart struct {
	pit.Part
	driver *editing
}

func (p *editedPart) Read(ctx context.Context, columns []string, dst []*value.Column) error {
	if p.driver.reads.Add(1) == p.driver.nth {
		p.driver.edit()
	}
	return p.Part.Read(ctx, columns, dst)
}

// TestFault_29_a_file_that_changes_during_a_run_publishes_nothing_wrong changes a file of a source before each reading
// of a run and of a join. Either these see the old snapshot, or they fail and name the file; the watermark stays, what
// is served is right, and a run over the whole file ends in the same store as one that nobody disturbed.
func TestFault_29_a_file_that_changes_during_a_run_publishes_nothing_wrong(t *testing.T) {
	t.Parallel()
	const keys = 40
	fill := func(r *fileRig) (path string, body []byte) {
		empty(t, filepath.Join(r.dir, "history"))
		if err := offline.WriteTable(filepath.Join(r.dir, "history", "a.parquet"), fileRows(0, keys/2)); err != nil {
			t.Fatal(err)
		}
		return r.append(t, fileRows(keys/2, keys/2))
	}
	undisturbed := newFileRig(t)
	fill(undisturbed)
	wantSet, err := join(t.Context(), undisturbed.Store, keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := publish(t.Context(), undisturbed.Store); err != nil {
		t.Fatal(err)
	}
	wantRows, _ := undisturbed.served(t, keys)
	other := fileRows(0, keys)
	other.Names[3] = "h"
	for name, edit := range map[string]func(t *testing.T, path string, body []byte){
		"BitFlipped": func(t *testing.T, path string, body []byte) {
			flipped := slices.Clone(body)
			flipped[len(body)/3] ^= 4
			overwrite(t, path, flipped)
		},
		"Truncated": func(t *testing.T, path string, body []byte) { overwrite(t, path, body[:len(body)/2]) },
		"Emptied":   func(t *testing.T, path string, _ []byte) { overwrite(t, path, nil) },
		"Missing": func(t *testing.T, path string, _ []byte) {
			if err := os.Remove(path); err != nil {
				t.Error(err)
			}
		},
		"OtherColumns": func(t *testing.T, path string, _ []byte) {
			if err := offline.WriteTable(path, other); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for nth := int64(1); ; nth++ {
				r := newFileRig(t)
				path, body := fill(r)
				disturb := func(d offline.Driver) offline.Driver {
					return &editing{Driver: d, nth: nth, edit: func() { edit(t, path, body) }}
				}
				var driver *editing
				set, err := join(t.Context(), r.with(t, func(d offline.Driver) offline.Driver {
					driver = disturb(d).(*editing)
					return driver
				}), keys)
				wantOldOrError(t, fmt.Sprintf("join, reading %d", nth), err, set == wantSet)
				again := driver.reads.Load() >= nth

				fill(r)
				err = publish(t.Context(), r.with(t, func(d offline.Driver) offline.Driver {
					driver = disturb(d).(*editing)
					return driver
				}))
				again = again || driver.reads.Load() >= nth
				rows, complete := r.served(t, keys)
				wantOldOrError(t, fmt.Sprintf("run, reading %d", nth), err, slices.Equal(rows, wantRows) && complete)
				if err != nil && complete {
					t.Errorf("reading %d: the run failed and the watermark moved", nth)
				}
				for _, row := range rows {
					if !slices.Contains(wantRows, row) {
						t.Errorf("reading %d: %s is served", nth, row)
					}
				}
				fill(r)
				if err := publish(t.Context(), r.with(t, nil)); err != nil {
					t.Fatalf("reading %d: again, undisturbed: %v", nth, err)
				}
				if rows, complete := r.served(t, keys); !slices.Equal(rows, wantRows) || !complete {
					t.Errorf("reading %d: %d rows are served in the end, complete: %v", nth, len(rows), complete)
				}
				if !again {
					return
				}
			}
		})
	}
}

// wantOldOrError fails the test unless work saw the old snapshot, or ended in an error that names the changed file.
func wantOldOrError(t *testing.T, what string, err error, old bool) {
	t.Helper()
	switch code := errs.CodeOf(err); {
	case err == nil && !old:
		t.Errorf("%s: succeeded with another answer than the snapshot's", what)
	case err != nil && (code != errs.FailedPrecondition && code != errs.DataLoss || !strings.Contains(err.Error(), "history/part-")):
		t.Errorf("%s: got %v (%v), want an error that names the file", what, err, code)
	}
}
