package feature

import (
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// A Ref names one feature of one view (or of one alias in a service): "view:feature".
type Ref struct{ View, Feature string }

// String returns "view:feature".
func (r Ref) String() string { return r.View + ":" + r.Feature }

// RefBytesMax bounds the text of a feature reference in bytes.
const RefBytesMax = 512

// ParseRef reads "view:feature". It checks the form alone: whether the view and the feature exist is the business of
// Set.SelectRefs, and names that break the rule simply do not exist. Errors: InvalidArgument.
func ParseRef(text string) (Ref, error) {
	const hint = "write view:feature, such as user_features:age"
	if len(text) > RefBytesMax {
		return Ref{}, errs.New(errs.InvalidArgument, "a feature reference has %d bytes, at most %d are allowed", len(text), RefBytesMax).
			WithID("T0010").WithHint(hint)
	}
	view, name, found := strings.Cut(text, ":")
	switch {
	case !found || view == "" || name == "" || strings.Contains(name, ":"):
		return Ref{}, errs.New(errs.InvalidArgument, "%q is no feature reference", text).WithID("T0010").WithHint(hint)
	case strings.Contains(text, "@"):
		return Ref{}, errs.New(errs.InvalidArgument, "feature reference %q asks for a version of a view", text).WithID("T0010").
			WithHint("a version is a view of its own name, such as user_features_v2:age")
	}
	for _, c := range text {
		if c <= ' ' || c == 0x7f {
			return Ref{}, errs.New(errs.InvalidArgument, "feature reference %q holds white space or a control character", text).
				WithID("T0010").WithHint(hint)
		}
	}
	return Ref{view, name}, nil
}
