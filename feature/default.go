package feature

import (
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// Defaults are the parsed defaults of one field: nil where none is declared. The zero value applies none.
type Defaults struct{ Null, Absent *value.Value }

// Defaults parses the declared defaults of f. Errors: InvalidArgument for a text that is no value of the field's
// type, or that is null.
func (f *Field) Defaults() (Defaults, error) {
	var d Defaults
	if f.Default == nil {
		return d, nil
	}
	var err error
	if d.Null, err = f.parseDefault("null", f.Default.Null); err != nil {
		return Defaults{}, err
	}
	if d.Absent, err = f.parseDefault("absent", f.Default.Absent); err != nil {
		return Defaults{}, err
	}
	return d, nil
}

func (f *Field) parseDefault(which string, text *string) (*value.Value, error) {
	if text == nil {
		return nil, nil
	}
	v, err := jsonvalue.Parse([]byte(*text), f.Type)
	if err == nil && v.IsNull() {
		err = errs.New(errs.InvalidArgument, "it is null")
	}
	if err != nil {
		return nil, errs.Wrap(err, errs.InvalidArgument, "default %s of feature %q is no %s", which, f.Name, f.Type).
			WithID("T0133").WithHint("write a value of the feature's type, or leave the default out")
	}
	return &v, nil
}

// Apply returns the value of a cell after defaults, and whether a default was applied (design/semantics.md 2.4). st is
// the cell's status, which stays what it was: null stands for a row that says null, whether st is NullValue or still
// Present; absent for NotFound and OutsideMaxAge. An error cell gets no default. It is the one place where defaults
// are applied, offline and online.
func (d Defaults) Apply(v value.Value, st value.Status) (value.Value, bool) {
	var use *value.Value
	switch st {
	case value.NullValue:
		use = d.Null
	case value.Present:
		if v.IsNull() {
			use = d.Null
		}
	case value.NotFound, value.OutsideMaxAge:
		use = d.Absent
	}
	if use == nil {
		return v, false
	}
	return *use, true
}

// ApplyDefault applies the declared defaults of f to one cell. It parses them anew: for many cells call Defaults once.
// A default that Validate would refuse is not applied.
func (f *Field) ApplyDefault(v value.Value, st value.Status) (value.Value, bool) {
	if f.Default == nil {
		return v, false
	}
	d, err := f.Defaults()
	if err != nil {
		return v, false
	}
	return d.Apply(v, st)
}
