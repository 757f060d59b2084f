// Package memregistry is the registry driver that keeps revisions in memory: for tests and throw-away stores. It is
// the strictest driver: it copies what it takes and gives, and refuses calls after Close.
package memregistry

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/registry"
)

// A Registry is a registry.Driver in memory.
type Registry struct {
	mu       sync.RWMutex
	closed   bool
	projects map[string][]revision // revision i+1 at index i
}

type revision struct {
	entry   registry.Entry
	objects map[registry.ID][]byte // every object of this revision; never changed
}

// New returns an empty registry.
func New() *Registry { return &Registry{projects: map[string][]revision{}} }

var _ registry.Driver = (*Registry)(nil)

func (r *Registry) ready(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.closed {
		return errs.New(errs.FailedPrecondition, "the registry is closed")
	}
	return nil
}

// Read implements registry.Driver.
func (r *Registry) Read(ctx context.Context, project string, at registry.Revision) (registry.State, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if err := r.ready(ctx); err != nil {
		return registry.State{}, err
	}
	revisions := r.projects[project]
	head := registry.Revision(len(revisions))
	if at == registry.Newest {
		at = head
	}
	if at < 0 || at > head {
		return registry.State{}, registry.NoRevision(project, at, head)
	}
	out := registry.State{Project: project, Revision: at}
	if at == 0 {
		return out, nil
	}
	for id, body := range revisions[at-1].objects {
		out.Objects = append(out.Objects, registry.Object{Kind: id.Kind, Name: id.Name, Body: slices.Clone(body)})
	}
	slices.SortFunc(out.Objects, func(a, b registry.Object) int { return a.ID().Compare(b.ID()) })
	return out, nil
}

// Head implements registry.Driver.
func (r *Registry) Head(ctx context.Context, project string) (registry.Revision, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if err := r.ready(ctx); err != nil {
		return 0, err
	}
	return registry.Revision(len(r.projects[project])), nil
}

// Commit implements registry.Driver.
func (r *Registry) Commit(ctx context.Context, expected registry.Revision, c registry.Change) (registry.Revision, error) {
	if err := c.Check(); err != nil {
		return 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.ready(ctx); err != nil {
		return 0, err
	}
	revisions := r.projects[c.Project]
	head := registry.Revision(len(revisions))
	objects := map[registry.ID][]byte{}
	var newest registry.Entry
	if head > 0 {
		newest = revisions[head-1].entry
		objects = maps.Clone(revisions[head-1].objects)
	}
	if head != expected {
		return 0, registry.Conflict(c.Project, expected, newest)
	}
	changed, err := c.Changed(func(id registry.ID) bool { _, ok := objects[id]; return ok })
	if err != nil {
		return 0, err
	}
	for _, o := range c.Delete {
		delete(objects, o.ID())
	}
	for _, o := range c.Put {
		objects[o.ID()] = slices.Clone(o.Body)
	}
	entry := registry.Entry{Revision: head + 1, Time: c.Time, Author: c.Author, Message: c.Message, Changed: changed}
	r.projects[c.Project] = append(revisions, revision{entry, objects})
	return head + 1, nil
}

// History implements registry.Driver.
func (r *Registry) History(ctx context.Context, project string, limit int) ([]registry.Entry, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	revisions := r.projects[project]
	n := len(revisions)
	if limit > 0 {
		n = min(n, limit)
	}
	out := make([]registry.Entry, 0, n)
	for i := range n {
		e := revisions[len(revisions)-1-i].entry
		e.Changed = slices.Clone(e.Changed)
		out = append(out, e)
	}
	return out, nil
}

// Projects implements registry.Driver.
func (r *Registry) Projects(ctx context.Context) ([]string, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if err := r.ready(ctx); err != nil {
		return nil, err
	}
	return slices.SortedFunc(maps.Keys(r.projects), cmp.Compare), nil
}

// Code implements registry.Driver.
func (r *Registry) Code(err error) errs.Code { return errs.CodeOf(err) }

// Close implements registry.Driver. It may be called again.
func (r *Registry) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	return nil
}
