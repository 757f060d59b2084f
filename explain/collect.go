package explain

import (
	"bytes"
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/history"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// rowsMax bounds how many rows of one key are looked at.
const rowsMax = 1_000_000

// A found is every row of one key, copied out of a history.
type found struct {
	batch  *value.Batch // the columns of the layout
	layout pit.Layout
	at     []place
	known  Knowledge
}

type place struct {
	file     string
	row      int64 // in the file
	position int64 // in the snapshot
	group    int   // number of the part among those of its file
}

// collect keeps the rows of one key of the history of a use, given by its values in order of the layout's keys. Of a part
// whose bounds leave the key out it reads nothing, of one without a row of the key the keys alone. Errors: InvalidArgument
// for a value that is no key; ResourceExhausted beyond rowsMax.
func collect(ctx context.Context, t *history.Table, key []value.Value) (*found, error) {
	encoded, err := value.AppendKey(nil, key)
	if err != nil {
		return nil, err
	}
	names := columnsOf(t)
	f := &found{batch: &value.Batch{}, layout: t.Layout}
	columns := make([]*value.Column, len(names))
	for i := range columns {
		columns[i] = &value.Column{}
	}
	var base int64
	groups := map[string]int{}
	parts := t.Parts()
	for n, p := range parts {
		file := fileOf(p)
		what := find{encoded, len(t.Layout.Keys), base, groups[file]}
		groups[file]++
		base += int64(p.Rows())
		last := n == len(parts)-1 && len(f.batch.Names) == 0 // which tells the types of columns
		if excludes(p, t.Layout.Keys, key) && !last {
			continue
		}
		if err := p.Read(ctx, names[:what.keys], columns[:what.keys]); err != nil {
			return nil, err
		}
		rows, err := what.rows(columns, p.Rows())
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 && !last {
			continue
		}
		if err := p.Read(ctx, names, columns); err != nil {
			return nil, err
		}
		if err := f.take(p, names, columns, rows, &what); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// excludes reports whether a part knows, without being read, that it has no row of a key.
func excludes(p pit.Part, names []string, key []value.Value) bool {
	b, ok := p.(pit.BoundedPart)
	if !ok {
		return false
	}
	for i, name := range names {
		low, high, ok := b.Bounds(name)
		if ok && low.Kind() == key[i].Kind() && (value.Compare(key[i], low) < 0 || value.Compare(key[i], high) > 0) {
			return true
		}
	}
	return false
}

// columnsOf returns the columns of a history, the keys and the event time first, each once.
func columnsOf(t *history.Table) []string {
	l := t.Layout
	var out []string
	seen := map[string]bool{"": true}
	for _, list := range [][]string{l.Keys, {l.Event, l.Created, l.Deleted, l.Sequence}, l.TieBreak, l.Features, t.Inputs} {
		for _, n := range list {
			if !seen[n] {
				seen[n] = true
				out = append(out, n)
			}
		}
	}
	return out
}

// A find is what is looked for: a key made of the first columns, in a part whose first row has position base and which
// is number group of its file.
type find struct {
	key   []byte
	keys  int
	base  int64
	group int
}

// rows returns which of the n rows of a part have the key.
func (w *find) rows(columns []*value.Column, n int) (out []int, err error) {
	var buf []byte
rows:
	for i := range n {
		for _, k := range columns[:w.keys] {
			if k.Null(i) {
				continue rows
			}
		}
		if buf, err = value.AppendKeyRow(buf[:0], columns[:w.keys], i); err != nil {
			return nil, err
		}
		if bytes.Equal(buf, w.key) {
			out = append(out, i)
		}
	}
	return out, nil
}

// take copies rows of a part.
func (f *found) take(p pit.Part, names []string, columns []*value.Column, rows []int, what *find) error {
	if len(f.batch.Names) == 0 {
		for i, n := range names {
			f.batch.Add(n, value.NewColumn(columns[i].Type, 0))
		}
	}
	for _, i := range rows {
		if f.batch.Rows >= rowsMax {
			return errs.New(errs.ResourceExhausted, "the key has more than %d rows in the history", rowsMax)
		}
		for c := range columns {
			f.batch.Columns[c].Append(columns[c].At(i))
		}
		f.batch.Rows++
		f.at = append(f.at, locate(p, i, what))
	}
	return nil
}

// fileOf returns the file of a part, or "" where it does not say.
func fileOf(p pit.Part) string {
	if l, ok := p.(offline.Located); ok {
		file, _ := l.Location()
		return file
	}
	return ""
}

func locate(p pit.Part, i int, what *find) place {
	at := place{position: what.base + int64(i), row: what.base + int64(i), group: what.group}
	if l, ok := p.(offline.Located); ok {
		file, first := l.Location()
		at.file, at.row = file, first+int64(i)
	}
	return at
}

// candidate returns row i as the rules see it.
func (f *found) candidate(i int) pit.Candidate {
	c := pit.Candidate{Event: f.batch.Column(f.layout.Event).Instant(i), Created: eventtime.None, Position: int64(i)}
	if f.layout.Created != "" {
		c.Created = f.batch.Column(f.layout.Created).Instant(i)
	}
	for _, n := range append([]string{f.layout.Sequence}, f.layout.TieBreak...) {
		if n != "" {
			c.Rank = append(c.Rank, f.batch.Column(n).At(i))
		}
	}
	return c
}

// row returns row i for people; its value is that of a column, null without one.
func (f *found) row(i int, column string, of eventtime.Availability) Row {
	c := f.candidate(i)
	r := Row{File: f.at[i].file, Group: f.at[i].group, Position: f.at[i].row, Event: c.Event, Created: c.Created, Available: eventtime.None}
	if column != "" {
		r.Value = f.batch.Column(column).At(i)
	}
	if c.Event != eventtime.None {
		if at, ok := of.Of(c.Event, c.Created); ok {
			r.Available = at
		}
	}
	if f.layout.Deleted != "" {
		r.Deleted = f.batch.Column(f.layout.Deleted).At(i).Bool()
	}
	return r
}

// newestFirst orders rows of the key, the newest one first.
func (f *found) newestFirst(rows []int) {
	slices.SortFunc(rows, func(a, b int) int {
		ca, cb := f.candidate(a), f.candidate(b)
		if ca.Newer(&cb) {
			return -1
		}
		return 1
	})
}
