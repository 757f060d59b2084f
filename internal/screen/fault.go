package screen

import (
	"errors"
	"fmt"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// Fault returns err in the error form: code and message, place, excerpt with carets, hint. Every fault of a list is
// shown. It ends with a newline.
func (t *Terminal) Fault(err error) string {
	faults := errs.All(unwrapFaults(err))
	var b strings.Builder
	for i, e := range faults {
		if i > 0 {
			b.WriteByte('\n')
		}
		t.fault(&b, "error", Bad, e)
	}
	if len(faults) > 1 {
		fmt.Fprintf(&b, "\n%d faults\n", len(faults))
	}
	return t.ASCII(b.String())
}

// Warning returns a warning in the same form.
func (t *Terminal) Warning(e *errs.Error) string {
	var b strings.Builder
	t.fault(&b, "warning", Caution, e)
	return t.ASCII(b.String())
}

// unwrapFaults returns the list within err, if there is one and nothing was said around it.
func unwrapFaults(err error) error {
	var list *errs.Faults
	var one *errs.Error
	switch {
	case errors.As(err, &list):
		return list
	case errors.As(err, &one):
		return one
	}
	return err
}

func (t *Terminal) fault(b *strings.Builder, word string, s Style, e *errs.Error) {
	id := e.ID
	if id == "" {
		id = e.Code.String()
	}
	message := e.Message
	if e.Err != nil {
		message += ": " + e.Err.Error()
	}
	fmt.Fprintf(b, "%s %s\n", t.Paint(s, word+"["+id+"]:"), clean(message))
	if !e.Pos.IsZero() {
		fmt.Fprintf(b, "  %s %s\n", t.Paint(Accent, "-->"), e.Pos)
	}
	hint := clean(e.Hint)
	if e.Excerpt != "" {
		line := strings.TrimLeft(e.Excerpt, " \t")
		indent := len(e.Excerpt) - len(line)
		column := max(e.Pos.Column-1-indent, 0)
		fmt.Fprintf(b, "   %s  %s\n", t.Paint(Accent, "|"), visible(line))
		if e.Pos.Column > 0 {
			carets := strings.Repeat(" ", column) + t.Paint(s, strings.Repeat("^", max(e.Width, 1)))
			fmt.Fprintf(b, "   %s  %s\n", t.Paint(Accent, "|"), strings.TrimRight(carets+" "+hint, " "))
			return
		}
	}
	if hint != "" {
		for i, l := range strings.Split(hint, "\n") {
			if i == 0 {
				l = t.Paint(Strong, "hint:") + " " + l
			} else {
				l = "      " + l
			}
			fmt.Fprintf(b, "  %s\n", l)
		}
	}
}

// clean makes every control character of a message harmless except newlines, which are indented.
func clean(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = visible(lines[i])
	}
	return strings.Join(lines, "\n")
}
