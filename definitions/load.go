package definitions

import (
	"context"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/strictyaml"
)

// A Warning is something that works but that the user should know. It has a message, a hint and a place like an
// error; its code is OK.
type Warning = errs.Error

// Options tunes Load. The zero value of every member means its default.
type Options struct {
	Project       string              // project of the set
	Overrides     map[string]Override // by name of a source: what feature_store.yaml says of it
	Python        string              // the interpreter; default python3 in PATH
	PythonTimeout time.Duration       // default 60 s
}

// Load reads and validates every definition below dir and returns them sorted. Nothing is remembered or changed.
//
// Errors: every fault of every file, with places, save those about names that may stand where something could not be
// read, which a warning counts; NotFound and FailedPrecondition for dir itself; FailedPrecondition where there are
// Python files and no interpreter. On an error the set is nil, and the warnings are still valid.
func Load(ctx context.Context, dir string, opt *Options) (*feature.Set, []Warning, error) {
	if opt == nil {
		opt = &Options{}
	}
	files, err := list(ctx, dir)
	if files == nil {
		return nil, nil, err
	}
	r := &reader{sources: strictyaml.Sources{}, gaps: newGaps()}
	r.faults.AddErr(err)
	r.gaps.add(err)
	if len(files.yaml)+len(files.python) == 0 && err == nil {
		if abs, err := filepath.Abs(dir); err == nil {
			dir = abs
		}
		r.warnings = append(r.warnings, errs.New(errs.OK, "there is no definition file (*.yaml, *.py) in %s", dir).WithID("T0208").
			WithHint("write one, or name another repository with -c DIR"))
	}
	r.read(ctx, files, opt)
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	return r.finish(opt)
}

// A reader gathers the documents of all files.
type reader struct {
	mu      sync.Mutex // guards faults, gaps and sources while files are read
	faults  errs.List
	gaps    *gaps
	sources strictyaml.Sources

	yaml     []parsed
	python   *collected
	warnings []*errs.Error
}

// parsed is one YAML document.
type parsed struct {
	chunk  strictyaml.Chunk
	node   *strictyaml.Node
	faults []*errs.Error
}

// read parses YAML files on all processors while the Python process runs.
func (r *reader) read(ctx context.Context, files *listing, opt *Options) {
	var wg sync.WaitGroup
	if len(files.python) > 0 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c, err := collect(ctx, files, opt)
			r.mu.Lock()
			defer r.mu.Unlock()
			r.faults.AddErr(err)
			r.python = c
			if c == nil || c.broken {
				r.gaps.add(err)
			}
		}()
	}
	for _, f := range files.yaml {
		r.scan(f)
	}
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range r.yaml {
		g.Go(func() error {
			r.yaml[i].node, r.yaml[i].faults = r.yaml[i].chunk.Parse()
			return nil
		})
	}
	err := g.Wait()
	wg.Wait()
	r.faults.AddErr(err)
	for _, f := range files.python {
		if src, err := strictyaml.ReadFile(f.path); err == nil {
			r.sources[f.name] = src
		}
	}
}

func (r *reader) scan(f file) {
	src, err := strictyaml.ReadFile(f.path)
	var chunks []strictyaml.Chunk
	if err == nil {
		chunks, err = strictyaml.Scan(f.name, src)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults.AddErr(err)
	if err != nil {
		r.gaps.files[f.name] = true
	}
	r.sources[f.name] = src
	for _, c := range chunks {
		r.yaml = append(r.yaml, parsed{chunk: c})
	}
}

// finish decodes and validates what was read.
func (r *reader) finish(opt *Options) (*feature.Set, []Warning, error) {
	d := &decoder{shapes: allShapes(), set: feature.Set{Project: opt.Project}, gaps: r.gaps}
	for _, p := range r.yaml {
		for _, e := range p.faults {
			d.report.Faults.Add(e)
			if p.node == nil {
				r.gaps.add(e)
			}
		}
		d.document(p.node)
	}
	if r.python != nil {
		r.python.decode(d)
		r.warnings = append(r.warnings, r.python.warnings...)
	}
	set := &d.set
	d.override(opt.Overrides)
	set.Sort()
	found := d.report.Faults.Err()
	r.faults.AddErr(found)
	r.faults.AddErr(r.gaps.withoutRepeats(feature.Complete(set), found, set))
	r.faults.AddErr(r.gaps.withoutRepeats(feature.Validate(set), found, set))
	r.faults.AddErr(queries(set))
	if w := r.gaps.warning(); w != nil {
		r.warnings = append(r.warnings, w)
	}
	r.warnings = append(r.warnings, d.report.Warnings...)
	r.warnings = append(r.warnings, lateJobs(set)...)
	r.sources.Annotate(r.warnings, nil)
	if err := r.faults.Err(); err != nil {
		r.sources.Annotate(errs.All(err), nil)
		return nil, values(r.warnings), err
	}
	return set, values(r.warnings), nil
}

func values(warnings []*errs.Error) []Warning {
	out := make([]Warning, len(warnings))
	for i, w := range warnings {
		out[i] = *w
	}
	return out
}
