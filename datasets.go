package truepoint

import (
	"context"

	"github.com/truepoint/truepoint/dataset"
)

// Datasets returns the catalog of the project's saved training sets.
func (s *Store) Datasets() *dataset.Catalog { return dataset.NewCatalog(s.opt.State, s.opt.Project) }

// RecordDataset returns the manifest of a training set that this store just made. Name, split, origin of the entity rows
// and files are the caller's to fill in. Errors: those of the registry.
func (s *Store) RecordDataset(ctx context.Context, req *HistoricalRequest, res *HistoricalResult) (*dataset.Manifest, error) {
	set, _, err := s.DefinitionsAt(ctx, res.Revision)
	if err != nil {
		return nil, err
	}
	m := dataset.Record(set, req, res)
	m.Project, m.Author, m.Created = s.opt.Project, s.opt.Holder, s.opt.Clock()
	return m, nil
}

// VerifyDataset makes a saved training set again and compares it with its files. See dataset.Verify for errors.
func (s *Store) VerifyDataset(ctx context.Context, name string, files dataset.Files) (*dataset.Verification, error) {
	m, err := s.Datasets().Get(ctx, name)
	if err != nil {
		return nil, err
	}
	return dataset.Verify(ctx, s.datasetEnv(files), m)
}

func (s *Store) datasetEnv(files dataset.Files) *dataset.Env {
	return &dataset.Env{Offline: s.opt.Offline, Files: files, Definitions: s.DefinitionsAt}
}

// ExplainDataset tells which source rows gave the values of one row, counted from 1, of a saved training set; ref names
// one feature, empty means all. See dataset.Explain for errors.
func (s *Store) ExplainDataset(ctx context.Context, name string, row int64, ref string, files dataset.Files) (*dataset.Trace, error) {
	m, err := s.Datasets().Get(ctx, name)
	if err != nil {
		return nil, err
	}
	return dataset.Explain(ctx, s.datasetEnv(files), m, row, ref)
}
