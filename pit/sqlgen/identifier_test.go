package sqlgen_test

import (
	"strings"
	"testing"

	"github.com/truepoint/truepoint/pit/sqlgen"
)

// FuzzIdentifier shows that no name of a column, table, view or feature can break out: in the rendered script, the name
// stands between quotes and in comments only, so that the script without both is the same for every name.
func FuzzIdentifier(f *testing.F) {
	for _, name := range []string{"a", `a"b`, "a`b", `a\`, "a;drop table t", "a\n; drop table t", "a --", "a */", "α", "a''", `""`, "\u2028", "a\x00"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		for engine, d := range dialects {
			quoted, err := d.Quote(name)
			if err != nil {
				continue
			}
			if back := unquote(quoted, d); back != name {
				t.Errorf("%s: %q became %s, which reads %q", engine, name, quoted, back)
			}
			want, got := named(t, d, "x"), named(t, d, name)
			if got != want {
				t.Errorf("%s: the name %q changes the statement:\n%s\nwant\n%s", engine, name, got, want)
			}
		}
	})
}

// named renders a join and windows with a name in every place, and returns them without comments and with every quoted
// identifier replaced.
func named(t *testing.T, d *sqlgen.Dialect, name string) string {
	join, windows := plans()["plain"], plans()["windows"]
	everywhere(&join.Views[0], join, name)
	join.Views[0].Layout.Features[0] = name
	w := &windows.Windows[0]
	everywhere(&w.View, windows, name)
	if w.EventID.Name != "" {
		w.EventID.Name = name
	}
	for i := range w.Features {
		f := &w.Features[i]
		if f.Name = name; f.Column != "" {
			f.Column = name
		}
		if f.By != "" {
			f.By = name
		}
	}
	var out strings.Builder
	for _, line := range append(script(t, d, join, name), script(t, d, windows, name)...) {
		if !strings.HasPrefix(line, "-- ") {
			out.WriteString(bare(line, d) + "\n")
		}
	}
	return out.String()
}

// everywhere gives the view of a plan, its columns and those of its entity rows one name.
func everywhere(v *sqlgen.View, p *sqlgen.Plan, name string) {
	v.Name, v.From.Table = name, []string{name, name}
	v.Layout.Keys[0], v.Layout.Event, v.Layout.Created = name, name, name
	p.Spine[0].Name, v.Spine[0] = name, name
}

func script(t *testing.T, d *sqlgen.Dialect, p *sqlgen.Plan, name string) []string {
	t.Helper()
	text, err := p.Script(d)
	if err != nil {
		t.Fatalf("%s: %q: %v", d.Name, name, err)
	}
	return strings.Split(text, "\n")
}

// bare replaces quoted identifiers the way the engine finds their ends.
func bare(line string, d *sqlgen.Dialect) string {
	var out strings.Builder
	for {
		i := strings.Index(line, d.Mark)
		if i < 0 {
			return out.String() + line
		}
		out.WriteString(line[:i] + "<name>")
		line = line[i+1:]
		for {
			j := strings.Index(line, d.Mark)
			if j < 0 {
				return out.String() + "<open>" + line
			}
			line = line[j+1:]
			if d.Doubled == "" || !strings.HasPrefix(line, d.Mark) {
				break
			}
			line = line[1:]
		}
	}
}

func unquote(quoted string, d *sqlgen.Dialect) string {
	inner := strings.TrimSuffix(strings.TrimPrefix(quoted, d.Mark), d.Mark)
	if d.Doubled == "" {
		return inner
	}
	return strings.ReplaceAll(inner, d.Doubled, d.Mark)
}
