// Package objectregistry is the registry driver that keeps revisions in a bucket: each is one object with everything
// that stands then, created if it is absent. Many processes may commit at once; their commits form one line.
package objectregistry

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/objectstore"
	"github.com/truepoint/truepoint/internal/parallel"
	"github.com/truepoint/truepoint/registry"
)

// A Registry is a registry.Driver in a bucket.
type Registry struct {
	store *objectstore.Store
	dir   string // ends in a slash

	mu    sync.Mutex
	heads map[string]registry.Revision // revisions that were seen, by project
}

var _ registry.Driver = (*Registry)(nil)

// New returns the registry below a key. It makes no request; Close leaves the bucket open.
func New(store *objectstore.Store, key string) *Registry {
	return &Registry{store: store, dir: key + "/registry/", heads: map[string]registry.Revision{}}
}

const (
	revisionBytesMax = 1 << 30  // what is read of one revision
	entryBytes       = 64 << 10 // what is read first of a revision whose entry alone is wanted
	readsAtOnce      = 16
)

// project returns the prefix of the objects of a project.
func (r *Registry) project(name string) string {
	encoded, _ := objectstore.EncodeName(name)
	return r.dir + encoded + "/"
}

func (r *Registry) object(project string, at registry.Revision) string {
	return fmt.Sprintf("%s%012d.txt", r.project(project), at)
}

// Read implements registry.Driver. Errors: also DataLoss for a revision that is not as it was committed.
func (r *Registry) Read(ctx context.Context, project string, at registry.Revision) (registry.State, error) {
	if err := ctx.Err(); err != nil {
		return registry.State{}, err
	}
	if at < 1 {
		head, err := r.Head(ctx, project)
		if err != nil {
			return registry.State{}, err
		}
		if at != registry.Newest && at < 0 {
			return registry.State{}, registry.NoRevision(project, at, head)
		}
		if at == 0 || head == 0 {
			return registry.State{Project: project}, nil
		}
		at = head
	}
	rev, err := r.read(ctx, project, at)
	if errs.CodeOf(err) == errs.NotFound {
		head, err := r.Head(ctx, project)
		if err != nil {
			return registry.State{}, err
		}
		return registry.State{}, registry.NoRevision(project, at, head)
	}
	if err != nil {
		return registry.State{}, err
	}
	return registry.State{Project: project, Revision: at, Objects: rev.objects}, nil
}

func (r *Registry) read(ctx context.Context, project string, at registry.Revision) (*revision, error) {
	body, _, err := r.store.Read(ctx, r.object(project, at), revisionBytesMax)
	if err != nil {
		return nil, err
	}
	rev, err := decode(body)
	if err == nil && (rev.Revision != at || rev.Project != project) {
		err = errs.New(errs.DataLoss, "it holds revision %d of project %q", rev.Revision, rev.Project)
	}
	if err != nil {
		return nil, errs.Wrap(err, errs.CodeOf(err), "revision %d of project %q, in %s", at, project, r.store.Name(r.object(project, at))).WithID("T0419")
	}
	return rev, nil
}

// Commit implements registry.Driver: one object, created if nobody else created it, which is durable when Commit returns.
func (r *Registry) Commit(ctx context.Context, expected registry.Revision, c registry.Change) (registry.Revision, error) {
	if err := c.Check(); err != nil {
		return 0, err
	}
	head, err := r.Head(ctx, c.Project)
	if err != nil {
		return 0, err
	}
	now := &revision{}
	if head > 0 {
		if now, err = r.read(ctx, c.Project, head); err != nil {
			return 0, err
		}
	}
	if head != expected {
		return 0, registry.Conflict(c.Project, expected, now.entry())
	}
	next, err := now.apply(&c)
	if err != nil {
		return 0, err
	}
	body, err := next.encode()
	if err != nil {
		return 0, err
	}
	err = r.store.Put(ctx, r.object(c.Project, next.Revision), body, objectstore.Absent())
	if errs.CodeOf(err) == errs.Aborted {
		other, err := r.read(ctx, c.Project, next.Revision)
		if err != nil {
			return 0, err
		}
		return 0, registry.Conflict(c.Project, expected, other.entry())
	}
	if err != nil {
		return 0, err
	}
	r.see(c.Project, next.Revision)
	r.hint(ctx, c.Project, next.Revision)
	return next.Revision, nil
}

// History implements registry.Driver, with one small read for each revision.
func (r *Registry) History(ctx context.Context, project string, limit int) ([]registry.Entry, error) {
	head, err := r.Head(ctx, project)
	if err != nil {
		return nil, err
	}
	n := int(head)
	if limit > 0 {
		n = min(n, limit)
	}
	out := make([]registry.Entry, n)
	return out, parallel.Each(n, readsAtOnce, func(i int) error {
		at := head - registry.Revision(i)
		first, err := r.store.ReadFirst(ctx, r.object(project, at), entryBytes)
		if err != nil {
			return err
		}
		if bytes.IndexByte(first, '\n') < 0 {
			rev, err := r.read(ctx, project, at)
			if err == nil {
				out[i] = rev.entry()
			}
			return err
		}
		rev, _, err := decodeFirst(first)
		if err != nil {
			return errs.Wrap(err, errs.CodeOf(err), "revision %d of project %q", at, project).WithID("T0419")
		}
		out[i] = rev.entry()
		return nil
	})
}

// Projects implements registry.Driver.
func (r *Registry) Projects(ctx context.Context) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	names, err := r.store.Directories(ctx, r.dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, n := range names {
		project, spelled := objectstore.DecodeName(n)
		if !spelled {
			first, err := r.store.ReadFirst(ctx, fmt.Sprintf("%s%s/%012d.txt", r.dir, n, 1), entryBytes)
			if err != nil {
				return nil, err
			}
			rev, _, err := decodeFirst(first)
			if err != nil {
				return nil, err
			}
			project = rev.Project
		}
		out = append(out, project)
	}
	slices.Sort(out)
	return out, nil
}

// Code implements registry.Driver.
func (r *Registry) Code(err error) errs.Code { return errs.CodeOf(err) }

// Close implements registry.Driver.
func (r *Registry) Close() error { return nil }
