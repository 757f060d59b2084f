package feature

// An OnDemandView computes features at the time of a request, by expressions over the features of other views and
// columns of the request (design/semantics.md 11). It holds no data.
type OnDemandView struct {
	Name     string            `json:"name"`
	Sources  []OnDemandSource  `json:"sources"`
	Features []OnDemandFeature `json:"features"`
	Info
	Origin Origin `json:"-"`
}

// An OnDemandSource gives inputs to expressions: the features of a view, or columns of the request. One of View and
// Request is set.
type OnDemandSource struct {
	View     string   `json:"view,omitempty"`     // a feature view or another on-demand view
	Features []string `json:"features,omitempty"` // of View; nil: all
	Alias    string   `json:"alias,omitempty"`    // of View: its inputs are named alias__feature, not feature

	Request string  `json:"request,omitempty"` // a name for people, or without Schema the data source of type request
	Schema  []Field `json:"schema,omitempty"`  // of an inline request source
}

// An OnDemandFeature is a field and how it is computed. Type may be left out: Complete takes it from the expression.
// Default.Null stands in for a null result; there is no Default.Absent, for a computed value is never absent.
type OnDemandFeature struct {
	Field
	Expression string `json:"expression"`
}

// Field returns the position of a feature, or −1.
func (v *OnDemandView) Field(name string) int {
	for i := range v.Features {
		if v.Features[i].Name == name {
			return i
		}
	}
	return -1
}
