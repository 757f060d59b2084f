package cli

import (
	"bufio"
	"cmp"
	"fmt"
	"os"
	"os/user"
	"strings"

	"golang.org/x/term"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/registry"
)

// consentFlags say what a change of the registry may do.
type consentFlags struct {
	Yes              bool   `short:"y" help:"Do not ask."`
	AllowBreaking    bool   `help:"Make breaking changes."`
	AllowDestructive bool   `help:"Remove what holds data."`
	Message          string `placeholder:"TEXT" help:"Why; kept in the history."`
}

type applyVerb struct {
	File string `arg:"" optional:"" help:"A plan that plan --out wrote."`
	consentFlags
	feastApplyFlags
	NoProgress bool `hidden:""`
	NoPromote  bool `hidden:""`
}

// Run implements the verb apply.
func (v *applyVerb) Run(a *app) error {
	if v.File == "" {
		return a.withPlan(func(s *truepoint.Store, p *apply.Plan) error { return v.commit(a, s, p) })
	}
	b, err := os.ReadFile(v.File)
	if err != nil {
		return errs.Wrap(err, errs.NotFound, "cannot read the plan").WithID("T0949").WithHint("make one: truepoint plan --out %s", v.File)
	}
	p, err := apply.ParsePlan(b)
	if err != nil {
		return err
	}
	return a.withStore(func(s *truepoint.Store) error {
		if p.Project != s.Project() {
			return errs.New(errs.InvalidArgument, "the plan is for project %q, this repository is %q", p.Project, s.Project()).WithID("T0950").
				WithHint("apply it in the repository that it was made in")
		}
		return v.commit(a, s, p)
	})
}

// commit shows a plan, gets consent where it is needed, and does it.
func (f *consentFlags) commit(a *app, s *truepoint.Store, p *apply.Plan) error {
	if p.Empty() {
		if err := a.printPlan(p); err != nil {
			return err
		}
		return a.noteOlder(s)
	}
	if a.format == screen.AsTable {
		fmt.Fprint(a.out.Out, a.out.ASCII(planText(a.out, p)))
	}
	if err := f.ask(a, p); err != nil {
		return err
	}
	rev, err := s.Apply(a.ctx, p, f.options(a))
	if err != nil {
		return err
	}
	if a.format != screen.AsTable {
		doc := struct {
			Revision registry.Revision `json:"revision"`
			Plan     *apply.Plan       `json:"plan"`
		}{rev, p}
		return a.print(&screen.Answer{Value: doc, Names: []string{fmt.Sprint(rev)}})
	}
	fmt.Fprintf(a.out.Out, "applied as revision %d\n", rev)
	if len(p.Work) > 0 {
		a.note("fill the online store with: truepoint materialize-incremental %s", a.now().String()[:19])
	}
	return a.noteOlder(s)
}

// ask gets consent for what is not additive: by the flags, or by a yes on a terminal.
func (f *consentFlags) ask(a *app, p *apply.Plan) error {
	need := p.Class() == apply.Destructive && !f.AllowDestructive || len(p.Of(apply.Breaking)) > 0 && !f.AllowBreaking
	if !need || !a.interactive() || f.Yes {
		return nil
	}
	if err := a.confirm("this is " + p.Class().String() + "; go on"); err != nil {
		return err
	}
	f.AllowBreaking, f.AllowDestructive = true, true
	return nil
}

// options returns the flags as the engine takes them.
func (f *consentFlags) options(a *app) apply.Options {
	return apply.Options{AllowBreaking: f.AllowBreaking, AllowDestructive: f.AllowDestructive, Author: author(), Message: f.Message, Now: a.now()}
}

// confirm asks a question that is answered by yes. Errors: FailedPrecondition for every other answer.
func (a *app) confirm(question string) error {
	fmt.Fprintf(a.err.Out, "%s? [y/N] ", question)
	line, err := bufio.NewReader(a.Stdin).ReadString('\n')
	if err != nil && line == "" || !strings.HasPrefix(strings.ToLower(strings.TrimSpace(line)), "y") {
		return errs.New(errs.FailedPrecondition, "nothing was changed").WithID("T0951").WithHint("answer y, or give the flags")
	}
	return nil
}

// interactive reports whether a question can be asked: standard input and error are terminals.
func (a *app) interactive() bool {
	in, ok := a.Stdin.(*os.File)
	return ok && term.IsTerminal(int(in.Fd())) && a.err.Live
}

// author returns who is at work, for the history.
func author() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return cmp.Or(os.Getenv("USER"), "unknown")
}
