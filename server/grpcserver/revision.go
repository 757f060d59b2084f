package grpcserver

import (
	"context"
	"strconv"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/truepoint/truepoint/registry"
)

// revisionName is the header that names the revision of the registry by which an online read is answered, as over HTTP.
const revisionName = "x-truepoint-revision"

// A revisionHeader is the header of the revision that was told last. The next answers mostly tell it again.
type revisionHeader struct{ last atomic.Pointer[revised] }

type revised struct {
	revision registry.Revision
	header   metadata.MD
}

// tell sets the header of the answer to the call of ctx.
func (h *revisionHeader) tell(ctx context.Context, r registry.Revision) {
	last := h.last.Load()
	if last == nil || last.revision != r {
		last = &revised{r, metadata.Pairs(revisionName, strconv.FormatInt(int64(r), 10))}
		h.last.Store(last)
	}
	_ = grpc.SetHeader(ctx, last.header) // fails after the answer only
}
