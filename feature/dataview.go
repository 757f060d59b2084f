package feature

import "github.com/truepoint/truepoint/errs"

// DataView returns the view of a name for work on what it holds. Errors: NotFound with a suggestion for an unknown name,
// FailedPrecondition for an on-demand view, which holds nothing.
func (s *Set) DataView(name string) (*View, error) {
	if v, ok := s.View(name); ok {
		return v, nil
	}
	if _, ok := s.OnDemandView(name); ok {
		return nil, errs.New(errs.FailedPrecondition, "on-demand view %q holds no data: its features are computed when they are asked for", name).
			WithID("T0016").WithHint("name the feature views that it reads")
	}
	return nil, s.unknownView(name)
}
