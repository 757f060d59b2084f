package tablefile

import (
	"bytes"
	"encoding/json"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// jsonLines is the lineFormat of JSON lines.
type jsonLines struct {
	line    []byte         // without white space around it
	columns map[string]int // index of each name in the file
}

func (j *jsonLines) split(b []byte, final bool) (int, error) {
	n := bytes.IndexByte(b, '\n') + 1
	if n == 0 {
		if !final {
			return 0, nil
		}
		n = len(b)
	}
	j.line = bytes.TrimSpace(b[:n])
	return n, nil
}

func (j *jsonLines) blank() bool { return len(j.line) == 0 }

func (j *jsonLines) observe(f *File) error {
	if j.line[0] != '{' {
		return errs.New(errs.InvalidArgument, "the line begins with %q, expected one JSON object a line", j.line[0]).WithID("T0517").
			WithHint("write the elements of an array one a line: jq -c '.[]'")
	}
	if err := jsonvalue.Valid(j.line); err != nil {
		return err
	}
	return members(j.line, func(name, raw []byte) error {
		i, known := j.columns[string(name)]
		if !known {
			i = len(f.names)
			if i == columnsMax {
				return errs.New(errs.ResourceExhausted, "the file has more than %d columns", columnsMax).WithID("T0516")
			}
			j.columns[string(name)] = i
			f.names = append(f.names, string(name))
			f.text.guesses = append(f.text.guesses, guess{})
		}
		if f.opt.Infer {
			f.text.guesses[i].json(raw)
		}
		return nil
	})
}

// members calls each for the members of a valid JSON object, with the name unescaped.
func members(object []byte, each func(name, raw []byte) error) error {
	at := skipSpace(object, 1)
	for object[at] != '}' {
		end := skipValue(object, at)
		name := object[at+1 : end-1]
		if bytes.IndexByte(name, '\\') >= 0 {
			var s string
			if err := json.Unmarshal(object[at:end], &s); err != nil {
				return err
			}
			name = []byte(s)
		}
		at = skipSpace(object, skipSpace(object, end)+1) // past the colon
		end = skipValue(object, at)
		if err := each(name, object[at:end]); err != nil {
			return err
		}
		if at = skipSpace(object, end); object[at] == ',' {
			at = skipSpace(object, at+1)
		}
	}
	return nil
}

func skipSpace(b []byte, at int) int {
	for at < len(b) && (b[at] == ' ' || b[at] == '\t' || b[at] == '\r' || b[at] == '\n') {
		at++
	}
	return at
}

// skipValue returns the end of the valid JSON value that begins at b[at].
func skipValue(b []byte, at int) int {
	depth := 0
	for i := at; i < len(b); i++ {
		switch b[i] {
		case '"':
			for i++; b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
			continue
		default:
			continue
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(b)
}

// A jsonRow fills columns from objects.
type jsonRow struct {
	jsonLines
	fills map[string][]*filler
	all   []*filler
}

func newJSONRow(f *File, fills []*filler) *jsonRow {
	r := &jsonRow{fills: map[string][]*filler{}, all: fills}
	for _, x := range fills {
		r.fills[x.want.File] = append(r.fills[x.want.File], x)
	}
	return r
}

func (r *jsonRow) fill(i int) (string, error) {
	column := ""
	err := members(r.line, func(name, raw []byte) error {
		for _, f := range r.fills[string(name)] {
			if err := f.json(i, raw); err != nil {
				column = f.want.File
				return err
			}
			f.rows = i + 1
		}
		return nil
	})
	for _, f := range r.all {
		if f.rows != i+1 {
			f.dst.SetNull(i) // an absent member
		}
	}
	return column, err
}
