package datatest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/eventtime"
)

// A Repository remembers a directory with the feature repositories in it. Every file counts by its bytes, except
// those of registry and online stores: opening a store, which a command may do before it refuses, makes its files and
// rotates logs, manifests and locks of Pebble and SQLite. So where their bytes differ, copies of the store before and
// after are opened, and everything that they hold is compared.
type Repository struct {
	dir    string
	before Digest
	stores []*store
}

// A store is what one configuration calls its registry and its online store.
type store struct {
	config *config.Config
	before map[string][]byte // content of its files, by path
}

// NewRepository remembers what stands below dir. A configuration that cannot be read, or only with variables of the
// environment, has no stores: then all files count by their bytes.
func NewRepository(dir string) (*Repository, error) {
	before, err := OfDir(dir)
	if err != nil {
		return nil, err
	}
	r := &Repository{dir: dir, before: before}
	for name := range before {
		if filepath.Base(name) != config.FileName {
			continue
		}
		c, _, err := config.Load(filepath.Join(dir, filepath.FromSlash(name)), nil)
		if err != nil {
			continue
		}
		s := &store{config: c}
		if s.before, err = s.files(); err != nil {
			return nil, err
		}
		r.stores = append(r.stores, s)
	}
	return r, nil
}

// Changes returns what has changed since: files as Digest.Changes names them, and parts of stores as OfStores does.
func (r *Repository) Changes(ctx context.Context) ([]string, error) {
	after, err := OfDir(r.dir)
	if err != nil {
		return nil, err
	}
	var out []string
	touched := map[*store]bool{}
	for _, c := range r.before.Changes(after) {
		s := r.storeOf(filepath.Join(r.dir, filepath.FromSlash(c[1:])))
		if s == nil {
			out = append(out, c)
			continue
		}
		touched[s] = true
	}
	for _, s := range r.stores {
		if !touched[s] {
			continue
		}
		changes, err := s.changes(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, changes...)
	}
	return out, nil
}

func (r *Repository) storeOf(path string) *store {
	for _, s := range r.stores {
		if s.name(path) != "" {
			return s
		}
	}
	return nil
}

// Names of the parts of a copied store.
const (
	registryCopy = "registry"
	onlineCopy   = "online"
)

// name returns the name that the file at path has in a copy of the store, or nothing for a file that is none of its.
func (s *store) name(path string) string {
	for _, place := range [][2]string{{s.config.Registry.Path, registryCopy}, {s.config.Online.Path, onlineCopy}} {
		rest, found := strings.CutPrefix(path, place[0])
		if place[0] != "" && found && (rest == "" || rest[0] == filepath.Separator || rest[0] == '-') { // as in registry.db-wal
			return place[1] + rest
		}
	}
	return ""
}

// files returns the content of the store's regular files. Sockets stay behind: nobody but the reader opens a copy.
func (s *store) files() (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, root := range []string{s.config.Registry.Path, s.config.Online.Path} {
		if root == "" {
			continue
		}
		err := filepath.WalkDir(filepath.Dir(root), func(path string, e fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil
			case err != nil:
				return err
			case s.name(path) == "" || !e.Type().IsRegular():
				return nil
			}
			b, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			out[path] = b
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *store) changes(ctx context.Context) ([]string, error) {
	now, err := s.files()
	if err != nil {
		return nil, err
	}
	before, err := s.held(ctx, s.before)
	if err != nil {
		return nil, err
	}
	after, err := s.held(ctx, now)
	if err != nil {
		return nil, err
	}
	return before.Changes(after), nil
}

// held returns the digest of what a store with the files holds. Sources are left out: they count as files.
func (s *store) held(ctx context.Context, files map[string][]byte) (_ Digest, err error) {
	dir, err := os.MkdirTemp("", "store")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for path, b := range files {
		at := filepath.Join(dir, s.name(path))
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(at, b, 0o600); err != nil {
			return nil, err
		}
	}
	c := *s.config
	c.Registry.Path, c.Online.Path = filepath.Join(dir, registryCopy), filepath.Join(dir, onlineCopy)
	parts, err := drivers.Open(ctx, &c, func() eventtime.Instant { return 0 })
	if err != nil {
		return nil, err
	}
	defer func() {
		err = errors.Join(err, parts.Online.Close(), parts.Registry.Close(), parts.State.Close(), parts.Offline.Close())
	}()
	held := *parts
	held.Offline = nil
	return OfStores(ctx, &held)
}
