// Package activity is the repository that bench/materialize and bench/serve store: one view of rows of 400 B under one
// Int64 key, in an embedded store.
package activity

import (
	"context"
	"errors"
	"fmt"
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

// Settings is the feature_store.yaml of the repository.
const Settings = `project: bench
registry: registry.db
offline_store: {type: file}
online_store: {type: embedded, path: online}
`

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
	opt, err := drivers.Open(ctx, &config.Config{
		Dir: dir, Project: Project,
		Registry: config.Registry{Type: "sqlite", Path: filepath.Join(dir, "registry.db")},
		Offline:  config.Store{Type: "file"},
		Online:   config.Store{Type: "embedded", Path: filepath.Join(dir, "online")},
	}, now)
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
