package feature

import (
	"fmt"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/value"
)

// A Use is one appearance of a view in a request: offline it becomes one join, online one read per entity row.
type Use struct {
	View    *View
	Source  *Source       // the batch source that holds the view's history
	Alias   string        // the view's name unless the projection renames it
	Keys    []value.Field // the view's join keys in order of name, with their types
	Columns []string      // Columns[i] is the request column that supplies Keys[i]
	Fields  []Field       // the features asked for, in order
	Outputs []string      // Outputs[i] is the output column of Fields[i]
}

// A Selection is what a list of references or a service asks for, resolved against a Set. An engine reads the Fields of
// all Uses, then computes Derived in order, and answers what Order says: a field that no Output names is a hidden input
// of Derived.
type Selection struct {
	Service string // name of the service; empty for a list of references
	OnError string // of the service
	Uses    []Use
	Derived []Derived     // features of on-demand views, each behind those that it needs
	Order   []Output      // every output column in request order
	Request []value.Field // the request columns needed, keys and inputs of Derived, in order of first need, each once
}

// A Derived is a feature of an on-demand view.
type Derived struct {
	View    *OnDemandView
	Field   Field // Default.Null applies to its result
	Program *expr.Program
	Inputs  []Cell // Inputs[i] supplies the column Program.Inputs()[i], after defaults
}

// A Cell says where a value comes from: Uses[Use].Fields[Field], or the element Field of Request or Derived.
type Cell struct {
	Use   int // ≥ 0, FromRequest or FromDerived
	Field int
}

// What Cell.Use says of values that no view holds.
const (
	FromRequest = -1
	FromDerived = -2
)

// An Output names the cell of an output column, which is never FromRequest.
type Output struct {
	Name string
	Cell
}

// Naming says how output columns are called.
type Naming uint8

// The namings: the feature's own name, or alias__feature.
const (
	ShortNames Naming = iota
	FullNames
)

func (n Naming) output(alias, name string) string {
	if n == FullNames {
		return alias + "__" + name
	}
	return name
}

// SelectRefs resolves references of the form view:feature, where view is a feature view or an on-demand view. Output
// order is the order of refs; a reference that is given twice answers twice and is read once. Every fault is reported at once. Errors: InvalidArgument for a malformed
// reference, an empty list or a clash of short names, NotFound with a suggestion for an unknown view or feature.
func (s *Set) SelectRefs(refs []string, naming Naming) (*Selection, error) {
	if len(refs) == 0 {
		return nil, errs.New(errs.InvalidArgument, "no features were asked for").WithID("T0010").
			WithHint("name features as view:feature, or a feature service")
	}
	sel := &Selection{}
	b := builder{set: s, sel: sel, naming: naming, uses: map[string]int{}}
	for _, text := range refs {
		ref, err := ParseRef(text)
		if err != nil {
			b.faults.AddErr(err)
			continue
		}
		b.addRef(ref)
	}
	return b.finish()
}

// SelectService resolves a feature service: one use per projection of a feature view, in order, and hidden ones for what
// on-demand views need beside. Errors: NotFound with a suggestion for
// an unknown service, view or feature, InvalidArgument for a clash of short names.
func (s *Set) SelectService(name string, naming Naming) (*Selection, error) {
	svc, ok := s.Service(name)
	if !ok {
		return nil, errs.New(errs.NotFound, "unknown feature service %q", name).WithID("T0013").
			WithHint("%s", orList(errs.DidYouMean(name, s.serviceNames()), "feature-services"))
	}
	sel := &Selection{Service: name, OnError: svc.OnError}
	b := builder{set: s, sel: sel, naming: naming, uses: map[string]int{}}
	for i := range svc.Features {
		b.addProjection(&svc.Features[i])
	}
	return b.finish()
}

// SelectView returns the use of v with all its fields under their own names, which is what materialize and push
// write. Errors: those of JoinKeys and BatchSource.
func (s *Set) SelectView(v *View) (*Use, error) {
	u, err := s.use(v, v.Name, nil)
	if err != nil {
		return nil, err
	}
	u.Fields = v.Schema
	u.Outputs = v.fieldNames()
	return u, nil
}

// use returns a Use of v without fields.
func (s *Set) use(v *View, alias string, joinKeyMap map[string]string) (*Use, error) {
	keys, err := s.JoinKeys(v)
	if err != nil {
		return nil, err
	}
	src, err := s.BatchSource(v)
	if err != nil {
		return nil, err
	}
	u := &Use{View: v, Source: src, Alias: alias, Keys: keys, Columns: make([]string, len(keys))}
	for i, k := range keys {
		u.Columns[i] = k.Name
		if renamed, ok := joinKeyMap[k.Name]; ok {
			u.Columns[i] = renamed
		}
	}
	return u, nil
}

// name returns the alias, or the view's name where there is none.
func (p *Projection) name() string {
	if p.Alias != "" {
		return p.Alias
	}
	return p.View
}

func (s *Set) unknownView(name string) *errs.Error {
	return errs.New(errs.NotFound, "unknown feature view %q", name).WithID("T0011").
		WithHint("%s", orList(errs.DidYouMean(name, s.viewNames()), "feature-views"))
}

func unknownFeature(v provider, name string) *errs.Error {
	hint := errs.DidYouMean(name, v.fieldNames())
	if hint == "" {
		hint = "it has " + shortList(v.fieldNames())
	}
	view, _ := v.label()
	return errs.New(errs.NotFound, "unknown feature %q in view %q", name, view).WithID("T0012").WithHint("%s", hint)
}

// shortList joins at most eight names and says how many more there are.
func shortList(all []string) string {
	const shown = 8
	if len(all) <= shown {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(all[:shown], ", "), len(all)-shown)
}

func orList(suggestion, verb string) string {
	if suggestion != "" {
		return suggestion
	}
	return "truepoint " + verb + " list shows what there is"
}
