package runs

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/state"
)

// attemptsMax bounds how often a compare-and-swap is tried again when others moved the record meanwhile.
const attemptsMax = 256

// A Ledger reads and writes the records of one project.
type Ledger struct {
	state   state.Driver
	project string
	notes   board
	memory  memory
}

// NewLedger returns the ledger of a project.
func NewLedger(d state.Driver, project string) *Ledger { return &Ledger{state: d, project: project} }

func (l *Ledger) viewKey(view string) string    { return "views/" + l.project + "/" + view }
func (l *Ledger) runKey(view, id string) string { return "runs/" + l.project + "/" + view + "/" + id }

// View returns the state record of a view; one that was never written is empty.
func (l *Ledger) View(ctx context.Context, view string) (*View, error) {
	v, _, err := l.read(ctx, view)
	return v, err
}

// Views returns the state records of the project by view.
func (l *Ledger) Views(ctx context.Context) (map[string]*View, error) {
	prefix := l.viewKey("")
	records, err := l.state.List(ctx, prefix)
	if err != nil {
		return nil, l.fail(err, "list the state of views")
	}
	out := make(map[string]*View, len(records))
	for _, r := range records {
		v, err := decode(r)
		if err != nil {
			return nil, err
		}
		out[strings.TrimPrefix(r.Key, prefix)] = v
	}
	return out, nil
}

// Update changes the state record of a view: change is called with the present record until a compare-and-swap of what
// it made of it succeeds. An error of change is returned as it is and nothing is written.
func (l *Ledger) Update(ctx context.Context, view string, change func(*View) error) (*View, error) {
	for range attemptsMax {
		v, version, err := l.read(ctx, view)
		if err != nil {
			return nil, err
		}
		if err := change(v); err != nil {
			return nil, err
		}
		v.Format = format
		body, err := json.Marshal(v)
		if err != nil {
			return nil, errs.Wrap(err, errs.Internal, "encode the state of view %q", view)
		}
		_, err = l.state.CompareAndSwap(ctx, l.viewKey(view), version, body)
		if err == nil {
			return v, nil
		}
		if err = l.fail(err, "write the state of view %q", view); errs.CodeOf(err) != errs.Aborted {
			return nil, err
		}
	}
	return nil, errs.New(errs.Aborted, "the state of view %q was moved by others %d times in a row", view, attemptsMax)
}

func (l *Ledger) read(ctx context.Context, view string) (*View, int64, error) {
	r, err := l.state.Get(ctx, l.viewKey(view))
	if err != nil {
		return nil, 0, l.fail(err, "read the state of view %q", view)
	}
	if r.Version == 0 {
		return &View{}, 0, nil
	}
	v, err := decode(r)
	return v, r.Version, err
}

func decode(r state.Record) (*View, error) {
	v := &View{}
	return v, state.Decode(r, "state record", format, v)
}

// Forget removes every record of a view.
func (l *Ledger) Forget(ctx context.Context, view string) error {
	keys, err := l.state.List(ctx, l.runKey(view, ""))
	if err != nil {
		return l.fail(err, "list the runs of view %q", view)
	}
	if r, err := l.state.Get(ctx, l.viewKey(view)); err != nil {
		return l.fail(err, "read the state of view %q", view)
	} else if r.Version != 0 {
		keys = append(keys, r)
	}
	for _, r := range keys {
		if err := l.state.Delete(ctx, r.Key, r.Version); err != nil {
			return l.fail(err, "delete the record %q", r.Key)
		}
	}
	return nil
}

// fail gives a raw driver error its code; errors that carry one stay as they are.
func (l *Ledger) fail(err error, format string, args ...any) error {
	var e *errs.Error
	if errors.As(err, &e) {
		return err
	}
	code := errs.CodeOf(err)
	if code == errs.Unknown {
		code = l.state.Code(err)
	}
	return errs.Wrap(err, code, format, args...)
}

// sortNewest orders runs by start, newest first.
func sortNewest(all []Run) {
	slices.SortFunc(all, func(a, b Run) int {
		if a.Started != b.Started {
			if a.Started > b.Started {
				return -1
			}
			return 1
		}
		return strings.Compare(b.ID, a.ID)
	})
}
