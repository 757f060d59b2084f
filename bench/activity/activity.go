// Package activity is the repository that bench/materialize and bench/serve store: one view of rows of 400 B under one
// Int64 key, in an embedded store; and how the benchmarks open repositories.
package activity

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

// What the repository holds, and how large it is.
const (
	Project   = "bench"
	View      = "activity"
	Key       = "entity_id"
	RowBytes  = 400 // of a packed row
	TextBytes = 305 // of the text in it
)

// Embedded is the online store of the repository, as its settings have it.
const Embedded = "{type: embedded, path: online}"

// Settle makes a new repository in dir, in place of what is there, with an online store such as Embedded.
func Settle(dir, onlineStore string) error {
	text := "project: " + Project + "\nregistry: registry.db\noffline_store: {type: file}\nonline_store: " + onlineStore + "\n"
	return errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, config.FileName), []byte(text), 0o644))
}

// Fields returns the features of the view: f0 to f3 are Float64, f4 and f5 Int64, f6 a text of TextBytes.
func Fields() []feature.Field {
	kinds := []value.Kind{value.Float64, value.Float64, value.Float64, value.Float64, value.Int64, value.Int64, value.String}
	out := make([]feature.Field, len(kinds))
	for i, k := range kinds {
		out[i] = feature.Field{Name: fmt.Sprintf("f%d", i), Type: value.Scalar(k)}
	}
	return out
}

// Open opens the store of the repository in dir, which its caller closes, and returns the parts that it is made of.
func Open(ctx context.Context, dir string, now eventtime.Clock) (*truepoint.Store, *truepoint.Options, error) {
	settings, _, err := config.Load(filepath.Join(dir, config.FileName), nil)
	if err != nil {
		return nil, nil, err
	}
	opt, err := drivers.Open(ctx, settings, now)
	if err != nil {
		return nil, nil, err
	}
	s, err := truepoint.New(opt)
	if err != nil {
		return nil, nil, errors.Join(err, opt.Offline.Close(), opt.Online.Close(), opt.Registry.Close(), opt.State.Close())
	}
	return s, opt, nil
}

// Apply applies the view over a source, and services.
func Apply(ctx context.Context, s *truepoint.Store, source *feature.Source, services ...*feature.Service) error {
	p, err := s.Plan(ctx, &feature.Set{
		Project:  Project,
		Entities: []*feature.Entity{{Name: "entity", JoinKeys: []string{Key}, ValueType: value.Scalar(value.Int64)}},
		Sources:  []*feature.Source{source},
		Views:    []*feature.View{{Name: View, Entities: []string{"entity"}, Source: source.Name, Online: true, Schema: Fields()}},
		Services: services,
	})
	if err != nil {
		return err
	}
	_, err = s.Apply(ctx, p, apply.Options{})
	return err
}
