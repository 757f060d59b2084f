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
	Logged  bool              `json:"logged,omitempty"` // the push log has the push; false where a repetition must see to it
	Result  *Result           `json:"result,omitempty"`
	Ack     string            `json:"ack,omitempty"` // as the push wanted it that has the result

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

// claim takes the id of a push, and enters it in the push log, or finds that the id was taken. Errors: InvalidArgument for an
// id that was used for other rows within IDKept; those of state.Decode.
func (e *Env) claim(ctx context.Context, t *target, req *Request, rows *table) (*claim, error) {
	fresh := &claim{Format: claimFormat, ID: req.ID, Arrival: e.Clock(), Ack: req.Ack}
	if req.ID == "" {
		fresh.unnamed = newID()
		_, err := e.take(ctx, t, rows, fresh)
		return fresh, err
	}
	if len(req.ID) > idBytesMax {
		return nil, errs.New(errs.InvalidArgument, "the push_id has %d bytes, at most %d are allowed", len(req.ID), idBytesMax).WithID("T0471")
	}
	digest, err := rows.digest(e.Revision)
	if err != nil {
		return nil, err
	}
	fresh.Digest = string(t.to) + ":" + digest
	sum := sha256.Sum256([]byte(req.ID))
	fresh.key = "pushes/" + e.Project + "/" + t.name + "/" + hex.EncodeToString(sum[:])
	for { // most ids are new: their records are looked at only when they are not
		if taken, err := e.take(ctx, t, rows, fresh); taken || err != nil {
			return fresh, err
		}
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
		fresh.version = r.Version
	}
}

// take makes rows those of a fresh claim, and writes the claim over the version that it has, if it is of an id, and the entry
// of the push log, if one is due. It reports false if the record of the id has another version.
func (e *Env) take(ctx context.Context, t *target, rows *table, c *claim) (taken bool, err error) {
	rows.arrive(c.Arrival)
	n := &note{}
	if rows.logged() {
		if n.entry, err = e.entry(t, rows, c); err != nil {
			return false, err
		}
	}
	if c.ID != "" {
		c.Logged = n.entry != nil && e.Journal.whole()
		if n.claim, err = c.swap(); err != nil {
			return false, err
		}
	}
	if n.entry == nil && n.claim == nil {
		return true, nil
	}
	if err := e.Journal.add(ctx, t.name, n); err != nil {
		return false, e.stateError(err)
	}
	c.version, c.Logged = n.version, n.entry != nil
	return !n.refused, nil
}

// again makes rows those of a claim that was found, and sees to it that the push log has them.
func (e *Env) again(ctx context.Context, t *target, rows *table, c *claim) error {
	rows.arrive(c.Arrival)
	if c.Logged || !rows.logged() {
		return nil
	}
	n, err := e.entry(t, rows, c)
	if err != nil {
		return err
	}
	if err := e.Journal.writeLog(ctx, t.name, n); err != nil {
		return e.stateError(err)
	}
	c.Logged = true
	return nil
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

// swap returns what writes a claim over the version that it has.
func (c *claim) swap() (*state.Swap, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "encode push %q", c.ID)
	}
	return &state.Swap{Key: c.key, Expected: c.version, Value: body}, nil
}

// answers reports whether a claim has a result that was acknowledged as ack wants it.
func (c *claim) answers(ack string) bool {
	return c.Result != nil && (c.Ack == ack || c.Ack == Replicated || ack == Durable)
}

// settle keeps the result of a push with its id. A push of the same id that was faster has kept the same.
func (e *Env) settle(ctx context.Context, t *target, c *claim) error {
	if c.ID == "" {
		return nil
	}
	w, err := c.swap()
	if err != nil {
		return err
	}
	if err := e.Journal.add(ctx, t.name, &note{claim: w}); err != nil {
		return e.stateError(err)
	}
	return nil
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
