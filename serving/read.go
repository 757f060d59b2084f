package serving

import (
	"context"
	"errors"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/registry"
)

// Read answers a request with one call of the online store. Rows that were written under newer definitions than those
// that this process has make it read the definitions anew and ask the store once more.
//
// Errors: InvalidArgument for a request that contradicts itself, is too large, lacks a join key or a request column, or
// has values that are not of their declared type (with row numbers); NotFound with a suggestion for an unknown feature, view or service;
// FailedPrecondition before the first apply; and, unless errors become cells, the store's own code, mostly Unavailable.
func (s *Server) Read(ctx context.Context, req *Request) (*Response, error) {
	c, err := s.Current(ctx)
	if err != nil {
		return nil, err
	}
	res, outdated, err := s.readBy(ctx, c, req)
	if outdated && s.Refresh(ctx) == nil {
		if newer := s.catalog.Load(); newer != c {
			res, _, err = s.readBy(ctx, newer, req)
		}
	}
	return res, err
}

// readBy answers a request by the definitions of c. outdated reports that a row says that there are newer ones.
func (s *Server) readBy(ctx context.Context, c *Catalog, req *Request) (res *Response, outdated bool, err error) {
	p, err := c.plan(req)
	if err != nil {
		return nil, false, err
	}
	return s.readPlan(ctx, c, p, req)
}

// readPlan is readBy for a request that is resolved.
func (s *Server) readPlan(ctx context.Context, c *Catalog, p *plan, req *Request) (res *Response, outdated bool, err error) {
	e := &entities{}
	if err := e.parse(s, p, req); err != nil {
		return nil, false, err
	}
	reads := make([]*online.Read, len(p.sel.Uses))
	for i := range p.sel.Uses {
		reads[i] = &online.Read{Use: &p.sel.Uses[i], Table: p.tables[i], Keys: e.groups[p.groupOf[i]].keys}
	}
	if err := s.store.Read(ctx, reads); err != nil {
		outdated = newerRows(reads)
		if rule(req, p) != Cells || ctx.Err() != nil || errors.Is(err, context.Canceled) {
			return nil, outdated, unavailable(err)
		}
	}
	res, err = s.answer(ctx, p, e, &asked{reads: reads, revision: c.Revision, given: req.AsOf})
	return res, outdated, err
}

// newerRows reports whether a read failed because of rows that newer definitions wrote.
func newerRows(reads []*online.Read) bool {
	return slices.ContainsFunc(reads, func(r *online.Read) bool { return errs.CodeOf(r.Err) == errs.FailedPrecondition })
}

// rule returns what a store that cannot answer means for this request.
func rule(req *Request, p *plan) OnError {
	switch {
	case req.OnError != "":
		return req.OnError
	case p.sel.OnError != "":
		return OnError(p.sel.OnError)
	case req.Else != "":
		return req.Else
	}
	return Fail
}

// unavailable keeps the code of an error of the store, and gives one without a code Unavailable.
func unavailable(err error) error {
	code := errs.CodeOf(err)
	if code == errs.Unknown {
		code = errs.Unavailable
	}
	return errs.Wrap(err, code, "the online store cannot answer")
}

// An asked is what a response is made of besides the request.
type asked struct {
	reads    []*online.Read
	revision registry.Revision
	given    eventtime.Instant // None: the clock decides
}
