package config

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/sqlitefile"
	"github.com/truepoint/truepoint/internal/strictyaml"
)

// FileName is the configuration file of a feature repository.
const FileName = "feature_store.yaml"

// A Setting says in which surroundings a configuration file is read; nil means the defaults.
type Setting struct {
	Dir string                      // the repository, at which relative paths start; default: the directory of the file
	Env func(string) (string, bool) // looks an environment variable up, as os.LookupEnv does; default: there is none
}

// Load reads a configuration file.
//
// Errors: every fault of the content with its place. NotFound for a missing file, FailedPrecondition for a directory
// or an empty file, PermissionDenied for one that cannot be read; each says what was looked for and what to do.
func Load(path string, at *Setting) (*Config, []Warning, error) {
	var o Setting
	if at != nil {
		o = *at
	}
	o.Dir = cmp.Or(o.Dir, filepath.Dir(path))
	if o.Env == nil {
		o.Env = func(string) (string, bool) { return "", false }
	}
	src, err := read(path)
	if err != nil {
		return nil, nil, err
	}
	l := &loader{path: path, env: o.Env, config: defaults()}
	l.config.File, l.config.Dir, l.config.source = path, o.Dir, src
	file := errs.Position{File: path}
	l.config.Registry.Pos, l.config.Offline.Pos, l.config.Online.Pos = file, file, file
	l.load(src)
	sources := strictyaml.Sources{path: src}
	sources.Annotate(l.report.Warnings, maskLine)
	var warnings []Warning
	for _, w := range l.report.Warnings {
		warnings = append(warnings, *w)
	}
	if err := l.report.Faults.Err(); err != nil {
		sources.Annotate(errs.All(err), maskLine)
		return nil, warnings, err
	}
	return l.config, warnings, nil
}

// read returns the content of the file, with an error of its own for each way in which there is none.
func read(path string) ([]byte, error) {
	src, err := strictyaml.ReadFile(path)
	switch errs.CodeOf(err) {
	case errs.OK:
	case errs.NotFound:
		shown := path
		if abs, err := filepath.Abs(path); err == nil {
			shown = abs
		}
		return nil, errs.New(errs.NotFound, "no configuration: %s does not exist", shown).WithID("T0240").
			WithHint("go to a feature repository, name one with -c DIR, or make one: truepoint init")
	case errs.FailedPrecondition:
		return nil, errs.New(errs.FailedPrecondition, "configuration %s is a directory or no regular file", path).WithID("T0241").
			WithHint("name the file: -f %s", filepath.Join(path, FileName))
	case errs.PermissionDenied:
		return nil, errs.New(errs.PermissionDenied, "configuration %s cannot be read: permission denied", path).WithID("T0242").
			WithHint("chmod u+r %s", path)
	default:
		return nil, err
	}
	if len(bytes.TrimSpace(src)) == 0 {
		return nil, errs.New(errs.FailedPrecondition, "configuration %s is empty", path).WithID("T0243").
			WithHint("write at least project: my_project; truepoint init makes a whole repository")
	}
	return src, nil
}

type loader struct {
	path   string
	env    func(string) (string, bool)
	config *Config
	report strictyaml.Report
}

func (l *loader) load(src []byte) {
	chunks, err := strictyaml.Scan(l.path, src)
	l.report.Faults.AddErr(err)
	var root *strictyaml.Node
	for i := range chunks {
		n, faults := chunks[i].Parse()
		for _, e := range faults {
			l.report.Faults.Add(e)
		}
		if n != nil && root != nil {
			l.fault(n, "T0200", "the file has a second document").WithHint("keep one configuration a file")
			return
		}
		if n != nil {
			root = n
		}
	}
	if root == nil {
		if l.report.Faults.Len() == 0 {
			l.report.Faults.Add(errs.New(errs.FailedPrecondition, "configuration %s holds comments alone", l.path).WithID("T0243").
				WithHint("write at least project: my_project"))
		}
		return
	}
	if l.expand(root) {
		strictyaml.Check(root, fileShape(), &l.report)
		l.decode(root)
	}
}

func (l *loader) fault(n *strictyaml.Node, id, format string, args ...any) *errs.Error {
	e := errs.New(errs.InvalidArgument, format, args...).WithID(id).At(n.Pos)
	l.report.Faults.Add(e)
	return e
}

// dollarName finds variables in the short form, which Feast expands and we do not.
var dollarName = regexp.MustCompile(`\$([A-Za-z_][A-Za-z0-9_]*)`)

// expand expands variables in every scalar below n and reports whether all could be.
func (l *loader) expand(n *strictyaml.Node) bool {
	ok := true
	for _, item := range n.Items {
		ok = l.expand(item) && ok
	}
	for _, m := range n.Members {
		ok = l.expand(m.Value) && ok
	}
	if n.Kind != strictyaml.Text || n.Hidden || !strings.Contains(n.Text, "$") {
		return ok
	}
	if m := dollarName.FindStringSubmatch(n.Text); m != nil {
		if _, set := l.env(m[1]); set {
			l.report.Warnings = append(l.report.Warnings, errs.New(errs.OK, "$%s is taken as it stands", m[1]).WithID("T0233").
				At(n.Pos).WithHint("write ${%s} to have it replaced by the variable", m[1]))
		}
	}
	out, err := Expand(n.Text, l.env)
	if err != nil {
		for _, e := range errs.All(err) {
			e.Code = errs.InvalidArgument
			l.report.Faults.Add(e.At(n.Pos))
		}
		return false
	}
	if out != n.Text {
		n.Text, n.Hidden = out, true
		if kind := strictyaml.ScalarKind(out); kind != strictyaml.Null { // quotes are needed around ${…} inside braces
			n.Kind = kind
		}
	}
	return ok
}

// Beside returns the path that a store uses in place of path: path itself where there is nothing or something of
// ours, otherwise a file beside it and a warning that says so. ours is the store's own test. Nothing is changed.
// Errors: those of ours.
func Beside(path string, ours func(string) (bool, error)) (string, *Warning, error) {
	if _, err := os.Lstat(path); os.IsNotExist(err) {
		return path, nil, nil
	}
	own, err := ours(path)
	if err != nil || own {
		return path, nil, err
	}
	other := sqlitefile.Beside(path)
	return other, errs.New(errs.OK, "%s holds something that is not ours and stays as it is", path).WithID("T0245").
		WithHint("%s is used instead", other), nil
}

// JSONSchema returns the JSON Schema of feature_store.yaml.
func JSONSchema() map[string]any {
	out := strictyaml.JSONSchema(fileShape())
	out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	out["title"] = "feature_store.yaml of Truepoint"
	return out
}
