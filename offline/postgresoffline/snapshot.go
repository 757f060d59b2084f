package postgresoffline

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// partRows is the number of rows of a part: a few megabytes.
const partRows = 50_000

// A snapshot is an open transaction with one scrolling cursor per place. One statement runs at a time.
type snapshot struct {
	driver   *Driver
	source   *feature.Source
	parts    []pit.Part
	manifest offline.Manifest
	sequence string

	mu     sync.Mutex // guards tx and closed
	tx     pgx.Tx
	closed bool
}

// Parts implements pit.Table.
func (s *snapshot) Parts() []pit.Part { return s.parts }

// Manifest implements offline.Snapshot. Its files are the places. Their size is the number of rows, their tag the version of a
// table, the greatest sequence of pushes, or a hash of the rows of views and queries.
func (s *snapshot) Manifest() offline.Manifest { return s.manifest }

// Sequence implements offline.Snapshot.
func (s *snapshot) Sequence() string { return s.sequence }

// Close ends the transaction.
func (s *snapshot) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	return end(s.tx)
}

// Open implements offline.Driver. A pinned manifest of a table is found again as long as none of its rows was changed or
// deleted; rows and pushes that came later are left out. That of a query or view is found again as long as it gives the
// same rows: it is run a second time for a hash of them.
func (d *Driver) Open(ctx context.Context, src *feature.Source, columns []value.Field, pinned *offline.Manifest) (offline.Snapshot, error) {
	m, err := offline.NewMapping(src)
	if err != nil {
		return nil, err
	}
	tx, err := d.begin(ctx, pgx.ReadOnly)
	if err != nil {
		return nil, d.failed(err, src)
	}
	s := &snapshot{driver: d, source: src, tx: tx}
	if err := s.open(ctx, m, columns, pinned); err != nil {
		return nil, errs.Join(d.failed(err, src), s.Close())
	}
	return s, nil
}

func (s *snapshot) open(ctx context.Context, m *offline.Mapping, columns []value.Field, pinned *offline.Manifest) error {
	r, err := s.driver.relation(ctx, s.tx, s.source)
	if err != nil {
		return err
	}
	if err := m.Check(names(r.main.columns)); err != nil {
		return err
	}
	opt, err := offline.FileOptions(s.source)
	if err != nil {
		return err
	}
	c := &cursors{snapshot: s, mapping: m, options: opt, columns: columns}
	if r.main.columns != nil {
		if err := c.main(ctx, &r.main, pinned); err != nil {
			return err
		}
	}
	if r.pushes.columns != nil {
		if err := c.pushes(ctx, &r.pushes, r.main.columns == nil, pinned); err != nil {
			return err
		}
	}
	if pinned != nil {
		return same(s.manifest, *pinned)
	}
	return nil
}

// same refuses a snapshot that is not the pinned one.
func same(got, pinned offline.Manifest) error {
	for i, f := range pinned.Files {
		if i >= len(got.Files) || got.Files[i] != f {
			return changed(&f)
		}
	}
	return nil
}

func changed(f *offline.File) error {
	return errs.New(errs.FailedPrecondition, "%s changed or vanished since the manifest was taken", f.Path).WithID("T0503").
		WithHint("start the run again: it takes a new snapshot")
}

// cursors opens the places of a source.
type cursors struct {
	snapshot *snapshot
	mapping  *offline.Mapping
	options  *tablefile.Options
	columns  []value.Field
}

func (c *cursors) main(ctx context.Context, p *place, pinned *offline.Manifest) error {
	f, where, err := c.version(ctx, p, fileOf(pinned, p))
	if err != nil {
		return err
	}
	c.snapshot.manifest.Files = append(c.snapshot.manifest.Files, f)
	return c.declare(ctx, p, where, "", f.Size)
}

// version returns what the manifest says of a place, and the condition that the rows of the pinned version meet.
func (c *cursors) version(ctx context.Context, p *place, pinned *offline.File) (f offline.File, where string, err error) {
	s, err := newSurvey(ctx, c.snapshot.tx, p)
	if err != nil {
		return f, "", err
	}
	if s == nil {
		f, err = hashed(ctx, c.snapshot.tx, p)
		return f, "", err
	}
	if pinned == nil {
		f, err = s.now(ctx)
		return f, "", err
	}
	own := make([]string, len(c.columns))
	for i, column := range c.columns {
		own[i] = c.mapping.Column(column.Name)
	}
	f, where, ok, err := s.pinned(ctx, pinned.Tag, own)
	if err == nil && !ok {
		err = changed(pinned)
	}
	return f, where, err
}

// fileOf returns what a manifest says of a place, nil for nothing.
func fileOf(m *offline.Manifest, p *place) *offline.File {
	if m == nil {
		return nil
	}
	for i := range m.Files {
		if m.Files[i].Path == p.name {
			return &m.Files[i]
		}
	}
	return nil
}

// pushes opens the rows of pushes up to the pinned sequence, or all.
func (c *cursors) pushes(ctx context.Context, p *place, alone bool, pinned *offline.Manifest) error {
	upto := everything
	if pinned != nil {
		upto = 0
		if f := fileOf(pinned, p); f != nil {
			n, err := strconv.ParseInt(f.Tag, 10, 64)
			if err != nil {
				return changed(f)
			}
			upto = n
		}
	}
	rows, last, err := p.upto(ctx, c.snapshot.tx, upto)
	if err != nil || rows == 0 && !alone {
		return err
	}
	c.snapshot.sequence = offline.SequenceColumn
	c.snapshot.manifest.Files = append(c.snapshot.manifest.Files, pushedFile(p, rows, last))
	where := " WHERE " + offline.SequenceColumn + " <= " + strconv.FormatInt(upto, 10)
	return c.declare(ctx, p, where, " ORDER BY "+offline.SequenceColumn+", ctid", rows)
}

// declare makes the cursor of a place and its parts.
func (c *cursors) declare(ctx context.Context, p *place, where, order string, rows int64) error {
	cur := &cursor{snapshot: c.snapshot, place: p.name, name: fmt.Sprintf("truepoint_%d", len(c.snapshot.manifest.Files)), options: c.options}
	var list []string
	for _, f := range append(c.columns, value.Field{Name: offline.SequenceColumn, Type: value.Scalar(value.Int64)}) {
		out := output{column: tablefile.Column{Name: f.Name, Type: f.Type, Moment: c.mapping.Moment(f.Name)}, at: -1}
		own := find(p.columns, c.mapping.Column(f.Name))
		switch {
		case own != nil:
			expression, err := own.selected()
			if err != nil {
				return err
			}
			out.at, out.typ = len(list), own.typ
			list = append(list, expression)
		case order == "" && !offline.Ours(f.Name): // pushes may lack a column
			return errs.New(errs.InvalidArgument, "%s has no column %q; it has %s", p.name, c.mapping.Column(f.Name), strings.Join(names(p.columns), ", ")).
				WithID("T0505").WithHint("correct the definition, or add the column to the data")
		}
		cur.outputs = append(cur.outputs, out)
	}
	from := p.from
	if order == "" && p.table != nil {
		from += " AS q" // as the condition of a version says
	}
	text := "SELECT " + strings.Join(list, ", ") + " FROM " + from + where + order
	if p.table == nil { // a query runs once, whatever functions it calls; its rows are kept by the server
		text = "WITH q AS MATERIALIZED (SELECT * FROM " + p.from + ") SELECT " + strings.Join(list, ", ") + " FROM q"
	}
	if _, err := c.snapshot.tx.Exec(ctx, "DECLARE "+cur.name+" SCROLL CURSOR FOR "+text); err != nil {
		return err
	}
	for start := int64(0); start < rows; start += partRows {
		c.snapshot.parts = append(c.snapshot.parts, &part{cur, start, int(min(partRows, rows-start))})
	}
	return nil
}
