package pittest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// Parse reads the cases of a script. name is the file's name for messages; errors name the line.
func Parse(name, text string) ([]*Case, error) {
	p := &parser{file: name}
	for i, line := range strings.Split(text, "\n") {
		p.line, p.raw = i+1, strings.TrimSpace(line)
		words, err := split(line)
		if err == nil && len(words) > 0 {
			err = p.statement(words)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, p.line, err)
		}
	}
	if err := p.finish(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", name, p.line, err)
	}
	return p.cases, nil
}

// A parser reads a script line by line. block is what the lines at hand belong to.
type parser struct {
	file   string
	line   int
	raw    string // the line as it is
	cases  []*Case
	c      *Case
	block  func(p *parser, words []word) error
	rows   *value.Batch // of the rows block at hand
	asked  [][]word     // the rows of the ask block
	header []word       // of the ask block, without its time
	at     int          // the column of the time in the ask block
	show   []int
}

func (p *parser) statement(words []word) error {
	first := words[0].text
	if first == "case" && !words[0].quoted {
		return p.begin(words)
	}
	if p.c == nil {
		return fmt.Errorf("the first statement must be case NAME, got %q", first)
	}
	if handle := statements[first]; handle != nil && !words[0].quoted {
		p.block = nil
		return handle(p, words[1:])
	}
	if p.block == nil {
		return fmt.Errorf("unknown statement %q", first)
	}
	return p.block(p, words)
}

var statements = map[string]func(p *parser, words []word) error{
	"view": (*parser).view, "windows": (*parser).windows, "feature": (*parser).feature, "rows": (*parser).rowsBlock, "ask": (*parser).ask, "----": (*parser).answers,
	"known_at": (*parser).knownAt, "on_null": (*parser).onNull, "show": (*parser).showing,
	"ambiguous": (*parser).ambiguous, "rejected": (*parser).rejected, "error": (*parser).wantError,
}

func (p *parser) begin(words []word) error {
	if err := p.finish(); err != nil {
		return err
	}
	name := make([]string, len(words)-1)
	for i, w := range words[1:] {
		name[i] = w.text
	}
	p.c = &Case{Name: strings.Join(name, " "), Pos: errs.Position{File: p.file, Line: p.line}}
	p.c.Want.Ambiguous, p.c.Want.Rejected = map[string]int64{}, map[string][3]int64{}
	if p.c.Name == "" {
		return fmt.Errorf("a case needs a name")
	}
	p.cases = append(p.cases, p.c)
	p.block, p.asked, p.header, p.at, p.show = nil, nil, nil, 0, nil
	return nil
}

// finish checks the case at hand.
func (p *parser) finish() error {
	switch {
	case p.c == nil:
		return nil
	case p.c.Spine.Columns == nil:
		return fmt.Errorf("case %q asks nothing", p.c.Name)
	case p.c.Want.Error == "" && len(p.c.Want.Cells) != len(p.asked):
		return fmt.Errorf("case %q asks %d rows and expects %d", p.c.Name, len(p.asked), len(p.c.Want.Cells))
	}
	for _, v := range p.c.Views {
		if v.Of == "" {
			continue
		}
		shared := p.find(v.Of)
		if shared == nil {
			return fmt.Errorf("view %q is of an unknown view %q", v.Name, v.Of)
		}
		v.Parts, v.Layout.Created, v.Columns = shared.Parts, shared.Layout.Created, shared.Columns
	}
	return nil
}

func (p *parser) find(view string) *View {
	for _, v := range p.c.Views {
		if v.Name == view {
			return v
		}
	}
	return nil
}

// view reads: view NAME option=value…
func (p *parser) view(words []word) error { return p.declareView(words, nil) }

func (p *parser) declareView(words []word, windows *Windows) error {
	if len(words) == 0 || p.find(words[0].text) != nil {
		return fmt.Errorf("view needs a name that no other view of the case has")
	}
	v := &View{Name: words[0].text, Layout: pit.Layout{Event: "event"}, Windows: windows}
	v.Columns = []value.Field{{Name: "event", Type: value.Scalar(value.UnixTimestamp)}, {Name: "created", Type: value.Scalar(value.UnixTimestamp)}}
	var spine []string
	for _, w := range words[1:] {
		name, text, _ := strings.Cut(w.text, "=")
		if name == "spine" {
			spine = strings.Split(text, ",")
			continue
		}
		if err := v.option(name, text); err != nil {
			return err
		}
	}
	if spine != nil && len(spine) != len(v.Layout.Keys) {
		return fmt.Errorf("spine= names %d columns for %d keys", len(spine), len(v.Layout.Keys))
	}
	if spine == nil {
		spine = slices.Clone(v.Layout.Keys)
	}
	v.sortKeys(spine)
	p.c.Views = append(p.c.Views, v)
	return nil
}

// sortKeys brings the keys into the order of their names, as a layout must have them.
func (v *View) sortKeys(spine []string) {
	of := map[string]string{}
	for i, k := range v.Layout.Keys {
		of[k] = spine[i]
	}
	slices.Sort(v.Layout.Keys)
	for _, k := range v.Layout.Keys {
		v.Spine = append(v.Spine, of[k])
	}
}

func (v *View) option(name, text string) (err error) {
	switch name {
	case "key":
		v.Layout.Keys, err = v.declare(text, "String")
	case "field":
		var names []string
		names, err = v.declare(text, "Int64")
		for _, n := range names {
			v.Layout.Features = append(v.Layout.Features, n)
			v.Layout.FeatureTypes = append(v.Layout.FeatureTypes, v.typeOf(n))
		}
	case "tie_break":
		v.Layout.TieBreak, err = v.declare(text, "Int64")
	case "sequence":
		v.Layout.Sequence = text
		_, err = v.declare(text, "Int64")
	case "deleted":
		v.Layout.Deleted = text
		_, err = v.declare(text, "Bool")
	case "ttl":
		v.TTL, err = eventtime.ParseDuration(text)
	case "ties":
		v.TiesError = text == "error"
	case "of":
		v.Of = text
	case "availability":
		err = v.available(text)
	default:
		if v.Windows == nil {
			return fmt.Errorf("unknown option %q of a view", name)
		}
		err = v.windowOption(name, text)
	}
	return err
}

// declare reads NAME[:TYPE],… and returns the names.
func (v *View) declare(text, otherwise string) (names []string, err error) {
	for _, d := range list(text) {
		name, typ, ok := strings.Cut(d, ":")
		if !ok {
			typ = otherwise
		}
		t, err := value.ParseType(typ)
		if err != nil {
			return nil, err
		}
		if v.typeOf(name).IsZero() {
			v.Columns = append(v.Columns, value.Field{Name: name, Type: t})
		}
		names = append(names, name)
	}
	return names, nil
}

// list splits at commas outside parentheses.
func list(text string) []string {
	var out []string
	depth, from := 0, 0
	for i, r := range text + "," {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ',' && depth == 0:
			out = append(out, text[from:i])
			from = i + 1
		}
	}
	return out
}

func (v *View) typeOf(column string) value.Type {
	for _, f := range v.Columns {
		if f.Name == column {
			return f.Type
		}
	}
	return value.Type{}
}

func (v *View) available(text string) (err error) {
	rule, delay, _ := strings.Cut(text, ":")
	switch rule {
	case "event_time":
	case "created_time":
		v.Availability.Rule = eventtime.ByCreatedTime
	case "delay":
		v.Availability.Rule = eventtime.ByDelay
		v.Availability.Delay, err = eventtime.ParseDuration(delay)
	default:
		err = fmt.Errorf("unknown availability %q", text)
	}
	return err
}

// knownAt reads: known_at TIME | as_of
func (p *parser) knownAt(words []word) (err error) {
	if len(words) != 1 {
		return fmt.Errorf("known_at needs a time or as_of")
	}
	if words[0].text == "as_of" {
		p.c.Known = pit.KnownAtAsOf
		return nil
	}
	p.c.Known = pit.KnownAtInstant
	p.c.KnownAt, err = instant(words[0].text)
	return err
}

// onNull reads: on_null null_features
func (p *parser) onNull(words []word) error {
	if len(words) != 1 || words[0].text != "null_features" {
		return fmt.Errorf("on_null can only be null_features")
	}
	p.c.OnNull = true
	return nil
}
