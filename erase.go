package truepoint

import (
	"context"

	"github.com/truepoint/truepoint/erasure"
)

// A DeleteEntityRequest asks for the delete of an entity; a Receipt answers it.
type (
	DeleteEntityRequest = erasure.Request
	Receipt             = erasure.Receipt
)

// DeleteEntity deletes an entity from every online view that has its key, and keeps a receipt. See erasure.Delete for
// errors.
func (s *Store) DeleteEntity(ctx context.Context, req *DeleteEntityRequest) (*Receipt, error) {
	set, rev, err := s.Definitions(ctx)
	if err != nil {
		return nil, err
	}
	return erasure.Delete(ctx, &erasure.Env{
		Project: s.opt.Project, Set: set, Revision: rev, Online: s.online, State: s.opt.State, Clock: s.opt.Clock,
	}, req)
}

// Receipts returns the receipts of deleted entities in order of time, with an id only that one. Errors: NotFound.
func (s *Store) Receipts(ctx context.Context, id string) ([]Receipt, error) {
	return erasure.Receipts(ctx, s.opt.State, s.opt.Project, id)
}
