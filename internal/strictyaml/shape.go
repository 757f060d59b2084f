package strictyaml

import (
	"slices"
	"strconv"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// A Shape says which values are allowed at one place. Exactly one of Scalar, Keys, Values, Items, OneOf, Switch and
// Any counts. The same table checks documents and is published as JSON Schema, so the two cannot drift.
type Shape struct {
	Doc string

	Scalar  Kind                    // Bool, Int, Float or Text; Null: no scalar
	Choices []string                // of a Text; nil: any
	Format  string                  // of a Text, for people: "duration", "type"
	Parse   func(text string) error // of a Text: further rules; its error becomes a fault at the value
	Min     int64                   // of an Int or Float; both bounds inclusive and used when Max > Min
	Max     int64

	Keys   []Key    // a mapping with known keys
	Values *Shape   // a mapping from any text
	Items  *Shape   // a list
	OneOf  []*Shape // the first alternative of the value's kind counts
	Switch *Switch  // a mapping whose keys depend on the value of one of them
	Any    bool     // anything at all

	Nullable bool // an empty value is allowed and means the same as a missing key
}

// A Switch chooses the shape of a mapping by the value of one of its keys.
type Switch struct {
	Key     string // such as type
	Default string // the value that counts where the key is missing; "": the key is required
	Cases   []Case
}

// A Case is one value of a Switch and its other spellings. Keys holds the known keys beside the switching one.
type Case struct {
	Name    string
	Aliases []string
	Keys    []Key
}

// Case returns the case that a value names.
func (s *Switch) Case(name string) (*Case, bool) {
	if name == "" {
		name = s.Default
	}
	for i := range s.Cases {
		if c := &s.Cases[i]; c.Name == name || slices.Contains(c.Aliases, name) {
			return c, true
		}
	}
	return nil, false
}

func (s *Switch) names() []string {
	var out []string
	for _, c := range s.Cases {
		out = append(append(out, c.Name), c.Aliases...)
	}
	return out
}

// shape returns the shape of mappings of one case.
func (s *Switch) shape(c *Case) *Shape {
	which := Key{Name: s.Key, Doc: "which kind", Required: s.Default == "",
		Shape: &Shape{Scalar: Text, Choices: append([]string{c.Name}, c.Aliases...)}}
	return &Shape{Keys: append([]Key{which}, c.Keys...)}
}

// A Key is one known key of a mapping.
type Key struct {
	Name     string
	Doc      string
	Shape    *Shape
	Required bool
	Meaning  Meaning
	Hint     string // for Later: what to do instead; for Ignored: why it has no meaning
}

// A Meaning says what becomes of a key.
type Meaning uint8

// The meanings: used; accepted with one warning; known but refused until a later release.
const (
	Used Meaning = iota
	Ignored
	Later
)

// A Report collects what Check finds.
type Report struct {
	Faults   errs.List
	Warnings []*errs.Error
}

// Check holds a value against a shape and reports every fault.
func Check(n *Node, s *Shape, r *Report) {
	if n.Broken || n.Kind == Null && s.Nullable || s.Any {
		return
	}
	if alt := s.choose(n.Kind); alt != nil {
		s = alt
	}
	switch {
	case s.Switch != nil && n.Kind == Map:
		checkSwitch(n, s.Switch, r)
	case s.Keys != nil && n.Kind == Map:
		checkKeys(n, s, r)
	case s.Values != nil && n.Kind == Map:
		for _, m := range n.Members {
			Check(m.Value, s.Values, r)
		}
	case s.Items != nil && n.Kind == List:
		for _, item := range n.Items {
			Check(item, s.Items, r)
		}
	case s.Scalar != Null && n.Kind != Map && n.Kind != List:
		checkScalar(n, s, r)
	default:
		e := r.fault(n.Pos, "T0204", "%s stands here, %s is expected", describe(n), s.Expected())
		if n.Kind == Null {
			e.WithHint("write %s after the colon, or remove the key", s.Expected())
		}
	}
}

// choose returns the alternative for a kind, nil where s has no alternatives or none fits.
func (s *Shape) choose(k Kind) *Shape {
	for _, alt := range s.OneOf {
		if alt.accepts(k) {
			return alt
		}
	}
	return nil
}

func (s *Shape) accepts(k Kind) bool {
	switch k {
	case Map:
		return s.Keys != nil || s.Values != nil || s.Switch != nil || s.Any
	case List:
		return s.Items != nil || s.Any
	}
	return s.Scalar != Null || s.Any
}

func (r *Report) fault(p errs.Position, id, format string, args ...any) *errs.Error {
	e := errs.New(errs.InvalidArgument, format, args...).WithID(id).At(p)
	r.Faults.Add(e)
	return e
}

func describe(n *Node) string {
	if n.Hidden {
		return "a value from the environment"
	}
	switch n.Kind {
	case Null, List, Map:
		return n.Kind.String()
	}
	text := n.Text
	if len(text) > 40 {
		text = strings.ToValidUTF8(text[:40], "") + "…"
	}
	return strconv.Quote(text)
}

// shown returns the text of a number.
func shown(n *Node) string {
	if n.Hidden {
		return describe(n)
	}
	return n.Text
}

// Expected describes the shape in a few words.
func (s *Shape) Expected() string {
	switch {
	case s.OneOf != nil:
		parts := make([]string, len(s.OneOf))
		for i, alt := range s.OneOf {
			parts[i] = alt.Expected()
		}
		return strings.Join(parts, " or ")
	case s.Keys != nil, s.Values != nil, s.Switch != nil:
		return Map.String()
	case s.Items != nil:
		return List.String()
	case s.Choices != nil:
		return "one of " + strings.Join(s.Choices, ", ")
	case s.Format != "":
		return "a " + s.Format
	}
	return s.Scalar.String()
}

func checkScalar(n *Node, s *Shape, r *Report) {
	wrong := n.Kind == Null
	switch s.Scalar {
	case Bool:
		wrong = n.Kind != Bool
	case Int:
		wrong = n.Kind != Int
	case Float:
		wrong = n.Kind != Int && n.Kind != Float
	}
	if wrong {
		e := r.fault(n.Pos, "T0204", "%s stands here, %s is expected", describe(n), s.Expected())
		switch {
		case s.Scalar == Bool:
			e.WithHint("write true or false")
		case (s.Scalar == Int || s.Scalar == Float) && n.Kind != Null:
			e.WithHint("write it in plain decimal digits, such as 8, without quotes")
		case n.Kind == Null:
			e.WithHint("write %s after the colon, or remove the key", s.Expected())
		}
		return
	}
	if s.Max > s.Min && (s.Scalar == Int || s.Scalar == Float) {
		v, err := strconv.ParseFloat(n.Text, 64)
		if err != nil || v < float64(s.Min) || v > float64(s.Max) {
			r.fault(n.Pos, "T0205", "%s is not between %d and %d", shown(n), s.Min, s.Max).WithHint("choose a number from %d to %d", s.Min, s.Max)
			return
		}
	}
	if s.Scalar == Int {
		if _, err := strconv.ParseInt(n.Text, 10, 64); err != nil {
			r.fault(n.Pos, "T0205", "%s does not fit into 64 bits", shown(n)).WithHint("choose a smaller number")
		}
	}
	if s.Choices != nil && !slices.Contains(s.Choices, n.Text) {
		e := r.fault(n.Pos, "T0206", "%s is not %s", describe(n), s.Expected())
		if !n.Hidden {
			e.WithHint("%s", errs.DidYouMean(n.Text, s.Choices))
		}
		return
	}
	if s.Parse != nil {
		err := s.Parse(n.Text)
		if err != nil && n.Hidden { // its message quotes the text
			err = errs.New(errs.CodeOf(err), "%s stands here, %s is expected", describe(n), s.Expected())
		}
		r.wrap(n.Pos, err)
	}
}

// wrap adds the fault of a Parse function at its place.
func (r *Report) wrap(p errs.Position, err error) {
	for _, e := range errs.All(err) {
		fault := *e
		if fault.ID == "" {
			fault.ID = "T0204"
		}
		if fault.Code != errs.Unimplemented {
			fault.Code = errs.InvalidArgument
		}
		r.Faults.Add(fault.At(p))
	}
}

func checkSwitch(n *Node, s *Switch, r *Report) {
	which := n.Get(s.Key)
	if which == nil && s.Default == "" {
		r.fault(n.Pos, "T0175", "the key %s is missing", s.Key).WithHint("add %s: one of %s", s.Key, strings.Join(s.names(), ", "))
		return
	}
	c, known := s.Case(which.String())
	if !known {
		hint := errs.DidYouMean(which.String(), s.names())
		if hint == "" {
			hint = "use one of " + strings.Join(s.names(), ", ")
		}
		r.fault(which.Pos, "T0206", "unknown %s %s", s.Key, describe(which)).WithHint("%s", hint)
		return
	}
	checkKeys(n, s.shape(c), r)
}

func checkKeys(n *Node, s *Shape, r *Report) {
	for i := range n.Members {
		m := &n.Members[i]
		k := s.key(m.Key)
		switch {
		case k == nil:
			hint := errs.DidYouMean(m.Key, s.names())
			if hint == "" {
				hint = "known keys: " + strings.Join(s.names(), ", ")
			}
			e := r.fault(m.Pos, "T0203", "unknown key %q", m.Key)
			e.WithHint("%s", hint)
		case k.Meaning == Later:
			r.Faults.Add(errs.New(errs.Unimplemented, "%s comes in a later release", m.Key).WithID("T0160").At(m.Pos).WithHint("%s", k.Hint))
		case k.Meaning == Ignored:
			r.Warnings = append(r.Warnings, errs.New(errs.OK, "%s has no meaning here and is ignored", m.Key).WithID("T0207").At(m.Pos).WithHint("%s", k.Hint))
			if !k.Shape.Any {
				Check(m.Value, k.Shape, r)
			}
		default:
			Check(m.Value, k.Shape, r)
		}
	}
	for i := range s.Keys {
		if k := &s.Keys[i]; k.Required && n.Get(k.Name) == nil {
			r.fault(n.Pos, "T0175", "the key %s is missing", k.Name).WithHint("add %s: %s", k.Name, k.Doc)
		}
	}
}

func (s *Shape) key(name string) *Key {
	for i := range s.Keys {
		if s.Keys[i].Name == name {
			return &s.Keys[i]
		}
	}
	return nil
}

// names lists the keys that a person would want, for suggestions.
func (s *Shape) names() []string {
	out := make([]string, 0, len(s.Keys))
	for _, k := range s.Keys {
		if k.Meaning == Used {
			out = append(out, k.Name)
		}
	}
	return out
}
