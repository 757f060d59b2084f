package objectregistry

import (
	"context"
	"strconv"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/objectstore"
	"github.com/truepoint/truepoint/registry"
)

// hintName is the object beside the revisions that says where to look for the newest. It is written after a commit and
// may lag, or be lost.
const hintName = "head"

// Head implements registry.Driver. It asks whether there is a revision after the newest one that this process saw: one
// request while nothing changed, one or two more for each doubling of what did.
func (r *Registry) Head(ctx context.Context, project string) (registry.Revision, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	low, err := r.known(ctx, project)
	if err != nil {
		return 0, err
	}
	step := registry.Revision(1)
	for { // revisions have no gaps: low is there
		there, err := r.there(ctx, project, low+step)
		if err != nil {
			return 0, err
		}
		if !there {
			break
		}
		low, step = low+step, step*2
	}
	for high := low + step; high-low > 1; { // high is not
		middle := low + (high-low)/2
		there, err := r.there(ctx, project, middle)
		if err != nil {
			return 0, err
		}
		if there {
			low = middle
		} else {
			high = middle
		}
	}
	r.see(project, low)
	return low, nil
}

// known returns a revision that exists, 0 if none is known.
func (r *Registry) known(ctx context.Context, project string) (registry.Revision, error) {
	r.mu.Lock()
	seen := r.heads[project]
	r.mu.Unlock()
	if seen > 0 {
		return seen, nil
	}
	text, err := r.store.ReadFirst(ctx, r.project(project)+hintName, 20)
	if errs.CodeOf(err) == errs.NotFound {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || n < 1 {
		return 0, nil
	}
	there, err := r.there(ctx, project, registry.Revision(n))
	if err != nil || !there {
		return 0, err
	}
	return registry.Revision(n), nil
}

func (r *Registry) there(ctx context.Context, project string, at registry.Revision) (bool, error) {
	_, err := r.store.Stat(ctx, r.object(project, at))
	if errs.CodeOf(err) == errs.NotFound {
		return false, nil
	}
	return err == nil, err
}

// see remembers that a revision exists.
func (r *Registry) see(project string, at registry.Revision) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heads[project] = max(r.heads[project], at)
}

// hint writes the hint. The commit stands already: without the hint, others search longer.
func (r *Registry) hint(ctx context.Context, project string, at registry.Revision) {
	_ = r.store.Put(ctx, r.project(project)+hintName, strconv.AppendInt(nil, int64(at), 10), objectstore.Always())
}
