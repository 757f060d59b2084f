package main

import (
	"fmt"
	"strings"

	"github.com/truepoint/truepoint/expr"
)

// expressionsHead stands above the table of functions.
const expressionsHead = "# Expressions\n\nMade by `make generate`. Expressions compute the features of on-demand views and choose rows in `where:`. The syntax is CEL's; " +
	"what differs from CEL and why stands in [0013-functions-and-expressions.md](../adr/0013-functions-and-expressions.md), the cases in [spec/expr](../../spec/expr/README.md).\n\n" +
	"```\namount / coalesce(average_7d, 1.0)\nis_null(country) ? 'unknown' : lower(country)\nhour(event_timestamp, 'Asia/Seoul') in [22, 23, 0] && amount > 3 * average_7d\n```\n\n" +
	"- A name is a column: `amount`, `view.amount`, and `` `two words` `` in back quotes. `as_of` is the moment of the request.\n" +
	"- Int is Int32 and Int64, computed in 64 bits; Float is Float32 and Float64, computed as Float64. Int widens to Float, Date to UnixTimestamp.\n" +
	"- A null operand makes a null, also for `==`, `&&` and `||`; only `coalesce`, `is_null` and `if` look at it. `where:` keeps the rows that are true.\n" +
	"- What cannot be computed, such as a sum of Int that overflows, is an ERROR cell; so is what is computed from it. Guard with `b == 0 ? 0 : a // b`.\n" +
	"- Texts stand in `'` or `\"`, with escapes, or as `r'\\d+'` without. There are no comments: `//` divides.\n" +
	"- A function of a value can follow it: `name.lower()` is `lower(name)`.\n" +
	"- Other types are carried: `coalesce`, `if` and `is_null` take them.\n\n" +
	"From weakest to strongest: `? :`, `||`, `&&`, comparisons and `in`, `+ -`, `* / // %`, `- !` before an operand. A literal is a text that is written out, not computed.\n"

// expressions returns the page of the operators and functions.
func expressions() string {
	var b strings.Builder
	b.WriteString(expressionsHead)
	group := ""
	for _, f := range expr.Functions() {
		if f.Group != group {
			group = f.Group
			fmt.Fprintf(&b, "\n## %s\n\n| name | takes and gives | meaning |\n|---|---|---|\n", group)
		}
		name := code(f.Name)
		for _, a := range f.Aliases {
			name += ", " + code(a)
		}
		shapes := make([]string, len(f.Signatures))
		for i, s := range f.Signatures {
			args, result, _ := strings.Cut(s[1:], ") ")
			if f.Many {
				args += ", …"
			}
			shapes[i] = args + " → " + result
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, strings.Join(shapes, "; "), strings.ReplaceAll(f.Doc, "|", "\\|"))
	}
	fmt.Fprintf(&b, "\n## Limits\n\nAn expression has at most %d bytes, %d parts and %d levels of nesting; a pattern %d bytes; a text that is made or matched %d bytes, and fewer for a long pattern: bytes times its instructions are at most %d.\n",
		expr.SourceSizeMax, expr.NodesMax, expr.DepthMax, expr.PatternSizeMax, expr.TextSizeMax, expr.MatchStepsMax)
	return b.String()
}

func code(name string) string { return "`" + strings.ReplaceAll(name, "|", "\\|") + "`" }
