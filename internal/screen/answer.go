package screen

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/goccy/go-yaml"

	"github.com/truepoint/truepoint/errs"
)

// A Format is a value of -o.
type Format string

// The formats.
const (
	AsTable Format = "table"
	AsJSON  Format = "json"
	AsYAML  Format = "yaml"
	AsCSV   Format = "csv"
	AsName  Format = "name"
)

// Formats returns every format.
func Formats() []string {
	return []string{string(AsTable), string(AsJSON), string(AsYAML), string(AsCSV), string(AsName)}
}

// ParseFormat reads a value of -o. Errors: Usage, which lists the formats.
func ParseFormat(s string) (Format, error) {
	if slices.Contains(Formats(), s) {
		return Format(s), nil
	}
	return "", errs.New(errs.Usage, "%q is no output format", s).WithID("T0902").WithHint("use table, json, yaml, csv or name")
}

// An Answer is what a verb found, in every form in which it can be printed.
type Answer struct {
	Table *Table   // for table and csv; nil when there is none
	Text  string   // printed instead of Table for table
	Names []string // for name
	Value any      // for json and yaml; encoding/json must accept it
	Raw   []byte   // a whole JSON document, instead of Value
}

// Print writes a in a format. Errors: Unimplemented when the answer has no such form.
func (t *Terminal) Print(f Format, a *Answer) error {
	switch f {
	case AsJSON, AsYAML:
		return t.printDocument(f, a)
	case AsCSV:
		if a.Table == nil {
			return missing(f)
		}
		return writeCSV(t.Out, a.Table)
	case AsName:
		if a.Names == nil {
			return missing(f)
		}
		for _, n := range a.Names {
			fmt.Fprintln(t.Out, n)
		}
		return nil
	}
	text := a.Text
	if text == "" && a.Table != nil {
		text = t.Render(a.Table)
	}
	_, err := io.WriteString(t.Out, text)
	return err
}

func missing(f Format) error {
	return errs.New(errs.Usage, "this verb has no %s output", f).WithID("T0903").WithHint("use -o table, json or yaml")
}

func (t *Terminal) printDocument(f Format, a *Answer) error {
	doc := a.Raw
	if doc == nil {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(a.Value); err != nil {
			return errs.Wrap(err, errs.Internal, "cannot write the answer as JSON")
		}
		doc = b.Bytes()
	}
	if f == AsYAML {
		y, err := yaml.JSONToYAML(doc)
		if err != nil {
			return errs.Wrap(err, errs.Internal, "cannot write the answer as YAML")
		}
		doc = y
	}
	if !bytes.HasSuffix(doc, []byte("\n")) {
		doc = append(slices.Clip(doc), '\n')
	}
	_, err := t.Out.Write(doc)
	return err
}

func writeCSV(w io.Writer, tb *Table) error {
	out := csv.NewWriter(w)
	row := make([]string, len(tb.Columns))
	for i, c := range tb.Columns {
		row[i] = c.Title
	}
	if err := out.Write(row); err != nil {
		return err
	}
	for _, r := range tb.Rows {
		for i, c := range r {
			row[i] = c.Text
			if c.Machine != "" {
				row[i] = c.Machine
			}
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
