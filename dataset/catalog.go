package dataset

import (
	"context"
	"errors"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/state"
)

// attemptsMax bounds how often a write is tried again when others moved the record meanwhile.
const attemptsMax = 64

// A Catalog keeps the manifests of one project's saved sets. It is safe for concurrent use by many processes.
type Catalog struct {
	state   state.Driver
	project string
}

// NewCatalog returns the catalog of a project.
func NewCatalog(d state.Driver, project string) *Catalog { return &Catalog{d, project} }

func (c *Catalog) key(name string) string { return "datasets/" + c.project + "/" + name }

// Free returns an AlreadyExists error if a set of that name is there, so that nothing is made in vain.
func (c *Catalog) Free(ctx context.Context, name string) error {
	if err := feature.CheckName("dataset", name); err != nil {
		return err
	}
	r, err := c.state.Get(ctx, c.key(name))
	if err != nil {
		return c.fail(err, "read the catalog of datasets")
	}
	if r.Version != 0 {
		return exists(name)
	}
	return nil
}

func exists(name string) error {
	return errs.New(errs.AlreadyExists, "dataset %q exists", name).WithID("T0623").
		WithHint("give another name, or --replace; what it is: truepoint datasets describe %s", name)
}

// Add stores the manifest of a new set. Errors: AlreadyExists for a name that is taken, InvalidArgument for one that
// is none.
func (c *Catalog) Add(ctx context.Context, m *Manifest) error { return c.put(ctx, m, false) }

// Replace stores a manifest, also over one of the same name, whose files stay.
func (c *Catalog) Replace(ctx context.Context, m *Manifest) error { return c.put(ctx, m, true) }

func (c *Catalog) put(ctx context.Context, m *Manifest, over bool) error {
	if err := feature.CheckName("dataset", m.Name); err != nil {
		return err
	}
	body, err := m.Encode()
	if err != nil {
		return err
	}
	for range attemptsMax {
		r, err := c.state.Get(ctx, c.key(m.Name))
		if err != nil {
			return c.fail(err, "read the catalog of datasets")
		}
		if r.Version != 0 && !over {
			return exists(m.Name)
		}
		if _, err = c.state.CompareAndSwap(ctx, c.key(m.Name), r.Version, body); err == nil {
			return nil
		}
		if err = c.fail(err, "save dataset %q", m.Name); errs.CodeOf(err) != errs.Aborted {
			return err
		}
	}
	return errs.New(errs.Aborted, "dataset %q was moved by others %d times in a row", m.Name, attemptsMax)
}

// Get returns the manifest of a set. Errors: NotFound with a suggestion; those of Decode.
func (c *Catalog) Get(ctx context.Context, name string) (*Manifest, error) {
	m, _, err := c.get(ctx, name)
	return m, err
}

func (c *Catalog) get(ctx context.Context, name string) (*Manifest, int64, error) {
	if err := feature.CheckName("dataset", name); err != nil {
		return nil, 0, err
	}
	r, err := c.state.Get(ctx, c.key(name))
	if err != nil {
		return nil, 0, c.fail(err, "read dataset %q", name)
	}
	if r.Version == 0 {
		return nil, 0, c.unknown(ctx, name)
	}
	m, err := Decode(r.Value, "the manifest of dataset "+name)
	return m, r.Version, err
}

func (c *Catalog) unknown(ctx context.Context, name string) error {
	e := errs.New(errs.NotFound, "unknown dataset %q", name).WithID("T0624").WithHint("truepoint datasets list shows what there is")
	records, err := c.state.List(ctx, c.key(""))
	if err != nil {
		return e
	}
	names := make([]string, len(records))
	for i, r := range records {
		names[i] = strings.TrimPrefix(r.Key, c.key(""))
	}
	if near := errs.DidYouMean(name, names); near != "" {
		return e.WithHint("%s", near)
	}
	return e
}

// List returns the manifests of the project's sets, in order of name. Errors: those of Decode.
func (c *Catalog) List(ctx context.Context) ([]*Manifest, error) {
	records, err := c.state.List(ctx, c.key(""))
	if err != nil {
		return nil, c.fail(err, "list the datasets")
	}
	out := make([]*Manifest, len(records))
	for i, r := range records {
		if out[i], err = Decode(r.Value, "the manifest of dataset "+strings.TrimPrefix(r.Key, c.key(""))); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Delete forgets a set and returns its manifest; files stay. Errors: NotFound; Aborted if it was replaced meanwhile.
func (c *Catalog) Delete(ctx context.Context, name string) (*Manifest, error) {
	m, version, err := c.get(ctx, name)
	if err != nil {
		return nil, err
	}
	if err := c.state.Delete(ctx, c.key(name), version); err != nil {
		return nil, c.fail(err, "delete dataset %q", name)
	}
	return m, nil
}

// fail gives a raw driver error its code; errors that carry one stay as they are.
func (c *Catalog) fail(err error, format string, args ...any) error {
	var e *errs.Error
	if errors.As(err, &e) {
		return err
	}
	code := errs.CodeOf(err)
	if code == errs.Unknown {
		code = c.state.Code(err)
	}
	return errs.Wrap(err, code, format, args...)
}
