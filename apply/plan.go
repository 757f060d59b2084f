package apply

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/registry"
)

// PlanFormat is the format version of a plan's JSON.
const PlanFormat = 1

// A Class says what a change does to those who read features. Greater classes ask for more consent.
type Class uint8

// The classes of design/semantics.md 9.2.
const (
	Additive    Class = iota // nobody who reads now reads something else
	Breaking                 // readers may see other values, or none
	Destructive              // stored values are no longer served
)

var classNames = [...]string{"additive", "breaking", "destructive"}

// String returns the class in lower case.
func (c Class) String() string { return classNames[c] }

// MarshalText returns String.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText writes. Errors: InvalidArgument for anything else.
func (c *Class) UnmarshalText(b []byte) error {
	i := slices.Index(classNames[:], string(b))
	if i < 0 {
		return errs.New(errs.InvalidArgument, "class %.40q is none of additive, breaking, destructive", b)
	}
	*c = Class(i)
	return nil
}

// An Action is what happens to a definition.
type Action string

// The actions.
const (
	Create Action = "create"
	Update Action = "update"
	Delete Action = "delete"
)

// A Line is one difference inside a definition. Old or New is empty where the member did not or does not exist;
// both are JSON, texts without their quotes.
type Line struct {
	Path string `json:"path"` // such as ttl or schema.amount.type
	Old  string `json:"old,omitempty"`
	New  string `json:"new,omitempty"`
}

// A Change is what a plan does to one definition.
type Change struct {
	Action     Action   `json:"action"`
	Kind       string   `json:"kind"`
	Name       string   `json:"name"`
	Class      Class    `json:"class"`
	Reasons    []string `json:"reasons,omitempty"`    // why it has its class, such as "field amount removed"
	Detail     string   `json:"detail,omitempty"`     // of what is created or deleted, in a few words
	Lines      []Line   `json:"lines,omitempty"`      // of an update, in order of path
	Readers    []string `json:"readers,omitempty"`    // services that read the view, now or after the change, in order
	Generation uint32   `json:"generation,omitempty"` // of a view, after the change
}

// ID returns "Kind name".
func (c Change) ID() string { return c.Kind + " " + c.Name }

// Kinds of work.
const (
	WorkGeneration  = "new_generation" // serving goes on with the former table until the first complete run
	WorkMaterialize = "materialize"    // the present table lacks the change until a run
	WorkCatchUp     = "catch_up"       // a former table serves again, as old as its last run
)

// Work is a materialization that a plan asks for.
type Work struct {
	View       string `json:"view"`
	Kind       string `json:"kind"`
	Generation uint32 `json:"generation"`
	Reason     string `json:"reason"`
}

// A Warning is something that is allowed and probably not meant.
type Warning struct {
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// String returns the warning in one line.
func (w Warning) String() string {
	text := w.Kind + " " + w.Name + ": " + w.Message
	if w.Hint != "" {
		text += " (" + w.Hint + ")"
	}
	return text
}

// A Plan is the way from one revision to the next. It is JSON as it stands, for plan --out.
type Plan struct {
	Format   int               `json:"format"`
	Project  string            `json:"project"`
	Base     registry.Revision `json:"base"`    // the revision that the plan was made for
	Message  string            `json:"message"` // of the commit, unless Apply is given one
	Changes  []Change          `json:"changes"` // by kind, sources first, then name
	Work     []Work            `json:"work"`    // in order of view
	Warnings []Warning         `json:"warnings"`
	Put      []registry.Object `json:"put"`    // what the commit stores
	Remove   []registry.Object `json:"remove"` // what it deletes: kind and name
}

// Empty reports whether there is nothing to do.
func (p *Plan) Empty() bool { return len(p.Put)+len(p.Remove) == 0 }

// Class returns the greatest class of the changes; Additive for none.
func (p *Plan) Class() Class {
	var c Class
	for i := range p.Changes {
		c = max(c, p.Changes[i].Class)
	}
	return c
}

// Count returns how many changes have an action.
func (p *Plan) Count(a Action) int {
	n := 0
	for i := range p.Changes {
		if p.Changes[i].Action == a {
			n++
		}
	}
	return n
}

// Of returns the changes of a class, in order.
func (p *Plan) Of(c Class) []Change {
	var out []Change
	for _, change := range p.Changes {
		if change.Class == c {
			out = append(out, change)
		}
	}
	return out
}

// Summary returns one line: "3 to create, 1 to update, 0 to delete".
func (p *Plan) Summary() string {
	return fmt.Sprintf("%d to create, %d to update, %d to delete", p.Count(Create), p.Count(Update), p.Count(Delete))
}

// Encode returns the plan as indented JSON, which ParsePlan reads.
func (p *Plan) Encode() ([]byte, error) {
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "write the plan")
	}
	return append(b, '\n'), nil
}

// ParsePlan reads a plan that Encode wrote. The definitions in it are read too, so that a damaged file never reaches
// the registry; classes are taken from the file, whoever can edit it can also pass the flags. Errors: InvalidArgument
// for what is no plan, FailedPrecondition for one of a newer format.
func ParsePlan(data []byte) (*Plan, error) {
	var head struct {
		Format *int `json:"format"`
	}
	if err := json.Unmarshal(data, &head); err != nil || head.Format == nil {
		return nil, notAPlan(err)
	}
	if *head.Format != PlanFormat {
		return nil, errs.New(errs.FailedPrecondition, "the plan has format %d, this release reads %d", *head.Format, PlanFormat).
			WithID("T0411").WithHint("run truepoint plan --out again with this release")
	}
	p := new(Plan)
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(p); err != nil {
		return nil, notAPlan(err)
	}
	for i := range p.Put {
		var body bytes.Buffer // the file is indented, stored bodies are not
		if err := json.Compact(&body, p.Put[i].Body); err != nil {
			return nil, notAPlan(err)
		}
		p.Put[i].Body = body.Bytes()
	}
	state := registry.State{Project: p.Project, Objects: p.Put}
	_, err := registry.DecodeSet(state)
	if err == nil {
		_, err = registry.DecodeGenerations(state)
	}
	if err != nil {
		return nil, notAPlan(err)
	}
	return p, nil
}

func notAPlan(err error) error {
	e := errs.New(errs.InvalidArgument, "the file is not a plan, or it was damaged").WithID("T0412").
		WithHint("make one with truepoint plan --out FILE")
	if err != nil {
		e.Err = err
	}
	return e
}
