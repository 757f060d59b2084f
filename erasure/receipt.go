package erasure

import (
	"context"
	"encoding/json"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/state"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// A Receipt says what was deleted, when, and what was not. It is kept in the state store until a
// collection is told to take receipts of its age.
type Receipt struct {
	Format   int               `json:"format"`
	ID       string            `json:"id,omitempty"` // empty for a dry run
	Project  string            `json:"project"`
	Time     eventtime.Instant `json:"time"`
	Revision registry.Revision `json:"revision"`
	Keys     []Key             `json:"keys"`
	Hash     string            `json:"hash"`   // of the keys, as on the suppression list
	Erased   bool              `json:"erased"` // the entity is on the suppression list
	Tables   []Table           `json:"tables"` // in order of name
	// Remaining names what holds rows of the entity, or may, and is not changed by a delete.
	Remaining []Remainder `json:"remaining"`
}

// A Key is one join key of the entity. The stored receipt of an erasure has no values.
type Key struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"` // as text
}

// A Table is one online table in which the entity was deleted.
type Table struct {
	View       string            `json:"view"`
	Table      string            `json:"table"`
	Rows       int               `json:"rows"`       // that were there, and are tombstones now
	Tombstones int               `json:"tombstones"` // written, also for a key that had no row
	Event      eventtime.Instant `json:"event"`      // the greatest event time of the tombstones: older rows do not come back
	Verified   bool              `json:"verified"`   // every row was read back as a tombstone
}

// A Remainder is something that a delete does not reach.
type Remainder struct {
	Kind string `json:"kind"` // "source", "push log" or "online table"
	Name string `json:"name"`
	Why  string `json:"why"`
}

// Rows returns how many rows were deleted in all.
func (r *Receipt) Rows() int {
	n := 0
	for _, t := range r.Tables {
		n += t.Rows
	}
	return n
}

func receiptPrefix(project string) string { return "receipts/" + project + "/" }

// keep stores a receipt; one of an erasure without the values of the keys.
func (e *Env) keep(ctx context.Context, r *Receipt) error {
	kept := *r
	if r.Erased {
		kept.Keys = nil
		for _, k := range r.Keys {
			kept.Keys = append(kept.Keys, Key{Name: k.Name})
		}
	}
	body, err := json.Marshal(&kept)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "encode a receipt")
	}
	if _, err := e.State.CompareAndSwap(ctx, receiptPrefix(e.Project)+r.ID, 0, body); err != nil {
		err = stateError(e.State, err, "write the receipt")
		return errs.Wrap(err, errs.CodeOf(err), "the rows are deleted, but the receipt is not kept").
			WithHint("repeat the command: deleting again is safe and gives a new receipt")
	}
	return nil
}

// Receipts returns the receipts of a project in order of time, with an id only that one. Errors: NotFound for an id that
// no receipt has; DataLoss for one that cannot be read; those of the state store.
func Receipts(ctx context.Context, d state.Driver, project, id string) ([]Receipt, error) {
	records, err := d.List(ctx, receiptPrefix(project)+id)
	if err != nil {
		return nil, stateError(d, err, "read the receipts")
	}
	out := make([]Receipt, 0, len(records))
	for _, r := range records {
		var one Receipt
		if err := state.Decode(r, "receipt", format, &one); err != nil {
			return nil, err
		}
		if id == "" || one.ID == id {
			out = append(out, one)
		}
	}
	if id != "" && len(out) == 0 {
		return nil, errs.New(errs.NotFound, "there is no receipt %q", id).WithID("T0378").WithHint("truepoint delete-entity --receipts lists them")
	}
	return out, nil
}

// OldReceipts returns the records of a project's receipts of before an instant. Errors: as Receipts.
func OldReceipts(ctx context.Context, d state.Driver, project string, before eventtime.Instant) ([]state.Record, error) {
	records, err := d.List(ctx, receiptPrefix(project))
	if err != nil {
		return nil, stateError(d, err, "read the receipts")
	}
	var old []state.Record
	for _, r := range records {
		var one Receipt
		if err := state.Decode(r, "receipt", format, &one); err != nil {
			return nil, err
		}
		if one.Time < before {
			old = append(old, r)
		}
	}
	return old, nil
}

// textOf returns a value of a key as a person writes it.
func textOf(v value.Value) string {
	if v.Kind() == value.String {
		return v.Text()
	}
	return string(jsonvalue.AppendOwn(nil, v))
}
