package datatest_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/datatest"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/value"
)

// write makes a file below dir, and the directories above it.
func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func try(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestNamesKindsAndContentsOfFilesCount(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(dir string)
		want   string
	}{
		"nothing":   {func(string) {}, ""},
		"content":   {func(dir string) { write(t, dir, "d/a", "b") }, "~d/a"},
		"new":       {func(dir string) { write(t, dir, "d/b", "") }, "+d/b"},
		"gone":      {func(dir string) { try(t, os.Remove(filepath.Join(dir, "d/a"))) }, "-d/a"},
		"directory": {func(dir string) { try(t, os.Mkdir(filepath.Join(dir, "e"), 0o755)) }, "+e"},
		"renamed":   {func(dir string) { try(t, os.Rename(filepath.Join(dir, "d"), filepath.Join(dir, "e"))) }, "-d, -d/a, +e, +e/a"},
		"link": {func(dir string) {
			try(t, os.Remove(filepath.Join(dir, "link")))
			try(t, os.Symlink("d", filepath.Join(dir, "link")))
		}, "~link"},
		"kind": {func(dir string) {
			try(t, os.Remove(filepath.Join(dir, "d/a")))
			try(t, os.Mkdir(filepath.Join(dir, "d/a"), 0o755))
		}, "~d/a"},
	} {
		dir := t.TempDir()
		write(t, dir, "d/a", "a")
		try(t, os.Symlink("d/a", filepath.Join(dir, "link")))
		before, err := datatest.OfDir(dir)
		try(t, err)
		c.change(dir)
		after, err := datatest.OfDir(dir)
		try(t, err)
		if got := strings.Join(before.Changes(after), ", "); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestEverythingThatStoresHoldCounts(t *testing.T) {
	t.Parallel()
	r := storetest.New(t, storetest.Day, nil)
	defer r.Store.Close()
	row := []any{"a", storetest.Day, 1}
	columns := []string{"k:String", "event:UnixTimestamp", "f:Int64"}
	r.Offline.Put("src", storetest.Batch(columns, row))
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	r.Apply(t, set)
	cells := func(event eventtime.Instant) []online.Cell {
		return []online.Cell{{Key: onlinetest.IntKey(t, 1), Row: value.AppendTombstone(nil, value.Version{Event: event})}}
	}
	for _, c := range []struct {
		change func() error
		want   string
	}{
		{func() error { return nil }, ""},
		{func() error { _, err := r.Online.PutBatch(t.Context(), "t", cells(1)); return err }, "+online t"},
		{func() error { _, err := r.Online.PutBatch(t.Context(), "t", cells(2)); return err }, "~online t"},
		{func() error { return r.Online.Drop(t.Context(), "t") }, "-online t"},
		{func() error {
			_, err := r.Options.State.CompareAndSwap(t.Context(), "a/b", 0, []byte("x"))
			return err
		}, "+state a/b"},
		{func() error {
			_, err := r.Options.State.CompareAndSwap(t.Context(), "a/b", 1, []byte("x"))
			return err
		}, "~state a/b"},
		{func() error {
			return r.Offline.Append(t.Context(), set.Sources[0], "1", storetest.Batch(columns, row))
		}, "~offline src"},
		{func() error { r.Offline.Put("src", storetest.Batch(columns, []any{nil, storetest.Day, 1})); return nil }, "~offline src"},
		{func() error { set.Views[0].TTL = eventtime.Day; r.Apply(t, set); return nil }, "+registry test revision 2"},
	} {
		before, err := datatest.OfStores(t.Context(), &r.Options)
		try(t, err)
		try(t, c.change())
		after, err := datatest.OfStores(t.Context(), &r.Options)
		try(t, err)
		if got := strings.Join(before.Changes(after), ", "); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestOpeningAStoreIsNoChangeAndWritingToItIs(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"embedded", "sqlite"} {
		dir := t.TempDir()
		write(t, dir, "repo/feature_store.yaml", "project: p\nonline_store: {type: "+kind+"}\n")
		write(t, dir, "repo/data/rows.csv", "a\n")
		c, _, err := config.Load(filepath.Join(dir, "repo", config.FileName), nil)
		try(t, err)
		use := func(do func(parts *truepoint.Options) error) {
			t.Helper()
			parts, err := drivers.Open(t.Context(), c, func() eventtime.Instant { return 0 })
			try(t, err)
			_, err = parts.Online.Tables(t.Context())
			try(t, err)
			try(t, do(parts))
			try(t, parts.Online.Close())
			try(t, parts.Registry.Close())
			try(t, parts.State.Close())
			try(t, parts.Offline.Close())
		}
		put := func(parts *truepoint.Options) error {
			_, err := parts.Online.PutBatch(t.Context(), "t", []online.Cell{{Key: onlinetest.IntKey(t, 1), Row: value.AppendTombstone(nil, value.Version{Event: 1})}})
			return err
		}
		for _, s := range []struct {
			change func()
			want   []string
		}{
			{func() { use(func(*truepoint.Options) error { return nil }) }, nil}, // makes the files
			{func() { use(put) }, []string{"+online t"}},
			{func() { use(put) }, nil}, // the same cell again
			{func() {
				use(func(parts *truepoint.Options) error {
					_, err := parts.State.CompareAndSwap(t.Context(), "a", 0, []byte("x"))
					return err
				})
			}, []string{"+state a"}},
			{func() { write(t, dir, "repo/data/rows.csv", "b\n") }, []string{"~repo/data/rows.csv"}},
		} {
			before, err := datatest.NewRepository(dir)
			try(t, err)
			s.change()
			got, err := before.Changes(t.Context())
			if err != nil || !slices.Equal(got, s.want) {
				t.Errorf("%s: got %q and %v, want %q", kind, got, err, s.want)
			}
		}
	}
}
