package cli

import (
	"slices"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
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

// olderText says which generation answers a view, by which definition, until when, and by which command that ends.
func olderText(o *serving.Older, now eventtime.Instant) string {
	return o.String() + ": " + o.Command(eventtime.Floor(now, eventtime.Second))
}
