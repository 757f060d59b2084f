package cli

import (
	"slices"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/serving"
)

// noteOlder tells on standard error which views are answered in an older form, and by which command that ends; all views
// when none is named.
func (a *app) noteOlder(s *truepoint.Store, views ...string) error {
	all, err := s.Older(a.ctx)
	for _, o := range all {
		if len(views) == 0 || slices.Contains(views, o.View) {
			a.note("%s", olderText(o, a.now()))
		}
	}
	return err
}

// noteOlderPush tells what a push did to the generation that still answers a view.
func (a *app) noteOlderPush(r *ingest.ViewResult) {
	switch o := r.Older; {
	case o == nil:
	case o.Skipped != "":
		a.note("view %s is still served by generation %d, which cannot take the rows: %s; they are served after the first complete run: "+
			"truepoint materialize-incremental %s -v %s", r.View, o.Generation, o.Skipped, eventtime.Floor(a.now(), eventtime.Second), r.View)
	default:
		a.note("view %s is still served by generation %d, which got %s too", r.View, o.Generation, plural(int(o.Written), "row", "rows"))
	}
}

// olderText says which generation answers a view, by which definition, until when, and by which command that ends.
func olderText(o *serving.Older, now eventtime.Instant) string {
	return o.String() + ": " + o.Command(eventtime.Floor(now, eventtime.Second))
}
