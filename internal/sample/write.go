package sample

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"text/template"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// A writer makes files and directories and remembers which, so that all can be undone.
type writer struct {
	ctx  context.Context
	made []string // in the order of making
}

// undo removes what was made. A directory that something else was put into stays.
func (w *writer) undo() error {
	var failed error
	for _, path := range slices.Backward(w.made) {
		err := os.Remove(path)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if entries, rerr := os.ReadDir(path); rerr == nil && len(entries) > 0 {
			continue
		}
		failed = errs.Join(failed, tablefile.OSError(err, "cannot remove the unfinished "+path))
	}
	return failed
}

// folder makes a directory and the parents that it lacks.
func (w *writer) folder(path string) error {
	err := os.Mkdir(path, 0o755)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(path) != path {
		if err := w.folder(filepath.Dir(path)); err != nil {
			return err
		}
		err = os.Mkdir(path, 0o755)
	}
	if err == nil {
		w.made = append(w.made, path)
		return nil
	}
	if info, serr := os.Stat(path); serr == nil && info.IsDir() {
		return nil
	}
	return tablefile.OSError(err, "cannot make the directory "+path)
}

// create makes a new file, and its directory if that is missing.
func (w *writer) create(path string) (*os.File, error) {
	if err := w.ctx.Err(); err != nil {
		return nil, err
	}
	if err := w.folder(filepath.Dir(path)); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil, errs.New(errs.AlreadyExists, "%s exists", path).WithID("T0935").WithHint("name an empty directory")
	}
	if err != nil {
		return nil, tablefile.OSError(err, "cannot write "+path)
	}
	w.made = append(w.made, path)
	return f, nil
}

// repository writes tables and texts into dir.
func (w *writer) repository(dir string, tables map[string]*value.Batch, until eventtime.Instant, opt *Options) error {
	for name, b := range tables {
		path := filepath.Join(dir, "data", name)
		f, err := w.create(path) // the place is taken before it is replaced, so that no file of another is
		if err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return tablefile.OSError(err, "cannot write "+path)
		}
		if err := offline.WriteTable(path, b); err != nil {
			return err
		}
	}
	return w.texts(dir, until, opt)
}

// texts writes the configuration, the definitions and the README of a template; feature_store.yaml comes last,
// so that a directory that has one is complete.
func (w *writer) texts(dir string, until eventtime.Instant, opt *Options) error {
	root := "templates/" + opt.Template
	definitions := root
	if opt.Template == "fraud" {
		definitions += "/" + opt.Definitions
	}
	entries, err := templates.ReadDir(definitions)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the template %s is missing", definitions)
	}
	for _, e := range entries {
		if e.IsDir() || e.Name() == "feature_store.yaml" || e.Name() == "README.md" {
			continue
		}
		if err := w.copyText(definitions+"/"+e.Name(), filepath.Join(dir, "features", e.Name()), nil); err != nil {
			return err
		}
	}
	words := map[string]string{"Now": "$(date -u +%Y-%m-%dT%H:%M:%S)", "At": ""}
	if opt.Fixed {
		words["Now"] = until.Time().Format("2006-01-02T15:04:05")
		words["At"] = " --at " + until.String()
	}
	if err := w.copyText(root+"/README.md", filepath.Join(dir, "README.md"), words); err != nil {
		return err
	}
	return w.copyText(root+"/feature_store.yaml", filepath.Join(dir, "feature_store.yaml"), nil)
}

// copyText writes one embedded file, with the words of a template filled in where there are any.
func (w *writer) copyText(from, to string, words map[string]string) error {
	b, err := templates.ReadFile(from)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "the template file %s is missing", from)
	}
	if words != nil {
		t, err := template.New(from).Parse(string(b))
		if err != nil {
			return errs.Wrap(err, errs.Internal, "the template file %s is wrong", from)
		}
		var out bytes.Buffer
		if err := t.Execute(&out, words); err != nil {
			return errs.Wrap(err, errs.Internal, "the template file %s is wrong", from)
		}
		b = out.Bytes()
	}
	f, err := w.create(to)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return tablefile.OSError(err, "cannot write "+to)
	}
	return nil
}
