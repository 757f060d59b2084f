package storetest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// Day is the day of times without a date, 2026-03-12.
const Day = eventtime.Instant(1_773_273_600_000_000)

// RunScripts runs every case of the *.txt files of a directory (language: spec/online/README.md), each on a rig of its
// own that open makes.
func RunScripts(t *testing.T, dir string, open func(testing.TB) *Rig) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in %s: %v", dir, err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases(t, f, string(text)) {
			t.Run(strings.TrimSuffix(filepath.Base(f), ".txt")+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				c.run(t, open(t))
			})
		}
	}
}

// A script is one case: its statements with their places.
type script struct {
	name  string
	lines []line
}

type line struct {
	place string
	words []string
	want  []string // behind " = "
}

func cases(t *testing.T, file, text string) []*script {
	t.Helper()
	var all []*script
	for i, l := range strings.Split(text, "\n") {
		l, _, _ = strings.Cut(l, "#")
		left, right, _ := strings.Cut(strings.TrimSpace(l), " = ")
		words := strings.Fields(left)
		if len(words) == 0 {
			continue
		}
		at := fmt.Sprintf("%s:%d", filepath.Base(file), i+1)
		if words[0] == "case" {
			all = append(all, &script{name: strings.Join(words[1:], " ")})
			continue
		}
		if len(all) == 0 {
			t.Fatalf("%s: the first statement must be case NAME", at)
		}
		s := all[len(all)-1]
		s.lines = append(s.lines, line{at, words, strings.Fields(right)})
	}
	return all
}

// A player runs one case.
type player struct {
	*Rig
	t       *testing.T
	at      string
	set     *feature.Set
	columns []value.Field // of the history
	parts   []*value.Batch
	service bool
	given   []value.Field // request columns
	asOf    eventtime.Instant
}

func (s *script) run(t *testing.T, r *Rig) {
	p := &player{Rig: r, t: t}
	defer r.Store.Close()
	r.Clock.Set(Day.Add(12 * eventtime.Hour))
	for _, l := range s.lines {
		p.at = l.place
		if err := p.statement(l); err != nil {
			t.Fatalf("%s: %s: %v", l.place, strings.Join(l.words, " "), err)
		}
	}
}

func (p *player) statement(l line) error {
	rest := l.words[1:]
	switch l.words[0] {
	case "view":
		return p.view(rest)
	case "compute":
		return p.compute(l)
	case "row":
		return p.row(rest)
	case "part":
		p.parts = append(p.parts, p.newPart())
		return nil
	case "clock":
		at, err := instant(rest[0])
		p.Clock.Set(at)
		return err
	case "materialize", "incremental":
		return p.materialize(l)
	case "push":
		return p.push(l)
	case "rollback":
		n, err := strconv.Atoi(rest[0])
		if err != nil {
			return err
		}
		return p.rollback(registry.Revision(n))
	case "read":
		return p.read(l)
	case "asof":
		want, err := instant(rest[0])
		if err == nil && want != p.asOf {
			err = fmt.Errorf("got %s", p.asOf)
		}
		return err
	}
	return fmt.Errorf("unknown statement %q", l.words[0])
}

// instant reads a time of Day such as 11:00:00.5, or anything that eventtime.Parse reads.
func instant(text string) (eventtime.Instant, error) {
	if len(text) >= 5 && text[2] == ':' {
		text = "2026-03-12T" + text + "Z"
	}
	return eventtime.Parse(text, nil)
}

// cell reads a value of type t.
func cell(text string, t value.Type) (value.Value, error) {
	if text == "null" {
		return value.Value{}, nil
	}
	if t.Kind == value.UnixTimestamp {
		at, err := instant(text)
		return value.OfInstant(at), err
	}
	if strings.HasPrefix(text, "\"") {
		unquoted, err := strconv.Unquote(text)
		if err != nil {
			return value.Value{}, err
		}
		text = unquoted
	}
	return jsonvalue.ParseText(text, t)
}

func (p *player) newPart() *value.Batch {
	b := &value.Batch{}
	for _, f := range p.columns {
		b.Add(f.Name, value.NewColumn(f.Type, 0))
	}
	return b
}

// row appends a row to the last part of the history; columns that it does not name are null.
func (p *player) row(words []string) error {
	if len(p.parts) == 0 {
		p.parts = append(p.parts, p.newPart())
	}
	part := p.parts[len(p.parts)-1]
	given := map[string]string{}
	for _, w := range words {
		name, text, ok := strings.Cut(w, "=")
		if !ok || part.Column(name) == nil {
			return fmt.Errorf("the view has no column %q", w)
		}
		given[name] = text
	}
	for i, f := range p.columns {
		v := value.Value{}
		if text, ok := given[f.Name]; ok {
			var err error
			if v, err = cell(text, f.Type); err != nil {
				return err
			}
		}
		part.Columns[i].Append(v)
	}
	part.Rows++
	p.Offline.Put("src", p.parts...)
	return nil
}

// expect compares an error with "error CODE" among the wanted words; done reports that there is nothing more to check.
func expect(err error, want []string) (done bool, failure error) {
	if len(want) == 2 && want[0] == "error" {
		if got := errs.CodeOf(err).String(); got != want[1] {
			return true, fmt.Errorf("got %s (%v), want %s", got, err, want[1])
		}
		return true, nil
	}
	return false, err
}
