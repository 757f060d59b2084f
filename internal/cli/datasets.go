package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/dataset"
	"github.com/truepoint/truepoint/internal/objectstore"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/runs"
)

type datasetsVerb struct {
	List     datasetsListVerb     `cmd:"" help:"List saved training sets."`
	Describe datasetsDescribeVerb `cmd:"" help:"Show what a saved set was made of."`
	Verify   datasetsVerifyVerb   `cmd:"" help:"Make a saved set again and compare it with its files, cell by cell."`
	Delete   datasetsDeleteVerb   `cmd:"" help:"Forget a saved set."`
}

type datasetName struct {
	Name string `arg:"" help:"The set, as datasets list names it."`
}

type datasetsListVerb struct{}

// Run implements datasets list.
func (v *datasetsListVerb) Run(a *app) error {
	return a.withStore(func(s *truepoint.Store) error {
		all, err := s.Datasets().List(a.ctx)
		if err != nil {
			return err
		}
		answer := &screen.Answer{Value: orEmpty(all), Names: []string{}}
		answer.Table = &screen.Table{Columns: screen.Columns("DATASET", ">ROWS", ">FEATURES", "?>REVISION", "CREATED", "?SPLIT", "?BY")}
		for _, m := range all {
			answer.Names = append(answer.Names, m.Name)
			answer.Table.AddCells(screen.Cell{Text: m.Name}, countCell(m.Rows), countCell(int64(len(m.Features))), countCell(int64(m.Revision)),
				minuteCell(m.Created), screen.Cell{Text: m.Split}, screen.Cell{Text: runs.Who(m.Author)})
		}
		if len(all) == 0 && a.format == screen.AsTable {
			a.note("no saved training sets yet; save one: truepoint get-historical-features … --out FILE --save NAME")
			return nil
		}
		return a.print(answer)
	})
}

type datasetsDescribeVerb struct{ datasetName }

// Run implements datasets describe.
func (v *datasetsDescribeVerb) Run(a *app) error {
	return a.withStore(func(s *truepoint.Store) error {
		m, err := s.Datasets().Get(a.ctx, v.Name)
		if err != nil {
			return err
		}
		return a.print(&screen.Answer{Text: a.out.ASCII(describeDataset(m)), Value: m, Names: []string{m.Name}})
	})
}

// describeDataset returns everything about a set, one fact a line.
func describeDataset(m *dataset.Manifest) string {
	var b strings.Builder
	fact := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-10s %s\n", name, fmt.Sprintf(format, args...))
	}
	fact("dataset", "%s of project %s", m.Name, m.Project)
	fact("made", "%s by %s", m.Created, runs.Who(m.Author))
	fact("rows", "%s with %d columns", count(m.Rows), len(m.Columns))
	fact("spine", "%s", spineText(&m.Spine))
	fact("revision", "%d", m.Revision)
	for _, line := range requestLines(&m.Request) {
		fact("rule", "%s", line)
	}
	if m.Split != "" {
		fact("split", "%s", m.Split)
	}
	for _, f := range m.Files {
		fact("file", "%s, %s rows, %s, sha256 %s", f.Path, count(f.Rows), size(f.Bytes), f.SHA256)
	}
	for _, f := range m.Features {
		fact("feature", "%s is %s, definition %.12s", f.Column, f.Ref, f.Fingerprint)
	}
	for _, s := range m.Sources {
		for _, f := range s.Manifest.Files {
			fact("source", "%s: %s, %s, of %s", s.Name, f.Path, size(f.Size), f.Modified)
		}
	}
	return b.String()
}

func spineText(s *dataset.Spine) string {
	switch s.From {
	case dataset.FromFile:
		return fmt.Sprintf("%s, time column %s, sha256 %s", s.Text, s.TimeColumn, s.SHA256)
	case dataset.FromQuery:
		return "the query " + s.Text
	case dataset.FromAllKeys:
		return "every key of " + s.Text
	case dataset.FromRange:
		return "every row of the views, " + s.Text
	}
	return "rows given with the request"
}

// requestLines returns the rules of a request that are not the usual ones.
func requestLines(r *dataset.Request) []string {
	var out []string
	if r.Service != "" {
		out = append(out, "every feature of service "+r.Service)
	}
	if r.KnownAsOf {
		out = append(out, "each row as it was known at its own time")
	}
	if r.KnownAt != nil {
		out = append(out, "as it was known at "+r.KnownAt.String())
	}
	if r.NullFeatures {
		out = append(out, "rows with a null key or time are kept, with null features")
	}
	if r.TiesError {
		out = append(out, "ambiguous cells are refused")
	}
	return out
}

type datasetsDeleteVerb struct {
	datasetName
	Files bool `help:"Remove the set's files too."`
}

// Run implements datasets delete.
func (v *datasetsDeleteVerb) Run(a *app) error {
	return a.withStore(func(s *truepoint.Store) error {
		m, err := s.Datasets().Delete(a.ctx, v.Name)
		if err != nil {
			return err
		}
		for _, f := range m.Files {
			if !v.Files {
				a.note("%s stays", f.Path)
				continue
			}
			for _, path := range []string{f.Path, manifestPath(f)} {
				if err := a.datasetFiles().Remove(a.ctx, path); err != nil {
					return err
				}
			}
			a.note("removed %s", f.Path)
		}
		a.note("dataset %s is forgotten", m.Name)
		return nil
	})
}

// manifestPath returns where the manifest of the set lies that a file is of: beside it, for both parts of a split once.
func manifestPath(f dataset.File) string {
	return objectstore.Renamed(f.Path, func(name string) string {
		ext := filepath.Ext(name)
		whole := strings.TrimSuffix(name, ext)
		if f.Part != dataset.All {
			whole = strings.TrimSuffix(whole, "."+string(f.Part))
		}
		return whole + ext + manifestSuffix
	})
}
