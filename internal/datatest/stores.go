package datatest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"slices"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// Stores remembers everything that the drivers of a store hold and returns a check that fails the test if anything has
// changed since. Drivers that are nil hold nothing.
func Stores(t testing.TB, parts *truepoint.Options) (check func()) {
	t.Helper()
	return unchanged(t, func() (Digest, error) { return OfStores(t.Context(), parts) })
}

// OfStores returns the digest of all revisions of all projects, all records of the state, all cells of all online
// tables, and all rows of the sources that the newest revision of the project defines. It calls no method that writes.
func OfStores(ctx context.Context, parts *truepoint.Options) (Digest, error) {
	d := Digest{}
	if err := d.addRegistry(ctx, parts); err != nil {
		return nil, err
	}
	if err := d.addState(ctx, parts); err != nil {
		return nil, err
	}
	if err := d.addOnline(ctx, parts.Online); err != nil {
		return nil, err
	}
	return d, nil
}

func (d Digest) addRegistry(ctx context.Context, parts *truepoint.Options) error {
	if parts.Registry == nil {
		return nil
	}
	projects, err := parts.Registry.Projects(ctx)
	if err != nil {
		return err
	}
	for _, project := range projects {
		entries, err := parts.Registry.History(ctx, project, 0)
		if err != nil {
			return err
		}
		for _, e := range entries {
			s, err := parts.Registry.Read(ctx, project, e.Revision)
			if err != nil {
				return err
			}
			if err := d.addJSON(fmt.Sprintf("registry %s revision %d", project, e.Revision), []any{e, s}); err != nil {
				return err
			}
		}
	}
	if parts.Offline == nil || !slices.Contains(projects, parts.Project) {
		return nil
	}
	s, err := parts.Registry.Read(ctx, parts.Project, registry.Newest)
	if err != nil {
		return err
	}
	set, err := registry.DecodeSet(s)
	if err != nil {
		return err
	}
	for _, src := range set.Sources {
		if src.Type != feature.FileSource {
			continue
		}
		if err := d.addSource(ctx, parts.Offline, src); err != nil {
			return err
		}
	}
	return nil
}

func (d Digest) addJSON(name string, v any) error {
	b, err := json.Marshal(v)
	d[name] = sumOf(b)
	return err
}

func (d Digest) addState(ctx context.Context, parts *truepoint.Options) error {
	if parts.State == nil {
		return nil
	}
	records, err := parts.State.List(ctx, "")
	for _, r := range records {
		d["state "+r.Key] = fmt.Sprintf("version %d %s", r.Version, sumOf(r.Value))
	}
	return err
}

func (d Digest) addOnline(ctx context.Context, driver online.Driver) error {
	if driver == nil {
		return nil
	}
	tables, err := driver.Tables(ctx)
	if err != nil {
		return err
	}
	for _, table := range tables {
		h, cells := sha256.New(), 0
		if err := driver.Scan(ctx, table, func(c online.Cell) bool {
			cells++
			frame(h, c.Key)
			frame(h, c.Row)
			return true
		}); err != nil {
			return err
		}
		d["online "+table] = fmt.Sprintf("%d cells %s", cells, sum(h))
	}
	return nil
}

// frame writes b with its length, so that no two lists of texts have the same bytes.
func frame(h hash.Hash, b []byte) {
	var length [8]byte
	binary.BigEndian.PutUint64(length[:], uint64(len(b)))
	h.Write(length[:])
	h.Write(b)
}

// addSource adds the manifest and the rows of a source, or the error that reading it gives.
func (d Digest) addSource(ctx context.Context, driver offline.Driver, src *feature.Source) error {
	content, err := rowsOf(ctx, driver, src)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		content = fmt.Sprintf("%v: %v", errs.CodeOf(err), err)
	}
	d["offline "+src.Name] = content
	return nil
}

func rowsOf(ctx context.Context, driver offline.Driver, src *feature.Source) (string, error) {
	fields, err := driver.Columns(ctx, src)
	if err != nil {
		return "", err
	}
	snap, err := driver.Open(ctx, src, fields, nil)
	if err != nil {
		return "", err
	}
	defer snap.Close()
	names, columns := make([]string, len(fields)), make([]*value.Column, len(fields))
	for i, f := range fields {
		names[i], columns[i] = f.Name, new(value.Column)
	}
	h := sha256.New()
	for _, p := range snap.Parts() {
		if err := p.Read(ctx, names, columns); err != nil {
			return "", err
		}
		for i, c := range columns {
			frame(h, []byte(names[i]+" "+c.Type.String()))
			for r := range c.Len() {
				if c.Null(r) {
					h.Write([]byte{0})
					continue
				}
				frame(h, tablefile.AppendText(nil, c.At(r), c.Type))
			}
		}
	}
	manifest, err := json.Marshal(snap.Manifest())
	return hex.EncodeToString(h.Sum(nil)) + " of " + string(manifest), err
}
