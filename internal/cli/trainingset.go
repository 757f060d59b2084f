package cli

import (
	"path/filepath"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/dataset"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/objectstore"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// setFlags say what becomes of a training set.
type setFlags struct {
	Out        string `placeholder:"FILE" help:"Write .parquet, .csv, .jsonl, .arrow or .feather instead of showing a table, and FILE.manifest.json: what it was made of."`
	Save       string `placeholder:"NAME" help:"Keep what the set was made of under this name, so that datasets verify can make it again."`
	Replace    bool   `help:"Let --save take over a name that exists; the old files stay."`
	Split      string `placeholder:"RULE" help:"Write train and test parts beside --out, by time:0.8, key:0.8, key:0.8:SEED or key:0.8:SEED:COLUMN."`
	Report     bool   `help:"Count cells by status, rejected rows, ambiguity and leaks, and show how old values are."`
	LeakReport bool   `help:"Show cells that used what was not yet known at their row's time."`
}

// leaksShown is how many leaking cells are shown.
const leaksShown = 20

// check refuses flags that do not fit each other and returns the split, nil without one.
func (f *setFlags) check() (*dataset.Split, error) {
	switch {
	case f.Out == "" && f.Save != "":
		return nil, errs.New(errs.Usage, "--save keeps a set that is in a file, and no file is given").WithID("T0957").WithHint("add --out FILE")
	case f.Out == "" && f.Split != "":
		return nil, errs.New(errs.Usage, "--split writes files, and none is given").WithID("T0957").WithHint("add --out FILE")
	case f.Save == "" && f.Replace:
		return nil, errs.New(errs.Usage, "--replace goes with --save NAME").WithID("T0958")
	}
	name := f.Out
	if objectstore.Is(name) {
		a, err := objectstore.Parse(name)
		if err != nil {
			return nil, err
		}
		name = a.String()
	}
	format, err := tablefile.FormatOf(name)
	if name != "" && err != nil {
		return nil, err
	}
	if f.Save != "" && format == tablefile.Arrow {
		return nil, errs.New(errs.Usage, "a set in an .arrow file cannot be saved: truepoint does not read these").WithID("T0959").
			WithHint("write .parquet, .csv or .jsonl")
	}
	if f.Split == "" {
		return nil, nil
	}
	return dataset.ParseSplit(f.Split)
}

// free refuses a name that is taken, before anything is read.
func (f *setFlags) free(a *app, s *truepoint.Store) error {
	if f.Save == "" || f.Replace {
		return nil
	}
	return s.Datasets().Free(a.ctx, f.Save)
}

// A trainingSet is a set that was made, on the way to its files.
type trainingSet struct {
	request *truepoint.HistoricalRequest
	result  *truepoint.HistoricalResult
	split   *dataset.Split
	keys    []value.Field // join keys of the spine
	began   eventtime.Instant
	files   []dataset.File
	sides   *dataset.Division // of a split
}

// stream makes a set and writes it as it is made. The file appears once all rows are in it.
func (v *historicalVerb) stream(a *app, s *truepoint.Store, t *trainingSet) (err error) {
	var w *offline.TableWriter
	t.result, err = s.StreamHistorical(a.ctx, t.request, func(run *truepoint.HistoricalResult) error {
		if w == nil {
			var err error
			if w, err = drivers.CreateTable(a.ctx, v.Out, run.Batch.Fields()); err != nil {
				return err
			}
		}
		return w.Write(run.Batch)
	})
	if w == nil {
		return err
	}
	defer w.Abort()
	if err != nil {
		return err
	}
	return t.commit(w, dataset.File{Part: dataset.All, Path: v.Out, Rows: t.result.Rows})
}

// commit gives a file its name and notes it.
func (t *trainingSet) commit(w *offline.TableWriter, f dataset.File) error {
	if err := w.Commit(); err != nil {
		return err
	}
	f.Bytes, f.SHA256 = w.Written()
	t.files = append(t.files, f)
	return nil
}

// noteFiles tells what was written.
func (v *historicalVerb) noteFiles(a *app, t *trainingSet) {
	for _, f := range t.files {
		a.note("wrote %s with %d columns to %s in %s", plural(int(f.Rows), "row", "rows"), len(t.result.Batch.Columns), f.Path, length(a.now().Sub(t.began)))
	}
	if t.sides != nil {
		a.note("%s", sidesLine(t.sides))
	}
}

// manifest returns the manifest of a set whose files are written.
func (v *historicalVerb) manifest(a *app, s *truepoint.Store, t *trainingSet) (*dataset.Manifest, error) {
	m, err := s.RecordDataset(a.ctx, t.request, t.result)
	if err != nil {
		return nil, err
	}
	m.Name = v.Save
	if t.split != nil {
		m.Split = t.split.String()
	}
	for _, f := range t.files {
		if f.Path, err = a.recorded(f.Path); err != nil {
			return nil, err
		}
		m.Files = append(m.Files, f)
	}
	v.origin(m, t.request)
	if m.Spine.From == dataset.FromFile {
		_, m.Spine.SHA256, err = drivers.DatasetFiles{}.Sum(a.ctx, m.Spine.Text)
	}
	return m, err
}

// manifestSuffix follows the name of a training set's file in that of its manifest.
const manifestSuffix = ".manifest.json"

// keep writes the manifest of a set beside its file and, where it is to be saved, keeps it in the catalog.
func (v *historicalVerb) keep(a *app, s *truepoint.Store, t *trainingSet) error {
	m, err := v.manifest(a, s, t)
	if err != nil {
		return err
	}
	text, err := m.Encode()
	if err != nil {
		return err
	}
	if err := drivers.WriteBeside(a.ctx, v.Out, manifestSuffix, text); err != nil || v.Save == "" {
		return err
	}
	add := s.Datasets().Add
	if v.Replace {
		add = s.Datasets().Replace
	}
	if err := add(a.ctx, m); err != nil {
		return err
	}
	a.note("saved as dataset %s; check it at any time: truepoint datasets verify %s", m.Name, m.Name)
	return nil
}

// origin notes where the spine came from.
func (v *historicalVerb) origin(m *dataset.Manifest, r *truepoint.HistoricalRequest) {
	path := v.Entities
	if path == "" {
		path = v.Dataframe
	}
	m.Spine.Zone, m.Spine.Unit = v.Timezone, eventtime.Unit(v.TimestampUnit)
	switch {
	case v.EntitiesSQL != "":
		m.Spine.From, m.Spine.Text = dataset.FromQuery, v.EntitiesSQL
	case v.AllKeys != "":
		m.Spine.From, m.Spine.Text = dataset.FromAllKeys, v.AllKeys+" at "+r.AsOf.String()
	case r.Range != nil:
		m.Spine.From, m.Spine.Text = dataset.FromRange, rangeText(r.Range)
	case strings.HasPrefix(strings.TrimSpace(path), "["):
		m.Spine.From = dataset.FromRequest
	default:
		m.Spine.From, m.Spine.Text = dataset.FromFile, path
	}
}

// recorded returns a path as manifests have it: relative to the repository, if it is so from here.
func (a *app) recorded(path string) (string, error) {
	if a.Dir == "" || objectstore.Is(path) {
		return path, nil
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", errs.Wrap(err, errs.FailedPrecondition, "cannot find the working directory").WithID("T0905")
	}
	return abs, nil
}

// datasetFiles are the files of the repository's saved sets.
func (a *app) datasetFiles() dataset.Files { return drivers.DatasetFiles{Dir: a.Dir} }
