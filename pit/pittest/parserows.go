package pittest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// A word is one cell of a line.
type word struct {
	text   string
	quoted bool // a quoted null is the text "null"
}

// split cuts a line at spaces. A word may be a Go string literal; # begins a comment.
func split(line string) ([]word, error) {
	var out []word
	for {
		line = strings.TrimLeftFunc(line, unicode.IsSpace)
		if line == "" || line[0] == '#' {
			return out, nil
		}
		if line[0] == '"' {
			literal, err := strconv.QuotedPrefix(line)
			if err != nil {
				return nil, fmt.Errorf("unfinished string: %s", line)
			}
			text, err := strconv.Unquote(literal)
			if err != nil {
				return nil, err
			}
			out, line = append(out, word{text, true}), line[len(literal):]
			continue
		}
		end := strings.IndexFunc(line, unicode.IsSpace)
		if end < 0 {
			end = len(line)
		}
		out, line = append(out, word{line[:end], false}), line[end:]
	}
}

// instant reads @µs, a time of the first day of the epoch such as 00:01:40.5, or what eventtime.Parse reads.
func instant(text string) (eventtime.Instant, error) {
	if us, ok := strings.CutPrefix(text, "@"); ok {
		n, err := strconv.ParseInt(us, 10, 64)
		return eventtime.Instant(n), err
	}
	if len(text) >= 8 && text[2] == ':' {
		text = "1970-01-01T" + text + "Z"
	}
	return eventtime.Parse(text, nil)
}

// cell reads a value of type t; null unquoted is null.
func cell(w word, t value.Type) (value.Value, error) {
	switch {
	case w.text == "null" && !w.quoted:
		return value.Value{}, nil
	case t.Kind == value.String:
		return value.OfString(w.text), nil
	case t.Kind == value.Bytes:
		return value.OfBytes([]byte(w.text)), nil
	case t.Kind == value.UnixTimestamp:
		i, err := instant(w.text)
		return value.OfInstant(i), err
	case t.Kind == value.Float64:
		f, err := strconv.ParseFloat(w.text, 64)
		return value.OfFloat64(f), err
	case t.Kind == value.Float32:
		f, err := strconv.ParseFloat(w.text, 32)
		return value.OfFloat32(float32(f)), err
	}
	return jsonvalue.ParseText(w.text, t)
}

// rowsBlock reads: rows VIEW, then a line of column names and the rows of one part.
func (p *parser) rowsBlock(words []word) error {
	if len(words) != 1 {
		return fmt.Errorf("rows needs the name of a view")
	}
	v := p.find(words[0].text)
	if v == nil || v.Of != "" {
		return fmt.Errorf("there is no view %q with rows of its own", words[0].text)
	}
	p.rows = &value.Batch{}
	for _, f := range v.Columns {
		p.rows.Add(f.Name, value.NewColumn(f.Type, 0))
	}
	v.Parts = append(v.Parts, p.rows)
	p.block = func(p *parser, header []word) error {
		for _, h := range header {
			if p.rows.Column(h.text) == nil {
				return fmt.Errorf("view %q declares no column %q", v.Name, h.text)
			}
			if h.text == "created" {
				v.Layout.Created = "created"
			}
		}
		p.block = func(p *parser, words []word) error { return p.row(header, words) }
		return nil
	}
	return nil
}

// row appends one row to the part at hand; columns that its header does not name are null.
func (p *parser) row(header, words []word) error {
	if len(words) != len(header) {
		return fmt.Errorf("got %d cells for %d columns", len(words), len(header))
	}
	for _, name := range p.rows.Names {
		col := p.rows.Column(name)
		v := value.Value{}
		for i, h := range header {
			if h.text != name {
				continue
			}
			var err error
			if v, err = cell(words[i], col.Type); err != nil {
				return fmt.Errorf("column %q: %w", name, err)
			}
		}
		col.Append(v)
	}
	p.rows.Rows++
	return nil
}

// ask reads: ask, then a line of column names, one of them "at", and the entity rows.
func (p *parser) ask([]word) error {
	p.block = func(p *parser, header []word) error {
		p.c.Spine.Columns, p.at = &value.Batch{}, -1
		for i, h := range header {
			if h.text == "at" {
				p.at = i
				continue
			}
			p.c.Spine.Columns.Add(h.text, value.NewColumn(p.spineType(h.text), 0))
		}
		if p.at < 0 {
			return fmt.Errorf("entity rows need a column at")
		}
		p.header = header
		p.block = (*parser).askRow
		return nil
	}
	return nil
}

// spineType returns the type of the key that a column of the entity rows supplies; String for a column that is no key.
func (p *parser) spineType(column string) value.Type {
	for _, v := range p.c.Views {
		for i, name := range v.Spine {
			if name == column {
				return v.typeOf(v.Layout.Keys[i])
			}
		}
	}
	return value.Scalar(value.String)
}

func (p *parser) askRow(words []word) error {
	if len(words) != len(p.header) {
		return fmt.Errorf("got %d cells for %d columns", len(words), len(p.header))
	}
	s := &p.c.Spine
	for i, w := range words {
		if i == p.at {
			v, err := cell(w, value.Scalar(value.UnixTimestamp))
			if err != nil {
				return err
			}
			asOf := eventtime.None
			if !v.IsNull() {
				asOf = v.Instant()
			}
			s.AsOf = append(s.AsOf, asOf)
			continue
		}
		col := s.Columns.Column(p.header[i].text)
		v, err := cell(w, col.Type)
		if err != nil {
			return err
		}
		col.Append(v)
	}
	s.Columns.Rows++
	p.asked = append(p.asked, words)
	return nil
}

// showing reads: show event created row
func (p *parser) showing(words []word) error {
	for _, w := range words {
		what, ok := map[string]int{"event": ShowEvent, "created": ShowCreated, "row": ShowRow}[w.text]
		if !ok {
			return fmt.Errorf("show knows event, created and row, not %q", w.text)
		}
		p.show, p.c.Created = append(p.show, what), p.c.Created || what == ShowCreated
	}
	return nil
}

// answers reads ----, then one line per entity row: its cells again, then the features of each view and what is shown.
func (p *parser) answers([]word) error {
	p.block = (*parser).answer
	return nil
}

func (p *parser) answer(words []word) error {
	row := len(p.c.Want.Cells)
	if row >= len(p.asked) {
		return fmt.Errorf("more answers than entity rows")
	}
	for i, w := range p.asked[row] {
		if i >= len(words) || words[i] != w {
			return fmt.Errorf("answer %d must begin with the cells of its entity row", row+1)
		}
	}
	rest := words[len(p.asked[row]):]
	var cells []WantCell
	for i, v := range p.c.Views {
		for f := range len(v.Layout.Features) + len(p.show) {
			if len(rest) == 0 {
				return fmt.Errorf("answer %d is too short", row+1)
			}
			feature := f
			if f >= len(v.Layout.Features) {
				feature = p.show[f-len(v.Layout.Features)]
			}
			w, err := p.wanted(i, feature, rest[0])
			if err != nil {
				return err
			}
			cells, rest = append(cells, w), rest[1:]
		}
	}
	if len(rest) > 0 {
		return fmt.Errorf("answer %d is too long", row+1)
	}
	p.c.Want.Cells = append(p.c.Want.Cells, cells)
	return nil
}

// wanted reads one expected cell: a value, null, absent, expired or empty:VALUE; of an instant also
// none.
func (p *parser) wanted(view, feature int, w word) (out WantCell, err error) {
	out = WantCell{View: view, Feature: feature, Status: value.Present, Text: w.text}
	switch {
	case feature == ShowRow:
		out.Value, err = cell(w, value.Scalar(value.Int64))
	case feature < 0 && w.text == "none":
		out.Value = value.OfInstant(eventtime.None)
	case feature < 0:
		out.Value, err = cell(w, value.Scalar(value.UnixTimestamp))
	case strings.HasPrefix(w.text, "empty:") && !w.quoted:
		out.Status = value.NotFound
		out.Value, err = cell(word{text: w.text[len("empty:"):]}, p.c.Views[view].Layout.FeatureTypes[feature])
	case w.text == "absent" && !w.quoted:
		out.Status = value.NotFound
	case w.text == "expired" && !w.quoted:
		out.Status = value.OutsideMaxAge
	default:
		out.Value, err = cell(w, p.c.Views[view].Layout.FeatureTypes[feature])
	}
	return out, err
}

// ambiguous reads: ambiguous N, or ambiguous VIEW:FEATURE N
func (p *parser) ambiguous(words []word) error {
	if len(words) < 1 || len(words) > 2 {
		return fmt.Errorf("ambiguous needs a number, or a feature and a number")
	}
	name := ""
	if len(words) == 2 {
		name = words[0].text
		view, feature, _ := strings.Cut(name, ":")
		if v := p.find(view); v == nil || v.typeOf(feature).IsZero() {
			return fmt.Errorf("there is no feature %q", name)
		}
	}
	n, err := strconv.ParseInt(words[len(words)-1].text, 10, 64)
	p.c.Want.Ambiguous[name] = n
	return err
}

// rejected reads: rejected VIEW key=N event=N created=N
func (p *parser) rejected(words []word) error {
	if len(words) < 2 || p.find(words[0].text) == nil {
		return fmt.Errorf("rejected needs a view and counts")
	}
	var counts [3]int64
	for _, w := range words[1:] {
		name, text, _ := strings.Cut(w.text, "=")
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return err
		}
		switch name {
		case "key":
			counts[0] = n
		case "event":
			counts[1] = n
		case "created":
			counts[2] = n
		default:
			return fmt.Errorf("rejected knows key, event and created, not %q", name)
		}
	}
	p.c.Want.Rejected[words[0].text] = counts
	return nil
}

// wantError reads: error TEXT, to the end of the line as it is
func (p *parser) wantError([]word) error {
	p.c.Want.Error = strings.TrimSpace(strings.TrimPrefix(p.raw, "error"))
	if p.c.Want.Error == "" {
		return fmt.Errorf("error needs a part of the message")
	}
	return nil
}
