package cli

import (
	"github.com/truepoint/truepoint"
)

type previewVerb struct {
	View  string `arg:"" help:"A feature view."`
	Limit int    `short:"n" default:"20" help:"At most this many rows."`
}

// Run implements the verb preview.
func (v *previewVerb) Run(a *app) error {
	return a.withStore(func(s *truepoint.Store) error {
		b, err := s.Preview(a.ctx, v.View, v.Limit)
		if err != nil {
			return err
		}
		return a.print(a.batchAnswer(b))
	})
}
