package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/tablefile"
)

// An Environment is what the process gives to a command. Every member but Dir is required.
type Environment struct {
	Args   []string // without the program's name
	Dir    string   // the repository of a command without -c; empty: the working directory
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Env    func(string) (string, bool)
	Clock  eventtime.Clock
}

// An app is one run of the command line, shared by the verbs.
type app struct {
	*Environment
	Globals
	ctx    context.Context
	out    *screen.Terminal
	err    *screen.Terminal
	format screen.Format
	log    *slog.Logger
	model  *kong.Kong
	ack    string // of a verb that writes; empty: as the configuration says
}

// Run parses and executes one command and returns the exit status. Cancelling ctx stops the command at its next safe
// point and gives 130.
func Run(ctx context.Context, e *Environment) int {
	a := &app{Environment: e, ctx: ctx, out: screen.Detect(e.Stdout, e.Env), err: screen.Detect(e.Stderr, e.Env)}
	err := a.run()
	if err == nil {
		return errs.OK.Exit()
	}
	code := errs.CodeOf(err)
	if ctx.Err() != nil {
		code = errs.Canceled
	}
	var quiet *silent
	if !errors.As(err, &quiet) {
		fmt.Fprint(a.err.Out, a.err.Fault(err))
	}
	return code.Exit()
}

// silent is an error that has been told already, or whose exit status is the whole message.
type silent struct{ err *errs.Error }

// Error returns the message, which nobody prints.
func (s *silent) Error() string { return s.err.Message }

// Unwrap returns the coded error.
func (s *silent) Unwrap() error { return s.err }

// saidNo ends a check that said no: exit status 3 without a message.
func saidNo() error { return &silent{errs.New(errs.CheckFailed, "the check said no")} }

// told ends a command whose failures have been printed.
func told(code errs.Code) error { return &silent{errs.New(code, "failed")} }

func (a *app) run() error {
	args, err := arrange(a.Args)
	if err != nil {
		return err
	}
	grammar := &Grammar{}
	command, done, err := a.parse(grammar, args)
	if err != nil || done {
		return err
	}
	a.Globals = grammar.Globals
	if a.NoColor {
		a.out.Colour, a.err.Colour = false, false
	}
	if a.format, err = screen.ParseFormat(a.Output); err != nil {
		return err
	}
	if err := a.openLog(); err != nil {
		return err
	}
	return command.Run(a)
}

// exited is what kong's help panics with instead of leaving the process.
type exited int

// parse matches the arguments against the grammar. done reports that the arguments asked for help, which was printed.
func (a *app) parse(g *Grammar, args []string) (command *kong.Context, done bool, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case exited:
			done = true
		default:
			panic(r)
		}
	}()
	a.model, err = kong.New(g,
		kong.Name("truepoint"),
		kong.Description("A feature store: definitions in, training sets without leakage and online answers out."),
		kong.Writers(a.Stdout, a.Stderr),
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, FlagsLast: true, WrapUpperBound: helpWidth(a.out)}),
		kong.ExplicitGroups(groups()),
	)
	if err != nil {
		return nil, false, errs.Wrap(err, errs.Internal, "the grammar of the command line is wrong")
	}
	command, err = a.model.Parse(args)
	if err != nil {
		return nil, false, usage(a.model, args, err)
	}
	return command, false, nil
}

func helpWidth(t *screen.Terminal) int {
	if t.Width == 0 {
		return 80
	}
	return t.Width
}

// later are verbs that the command line will have and this release has not.
var later = []string{"stream-feature-views", "stats", "skew", "drift", "freshness", "monitor", "verify",
	"backup", "restore", "import", "export", "serve_offline", "serve_registry", "serve_transformations", "listen", "ui"}

// usage turns kong's complaint into ours, with what was probably meant.
func usage(model *kong.Kong, args []string, err error) error {
	verb := verbOf(args)
	if verb != "" && !isVerb(model.Model.Node, verb) {
		return unknownVerb(model.Model.Node, verb)
	}
	message, hint, _ := strings.Cut(err.Error(), ", did you mean ")
	if hint != "" {
		hint = "did you mean " + hint
	}
	node := model.Model.Node
	if failed := (*kong.ParseError)(nil); errors.As(err, &failed) && failed.Context != nil && failed.Context.Selected() != nil {
		node = failed.Context.Selected()
	}
	if missing, ok := strings.CutPrefix(message, "expected "); ok {
		message = strings.TrimPrefix(node.FullPath(), "truepoint ") + " needs " + strings.ReplaceAll(missing, `"`, "")
	}
	return errs.New(errs.Usage, "%s", message).WithID("T0901").WithHint("%s", strings.TrimSpace(hint+"\n"+usageLine(node)))
}

// usageLine says how a verb, or a family of verbs, is called.
func usageLine(n *kong.Node) string {
	path, rest := n.FullPath(), strings.TrimSpace(n.Summary())
	if n.Parent == nil {
		return "usage: " + path + " " + rest + "; the verbs: " + path + " --help"
	}
	return "usage: truepoint " + rest + "; more: " + path + " --help"
}

func unknownVerb(n *kong.Node, verb string) error {
	if slices.Contains(later, verb) {
		return errs.New(errs.Unimplemented, "%s is not part of this release", verb).WithID("T0908").WithHint("see truepoint --help for the verbs")
	}
	names := []string{}
	for _, c := range n.Children {
		names = append(names, c.Name)
	}
	hint := errs.DidYouMean(verb, names)
	if hint == "" {
		hint = "see truepoint --help for the verbs"
	}
	return errs.New(errs.Usage, "unknown verb %q", verb).WithID("T0900").WithHint("%s", hint)
}

func isVerb(n *kong.Node, name string) bool {
	for _, c := range n.Children {
		if c.Name == name {
			return true
		}
	}
	return false
}

func (a *app) openLog() error {
	var level slog.Level
	if err := level.UnmarshalText([]byte(a.LogLevel)); err != nil {
		return errs.New(errs.Usage, "%q is no log level", a.LogLevel).WithID("T0904").WithHint("use debug, info, warn or error")
	}
	a.log = slog.New(slog.NewTextHandler(a.Stderr, &slog.HandlerOptions{Level: level}))
	return nil
}

// print writes the answer of a verb in the format asked for.
func (a *app) print(answer *screen.Answer) error {
	err := a.out.Print(a.format, answer)
	if errs.CodeOf(err) == errs.Unknown {
		return tablefile.OSError(err, "cannot write the answer")
	}
	return err
}

// note writes a line for the user to standard error.
func (a *app) note(format string, args ...any) {
	fmt.Fprintln(a.err.Out, a.err.ASCII(fmt.Sprintf(format, args...)))
}

// now reads the clock.
func (a *app) now() eventtime.Instant { return a.Clock() }

// chdir goes to the repository that -c names. The configuration file of -f is named from where the command was
// started, as in Feast.
func (a *app) chdir() error {
	if a.Chdir == "" {
		return nil
	}
	if a.Config != "" {
		path, err := filepath.Abs(a.Config)
		if err != nil {
			return errs.Wrap(err, errs.FailedPrecondition, "cannot find the working directory").WithID("T0905")
		}
		a.Config = path
	}
	a.Dir = ""
	if err := os.Chdir(a.Chdir); err != nil {
		return errs.Wrap(err, errs.NotFound, "cannot go to the repository").WithID("T0905").WithHint("give -c a directory that holds feature_store.yaml")
	}
	return nil
}
