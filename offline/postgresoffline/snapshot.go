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

// Manifest implements offline.Snapshot. Its files are the places, followed by @ and the number of rows and a hash of them,
// or for pushes the greatest sequence.
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

// Open implements offline.Driver. A pinned manifest is found again as long as the rows of the source are the same;
// pushes that came later are left out. Of a table it compares where and by whom each row was written, of a query the
// rows themselves.
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
		if err := c.main(ctx, &r.main); err != nil {
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
			return errs.New(errs.FailedPrecondition, "%s changed or vanished since the manifest was taken", f.Path).WithID("T0503").
				WithHint("start the run again: it takes a new snapshot")
		}
	}
	return nil
}

// cursors opens the places of a source.
type cursors struct {
	snapshot *snapshot
	mapping  *offline.Mapping
	options  *tablefile.Options
	columns  []value.Field
}

func (c *cursors) main(ctx context.Context, p *place) error {
	fingerprint := "hashtextextended(CAST(q AS text), 0)"
	if stored, err := c.stored(ctx, p); err != nil {
		return err
	} else if stored { // where a row lies and who wrote it say the same and cost less
		fingerprint = "hashtextextended(CAST(ctid AS text) || ':' || CAST(xmin AS text), 0)"
	}
	from := p.from
	if p.table != nil {
		from += " AS q"
	}
	var rows int64
	var sum string
	err := c.snapshot.tx.QueryRow(ctx, "SELECT count(*), CAST(coalesce(sum("+fingerprint+"), 0) AS text) FROM "+from).Scan(&rows, &sum)
	if err != nil {
		return err
	}
	c.snapshot.manifest.Files = append(c.snapshot.manifest.Files, offline.File{Path: fmt.Sprintf("%s@%d.%s", p.name, rows, sum)})
	return c.declare(ctx, p, "", "", rows)
}

// stored reports whether a place is a table, whose rows have a ctid and an xmin, and not a view.
func (c *cursors) stored(ctx context.Context, p *place) (bool, error) {
	if p.table == nil {
		return false, nil
	}
	var kind string
	err := c.snapshot.tx.QueryRow(ctx, "SELECT CAST(relkind AS text) FROM pg_class WHERE oid = to_regclass($1)", p.from).Scan(&kind)
	return kind == "r" || kind == "m", err
}

// pushes opens the rows of pushes up to the pinned sequence, or all.
func (c *cursors) pushes(ctx context.Context, p *place, alone bool, pinned *offline.Manifest) error {
	upto := int64(1<<63 - 1)
	if pinned != nil {
		upto = 0
		for _, f := range pinned.Files {
			if text, found := strings.CutPrefix(f.Path, p.name+"@"); found {
				n, err := strconv.ParseInt(text, 10, 64)
				if err != nil {
					return errs.Wrap(err, errs.InvalidArgument, "the manifest's %s", f.Path)
				}
				upto = n
			}
		}
	}
	where := " WHERE " + offline.SequenceColumn + " <= " + strconv.FormatInt(upto, 10)
	var rows, last int64
	query := "SELECT count(*), coalesce(max(" + offline.SequenceColumn + "), 0) FROM " + p.from + where
	if err := c.snapshot.tx.QueryRow(ctx, query).Scan(&rows, &last); err != nil {
		return err
	}
	if rows == 0 && !alone {
		return nil
	}
	c.snapshot.sequence = offline.SequenceColumn
	c.snapshot.manifest.Files = append(c.snapshot.manifest.Files, offline.File{Path: fmt.Sprintf("%s@%d", p.name, last)})
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
	text := "SELECT " + strings.Join(list, ", ") + " FROM " + p.from + where + order
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
