package cli

import (
	"cmp"
	"path/filepath"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/sample"
	"github.com/truepoint/truepoint/internal/screen"
)

type initVerb struct {
	Dir         string `arg:"" optional:"" help:"Directory to make (default: here)."`
	Template    string `short:"t" default:"fraud" placeholder:"NAME" help:"fraud, flights or minimal."`
	Minimal     bool   `short:"m" help:"The same as -t minimal."`
	Until       string `placeholder:"DATE" help:"Generated history ends here (default: today)."`
	Definitions string `default:"yaml" placeholder:"FORM" help:"yaml or python."`
	Package     string `placeholder:"FILE" help:"flights: the downloaded package, if pip cannot fetch it."`
	RepoPath    string `name:"repo-path" hidden:"" help:"Feast's name for DIR."`
}

// Run implements the verb init.
func (v *initVerb) Run(a *app) error {
	if err := a.chdir(); err != nil {
		return err
	}
	opt := &sample.Options{Template: v.Template, Until: a.now(), Definitions: v.Definitions, Package: v.Package}
	if v.Minimal {
		opt.Template = "minimal"
	}
	if v.Until != "" {
		i, err := parseTime("--until", v.Until)
		if err != nil {
			return err
		}
		opt.Until, opt.Fixed = i, true
	}
	if v.Dir != "" && v.RepoPath != "" {
		return errs.New(errs.Usage, "both DIR and --repo-path are given").WithID("T0940").WithHint("give one of them")
	}
	dir := cmp.Or(v.Dir, v.RepoPath, ".")
	if err := sample.Init(a.ctx, dir, opt); err != nil {
		return err
	}
	doc := map[string]string{"path": dir, "template": opt.Template}
	text := "made a " + opt.Template + " repository in " + dir + "\n\n"
	if dir != "." {
		text += "  cd " + dir + "\n"
	}
	text += "  truepoint plan\n  truepoint apply\n\n" + filepath.Join(dir, "README.md") + " goes on from there\n"
	return a.print(&screen.Answer{Text: text, Value: doc, Names: []string{dir}})
}
