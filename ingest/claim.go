package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/state"
)

// IDKept is how long a push id is remembered.
const IDKept = eventtime.Day

// idBytesMax bounds a push id.
const idBytesMax = 1024

// claimFormat is the version of the claims' JSON, of what their digest covers (log.go) and of the id of the append that
// follows from it; readers refuse a greater one.
const claimFormat = 1

// A claim is the state record of a push id: written before the rows, completed with the result after them. A push that
// finds a claim without a result repeats the work with the arrival of the first, so that it writes the same versions.
type claim struct {
	Format  int               `json:"format"`
	ID      string            `json:"id"`
	Digest  string            `json:"digest"` // of target and rows
	Arrival eventtime.Instant `json:"arrival"`
	Result  *Result           `json:"result,omitempty"`

	key     string
	version int64
	unnamed string // stands for the id of a push that came without one
}

// appendID returns what makes the append to the history happen once.
func (c *claim) appendID() string {
	if c.ID == "" {
		return c.unnamed
	}
	sum := sha256.Sum256([]byte(c.ID + "\x00" + c.Digest))
	return hex.EncodeToString(sum[:16])
}

// claim takes the id of a push, or finds that it was taken. Errors: InvalidArgument for an id that was used for other
// rows within IDKept; those of state.Decode.
func (e *Env) claim(ctx context.Context, t *target, req *Request, rows *table) (*claim, error) {
	fresh := &claim{Format: claimFormat, ID: req.ID, Arrival: e.Clock()}
	if req.ID == "" {
		fresh.unnamed = newID()
		return fresh, nil
	}
	if len(req.ID) > idBytesMax {
		return nil, errs.New(errs.InvalidArgument, "the push_id has %d bytes, at most %d are allowed", len(req.ID), idBytesMax).WithID("T0471")
	}
	digest, err := rows.digest()
	if err != nil {
		return nil, err
	}
	fresh.Digest = string(t.to) + ":" + digest
	sum := sha256.Sum256([]byte(req.ID))
	fresh.key = "pushes/" + e.Project + "/" + t.name + "/" + hex.EncodeToString(sum[:])
	for {
		r, err := e.State.Get(ctx, fresh.key)
		if err != nil {
			return nil, e.stateError(err)
		}
		old, err := readClaim(r)
		if err != nil {
			return nil, err
		}
		if old != nil && !old.expired(fresh.Arrival) {
			if old.Digest != fresh.Digest {
				return nil, errs.New(errs.InvalidArgument, "push_id %q was used at %s for other rows", req.ID, old.Arrival).WithID("T0472").
					WithHint("give every push an id of its own")
			}
			old.key, old.version = fresh.key, r.Version
			return old, nil
		}
		fresh.version, err = e.put(ctx, fresh, r.Version)
		if errs.CodeOf(err) != errs.Aborted {
			return fresh, err
		}
	}
}

// readClaim returns the claim in a record, or nil when there is none. Errors: those of state.Decode.
func readClaim(r state.Record) (*claim, error) {
	if r.Version == 0 {
		return nil, nil
	}
	c := &claim{}
	return c, state.Decode(r, "claim of a push_id", claimFormat, c)
}

// expired reports whether a claim is older than IDKept.
func (c *claim) expired(now eventtime.Instant) bool { return now.Sub(c.Arrival) > IDKept }

func (e *Env) put(ctx context.Context, c *claim, version int64) (int64, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return 0, errs.Wrap(err, errs.Internal, "encode push %q", c.ID)
	}
	v, err := e.State.CompareAndSwap(ctx, c.key, version, body)
	if err != nil {
		return 0, e.stateError(err)
	}
	return v, nil
}

// settle keeps the result of a push with its id. A push of the same id that was faster has kept the same.
func (e *Env) settle(ctx context.Context, c *claim, res *Result) error {
	if c.ID == "" {
		return nil
	}
	c.Result = res
	_, err := e.put(ctx, c, c.version)
	if errs.CodeOf(err) == errs.Aborted {
		return nil
	}
	return err
}

// OldIDs returns the records of pushes' ids that are older than IDKept. Records that cannot be read are among them, but not
// those of a newer release.
func (e *Env) OldIDs(ctx context.Context) ([]state.Record, error) {
	records, err := e.State.List(ctx, "pushes/"+e.Project+"/")
	if err != nil {
		return nil, e.stateError(err)
	}
	now := e.Clock()
	return slices.DeleteFunc(records, func(r state.Record) bool {
		c, err := readClaim(r)
		return errs.CodeOf(err) == errs.FailedPrecondition || err == nil && !c.expired(now)
	}), nil
}

// ForgetOld removes the records that OldIDs returns and tells how many there were.
func (e *Env) ForgetOld(ctx context.Context) (int, error) {
	old, err := e.OldIDs(ctx)
	if err != nil {
		return 0, err
	}
	for n, r := range old {
		if err := e.State.Delete(ctx, r.Key, r.Version); err != nil && errs.CodeOf(e.stateError(err)) != errs.Aborted {
			return n, e.stateError(err)
		}
	}
	return len(old), nil
}

// Forget removes every push id and the push log of the project and returns how many records there were.
func (e *Env) Forget(ctx context.Context) (int, error) {
	n := 0
	for _, prefix := range []string{"pushes/" + e.Project + "/", e.logRoot()} {
		records, err := e.State.List(ctx, prefix)
		if err != nil {
			return n, e.stateError(err)
		}
		for _, r := range records {
			if err := e.State.Delete(ctx, r.Key, r.Version); err != nil {
				return n, e.stateError(err)
			}
			n++
		}
	}
	return n, nil
}

func (e *Env) stateError(err error) error {
	var coded *errs.Error
	if errors.As(err, &coded) {
		return err
	}
	code := errs.CodeOf(err)
	if code == errs.Unknown {
		code = e.State.Code(err)
	}
	return errs.Wrap(err, code, "keep the state of a push")
}
