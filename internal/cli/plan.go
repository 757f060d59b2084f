package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/screen"
)

// feastApplyFlags are Feast's flags of plan and apply that need nothing here.
type feastApplyFlags struct {
	SkipSource bool `name:"skip-source-validation" hidden:""`
	SkipView   bool `name:"skip-feature-view-validation" hidden:""`
}

type planVerb struct {
	Detailed bool   `name:"detailed-exitcode" help:"Exit 0 without changes, 3 with."`
	Out      string `placeholder:"FILE" help:"Also write the plan for apply FILE."`
	feastApplyFlags
}

// Run implements the verb plan.
func (v *planVerb) Run(a *app) error {
	return a.withPlan(func(s *truepoint.Store, p *apply.Plan) error {
		if v.Out != "" {
			b, err := p.Encode()
			if err == nil {
				err = os.WriteFile(v.Out, b, 0o644)
			}
			if err != nil {
				return errs.Wrap(err, errs.Unavailable, "cannot write the plan").WithID("T0948")
			}
			a.note("wrote the plan to %s; do it with: truepoint apply %s", v.Out, v.Out+neededFlags(p))
		}
		if err := a.printPlan(p); err != nil {
			return err
		}
		if v.Out == "" && !p.Empty() {
			a.note("do it with: truepoint apply%s", neededFlags(p))
		}
		if err := a.noteOlder(s); err != nil {
			return err
		}
		if v.Detailed && !p.Empty() {
			return saidNo()
		}
		return nil
	})
}

// neededFlags returns the flags that apply needs for p, each behind a blank.
func neededFlags(p *apply.Plan) string {
	flags := ""
	if len(p.Of(apply.Breaking)) > 0 {
		flags += " --allow-breaking"
	}
	if len(p.Of(apply.Destructive)) > 0 {
		flags += " --allow-destructive"
	}
	return flags
}

// withPlan compares the definition files with the registry and calls work with the difference.
func (a *app) withPlan(work func(*truepoint.Store, *apply.Plan) error) error {
	c, set, err := a.wanted()
	if err != nil {
		return err
	}
	return a.withOpened(c, func(s *truepoint.Store) error {
		p, err := s.Plan(a.ctx, set)
		if err != nil {
			return err
		}
		return work(s, p)
	})
}

func (a *app) printPlan(p *apply.Plan) error {
	answer := changesAnswer(p.Changes)
	answer.Text, answer.Value = a.out.ASCII(planText(a.out, p)), p
	return a.print(answer)
}

// changesAnswer returns the table and the names of changes.
func changesAnswer(changes []apply.Change) *screen.Answer {
	answer := &screen.Answer{Names: []string{}, Table: &screen.Table{Columns: screen.Columns("ACTION", "KIND", "NAME", "CLASS")}}
	for _, c := range changes {
		answer.Names = append(answer.Names, c.ID())
		answer.Table.Add(string(c.Action), c.Kind, c.Name, c.Class.String())
	}
	return answer
}

// planText shows a plan: what changes, what it means for readers, what has to be done afterwards.
func planText(t *screen.Terminal, p *apply.Plan) string {
	var b strings.Builder
	if p.Empty() {
		fmt.Fprintf(&b, "%s: nothing to change, the registry (revision %d) says what the files say\n", p.Project, p.Base)
		warnings(&b, t, p.Warnings)
		return b.String()
	}
	fmt.Fprintf(&b, "%s, on top of revision %d\n\n", t.Paint(screen.Strong, p.Project), p.Base)
	b.WriteString(changesText(t, p.Changes))
	if len(p.Work) > 0 {
		fmt.Fprintf(&b, "\n%s\n", t.Paint(screen.Strong, "afterwards"))
		for _, w := range p.Work {
			fmt.Fprintf(&b, "  materialize %s: %s\n", w.View, w.Reason)
		}
	}
	warnings(&b, t, p.Warnings)
	fmt.Fprintf(&b, "\n%s; the whole is %s\n", p.Summary(), classPaint(t, p.Class()))
	return b.String()
}

// changesText shows changes one after the other.
func changesText(t *screen.Terminal, changes []apply.Change) string {
	var b strings.Builder
	width := kindWidth(changes)
	for _, c := range changes {
		changeText(&b, t, c, width)
	}
	return b.String()
}

func warnings(b *strings.Builder, t *screen.Terminal, list []apply.Warning) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", t.Paint(screen.Caution, "take note"))
	for _, w := range list {
		b.WriteString(t.Wrapped("  ", w.Kind+" "+w.Name+": "+w.Message))
		if w.Hint != "" {
			b.WriteString(t.Wrapped("    ", w.Hint))
		}
	}
}

// marks are the signs of actions.
var marks = map[apply.Action]string{apply.Create: "+", apply.Update: "~", apply.Delete: "-"}

var markStyles = map[apply.Action]screen.Style{apply.Create: screen.Good, apply.Update: screen.Caution, apply.Delete: screen.Bad}

// kindWidth is the room for the kinds of a plan's changes; that of on-demand views, which is longer than others, takes
// more only where there are any.
func kindWidth(changes []apply.Change) int {
	width := len(feature.KindService)
	for _, c := range changes {
		width = max(width, len(c.Kind))
	}
	return width
}

// changeText shows one change: a line for it, then what differs, why it has its class, and who reads it.
func changeText(b *strings.Builder, t *screen.Terminal, c apply.Change, width int) {
	fmt.Fprintf(b, "  %s %-*s %s", t.Paint(markStyles[c.Action], marks[c.Action]), width, c.Kind, t.Paint(screen.Strong, c.Name))
	if c.Class != apply.Additive {
		fmt.Fprintf(b, "  %s", classPaint(t, c.Class))
	}
	b.WriteByte('\n')
	indent := strings.Repeat(" ", width+5)
	if c.Detail != "" {
		b.WriteString(t.Wrapped(indent, c.Detail))
	}
	for _, l := range c.Lines {
		switch {
		case l.Old == "":
			b.WriteString(t.Wrapped(indent, "+ "+l.Path+": "+l.New))
		case l.New == "":
			b.WriteString(t.Wrapped(indent, "- "+l.Path+": "+l.Old))
		default:
			b.WriteString(t.Wrapped(indent, l.Path+": "+l.Old+" → "+l.New))
		}
	}
	if len(c.Reasons) > 0 && c.Class != apply.Additive {
		b.WriteString(t.Wrapped(indent, "because: "+strings.Join(c.Reasons, "; ")))
	}
	if len(c.Readers) > 0 {
		b.WriteString(t.Wrapped(indent, "read by "+strings.Join(c.Readers, ", ")))
	}
}

func classPaint(t *screen.Terminal, c apply.Class) string {
	style := screen.Good
	switch c {
	case apply.Breaking:
		style = screen.Caution
	case apply.Destructive:
		style = screen.Bad
	}
	return t.Paint(style, c.String())
}
