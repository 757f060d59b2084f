package explain

import (
	"context"
	"fmt"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/serving"
)

// cure returns what makes offline and online agree, with the command that does it where one does. The greater version
// stays in the online store (design/semantics.md 7.1): what the history has newer, or again, a run writes; what online
// has newer than the history, no run can replace.
func (e *Env) cure(ctx context.Context, r *Result, u *feature.Use) (string, error) {
	o, w := &r.Online, r.Offline.Winner
	name := u.View.Name
	switch {
	case !u.View.Online:
		return "set online: true, then truepoint apply", nil
	case o.Reason == serving.ReasonAsOf:
		return "none is needed: the online store keeps the newest row only; leave out --at to compare the present", nil
	case o.Reason == serving.ReasonFutureRow:
		return fmt.Sprintf("compare again at %s, or check the clock of whoever pushed the row", max(o.Event, o.Created)), nil
	case o.Reason == serving.ReasonStore:
		return "see that the online store runs, then repeat the command", nil
	case r.Older != nil:
		return fmt.Sprintf("complete generation %d, which no run but its own can do: %s", r.Older.Waiting, r.Older.Command(e.Clock())), nil
	case r.Offline.Window != nil:
		return e.recompute(r, name), nil
	case o.Found && (w == nil || o.Event > w.Event || o.Event == w.Event && o.Created > w.Created):
		return e.extend(r, u), nil
	case w == nil: // the stored row cannot be read, and the history has none
		return "repeat the command; a row that stays unreadable is damaged, and a newer one replaces it", nil
	}
	state, err := e.Ledger.View(ctx, name)
	if err != nil {
		return "", err
	}
	if !state.Known(u.View.Generation) || state.Generation(u.View.Generation).Watermark == eventtime.None {
		return fmt.Sprintf("truepoint materialize-incremental %s -v %s", e.Clock(), name), nil
	}
	end := max(w.Event, w.Available) // a run takes what is available at its END
	return fmt.Sprintf("truepoint materialize %s %s -v %s", w.Event, end, name), nil
}

// recompute is the cure of a window view whose stored values are not those of the history: a run of the newest instant, or
// once more of the one that is stored, which rows that came later have changed.
func (e *Env) recompute(r *Result, view string) string {
	if w := r.Offline.Window; r.Online.Found && r.Online.Event == w.Of {
		return fmt.Sprintf("truepoint materialize %s %s -v %s", w.Of, w.Usable, view)
	}
	return fmt.Sprintf("truepoint materialize-incremental %s -v %s", e.Clock(), view)
}

// extend is the cure of an online row that the history does not have: it was pushed online only, or it is gone from the
// source.
func (e *Env) extend(r *Result, u *feature.Use) string {
	at := fmt.Sprintf("the history has no row of %s", r.Online.Event)
	declared, ok := e.Set.View(u.View.Name)
	if ok && declared.Source != u.Source.Name {
		return fmt.Sprintf("%s: add it with truepoint push %s --from FILE --to offline, or put it back into the source", at, declared.Source)
	}
	return fmt.Sprintf("%s: put it back into source %s; no run replaces the newer row online", at, u.Source.Name)
}
