package cli

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/truepoint/truepoint/errs"
)

// Reference returns the manual of the command line as Markdown: every verb that --help shows, with its arguments, flags
// and explanation. It is made of the grammar alone, so that it says what the program does.
func Reference() (string, error) {
	model, err := kong.New(&Grammar{}, kong.Name("truepoint"), kong.ExplicitGroups(groups()))
	if err != nil {
		return "", errs.Wrap(err, errs.Internal, "the grammar of the command line is wrong")
	}
	var b strings.Builder
	b.WriteString("# Command line\n\nMade by `make generate` of the grammar that the program parses with; `truepoint VERB --help` says the same.\n")
	root := model.Model.Node
	for _, g := range groups() {
		if g.Key == "global" {
			fmt.Fprintf(&b, "\n## %s\n", strings.TrimSuffix(g.Title, ":"))
			writeFlags(&b, root.Flags)
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n", strings.TrimSuffix(g.Title, ":"))
		for _, n := range root.Children {
			if n.Group != nil && n.Group.Key == g.Key {
				writeVerb(&b, n)
			}
		}
	}
	return b.String(), nil
}

// writeVerb writes the section of a verb, or those of the verbs of a family.
func writeVerb(b *strings.Builder, n *kong.Node) {
	if n.Hidden {
		return
	}
	for _, c := range n.Children {
		writeVerb(b, c)
	}
	if len(n.Children) > 0 {
		return
	}
	fmt.Fprintf(b, "\n### %s\n\n    truepoint %s\n\n%s\n", strings.TrimPrefix(n.FullPath(), "truepoint "), n.Summary(), n.Help)
	if detail := strings.TrimSpace(n.Detail); detail != "" {
		fmt.Fprintf(b, "\n%s\n", detail)
	}
	if len(n.Positional) > 0 {
		b.WriteString("\n| argument | |\n|---|---|\n")
		for _, p := range n.Positional {
			fmt.Fprintf(b, "| `%s` | %s |\n", p.Summary(), cell(p.Help))
		}
	}
	writeFlags(b, n.Flags)
}

func writeFlags(b *strings.Builder, flags []*kong.Flag) {
	began := false
	for _, f := range flags {
		if f.Hidden {
			continue
		}
		if !began {
			b.WriteString("\n| flag | |\n|---|---|\n")
			began = true
		}
		name := "--" + f.Name
		if f.Short != 0 {
			name = "-" + string(f.Short) + ", " + name
		}
		if !f.IsBool() && !f.IsCounter() {
			name += "=" + f.FormatPlaceHolder()
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", name, cell(f.Help))
	}
}

// cell is text as it can stand in a cell of a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
