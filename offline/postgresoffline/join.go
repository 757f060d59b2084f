package postgresoffline

import (
	"context"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/sqlgen"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// Join implements offline.Joiner. The entity rows are copied into a temporary table of a transaction that sees one state
// of the database and then can no longer write; answers come row by row.
func (d *Driver) Join(ctx context.Context, j *offline.Join) (out *offline.Joined, err error) {
	if err := j.Plan.Check(); err != nil {
		return nil, err
	}
	tx, err := d.begin(ctx, pgx.ReadWrite)
	if err != nil {
		return nil, d.joining(err)
	}
	defer func() { err = errs.Join(err, end(tx)) }()
	r, err := d.render(ctx, tx, j)
	if err != nil {
		return nil, d.joining(err)
	}
	if err := upload(ctx, tx, &r.plan, &j.Plan.Spine); err != nil {
		return nil, d.joining(err)
	}
	out = &offline.Joined{Result: &pit.Result{}}
	for i := range r.plan.Views {
		q := &query{tx: tx, plan: &r.plan, view: i, relation: r.relations[i], rows: len(j.Plan.Spine.AsOf)}
		v, err := q.run(ctx, j.Plan.Views[i].TiesError)
		if err != nil {
			return nil, d.failed(err, j.Sources[i])
		}
		out.Views = append(out.Views, *v)
	}
	for i := range r.plan.Windows {
		q := &query{tx: tx, plan: &r.plan, view: i, relation: r.relations[len(r.plan.Views)+i], rows: len(j.Plan.Spine.AsOf)}
		w, err := q.windows(ctx)
		if err != nil {
			return nil, d.failed(err, j.WindowSources[i])
		}
		out.Windows = append(out.Windows, *w)
	}
	out.Read, err = d.manifests(ctx, tx, r.relations)
	return out, err
}

// Script implements offline.Joiner.
func (d *Driver) Script(ctx context.Context, j *offline.Join) (text string, err error) {
	tx, err := d.begin(ctx, pgx.ReadOnly)
	if err != nil {
		return "", d.joining(err)
	}
	defer func() { err = errs.Join(err, end(tx)) }()
	r, err := d.render(ctx, tx, j)
	if err != nil {
		return "", d.joining(err)
	}
	return r.plan.Script(dialect)
}

func (d *Driver) joining(err error) error {
	if errs.CodeOf(err) != errs.Unknown {
		return err
	}
	return errs.Wrap(err, d.Code(err), "join in PostgreSQL").WithID("T0561")
}

// upload fills the table of entity rows and ends the right to write.
func upload(ctx context.Context, tx pgx.Tx, p *sqlgen.Plan, s *pit.Spine) error {
	table, err := p.SpineTable(dialect)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, table); err != nil {
		return err
	}
	rows := &spineRows{asOf: s.AsOf}
	for _, f := range p.Spine {
		rows.keys = append(rows.keys, s.Columns.Column(f.Name))
	}
	copy := "COPY " + sqlgen.SpineName + " (" + strings.Join(p.SpineColumns(), ", ") + ") FROM STDIN"
	if _, err := tx.Conn().PgConn().CopyFrom(ctx, rows, copy); err != nil {
		return err
	}
	for _, text := range []string{"ANALYZE " + sqlgen.SpineName, "SET TRANSACTION READ ONLY"} {
		if _, err := tx.Exec(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// spineRows writes entity rows as COPY reads them, a piece at a time.
type spineRows struct {
	asOf []eventtime.Instant
	keys []*value.Column
	next int
	buf  []byte
	left []byte // of buf
}

// spinePiece is the number of rows that are written at once.
const spinePiece = 1000

// Read implements io.Reader.
func (r *spineRows) Read(p []byte) (int, error) {
	if len(r.left) == 0 {
		if r.next == len(r.asOf) {
			return 0, io.EOF
		}
		r.buf = r.buf[:0]
		for end := min(r.next+spinePiece, len(r.asOf)); r.next < end; r.next++ {
			r.row()
		}
		r.left = r.buf
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	return n, nil
}

func (r *spineRows) row() {
	r.buf = appendCopy(r.buf, value.OfInt64(int64(r.next)))
	moment := value.Value{}
	if t := r.asOf[r.next]; t != eventtime.None {
		moment = value.OfInstant(t)
	}
	r.buf = appendCopy(append(r.buf, '\t'), moment)
	for _, k := range r.keys {
		r.buf = appendCopy(append(r.buf, '\t'), k.At(r.next))
	}
	r.buf = append(r.buf, '\n')
}

// A query answers one view.
type query struct {
	tx       pgx.Tx
	plan     *sqlgen.Plan
	view     int
	relation *relation
	rows     int
}

// answerColumns is the number of columns of an answer before its features: n, status, event, created.
const answerColumns = 4

func (q *query) run(ctx context.Context, tiesError bool) (*pit.ViewResult, error) {
	text, err := q.plan.Answer(dialect, q.view)
	if err != nil {
		return nil, err
	}
	features, err := q.features()
	if err != nil {
		return nil, err
	}
	c := sqlgen.NewCollector(&q.plan.Views[q.view], q.rows, tiesError)
	result := q.tx.Conn().PgConn().ExecParams(ctx, text, nil, nil, nil, binaryRows)
	if err := collect(result, features, c); err != nil {
		return nil, err
	}
	if text, err = q.plan.Report(dialect, q.view); err != nil {
		return nil, err
	}
	n, err := q.counts(ctx, text)
	if err != nil {
		return nil, err
	}
	return c.Done(q.rows, n)
}

// features returns the decoders of the features, which convert as those of an opened source do.
func (q *query) features() ([]*filler, error) {
	opt, err := offline.FileOptions(q.relation.source)
	if err != nil {
		return nil, err
	}
	v := &q.plan.Views[q.view]
	out := make([]*filler, len(v.Layout.Features))
	for f, name := range v.Layout.Features {
		own := find(q.relation.main.columns, v.From.Own(name))
		out[f] = newFiller(output{tablefile.Column{Name: name, Type: v.Layout.FeatureTypes[f]}, answerColumns + f, own.typ}, opt, nil)
	}
	return out, nil
}

// collect decodes an answer. The error of the engine, if there is one, says more than that of a row.
func collect(result *pgconn.ResultReader, features []*filler, c *sqlgen.Collector) error {
	var fault error
	for fault == nil && result.NextRow() {
		var r sqlgen.Row
		if r, fault = answer(result.Values(), features); fault == nil {
			fault = c.Add(r)
		}
	}
	if _, err := result.Close(); err != nil {
		return err
	}
	return fault
}

func answer(raw [][]byte, features []*filler) (sqlgen.Row, error) {
	r := sqlgen.Row{Cells: make([]value.Value, len(features))}
	var err error
	if r.N, r.Status, err = ordinal(raw); err != nil {
		return r, err
	}
	if r.Event, err = moment(raw[2]); err != nil {
		return r, err
	}
	if r.Created, err = moment(raw[3]); err != nil {
		return r, err
	}
	for f, d := range features {
		if r.Cells[f], err = d.value(raw); err != nil {
			return r, errs.Wrap(err, errs.CodeOf(err), "entity row %d, feature %q", r.N+1, d.column.Name)
		}
	}
	return r, nil
}

// ordinal returns what every answer begins with: the number of the entity row and its status.
func ordinal(raw [][]byte) (int64, value.Status, error) {
	n, err := readInt8(raw[0])
	if err != nil {
		return 0, 0, err
	}
	status, err := readInt4(raw[1])
	return n.Int(), value.Status(status.Int()), err
}

// moment returns an instant, None for null.
func moment(raw []byte) (eventtime.Instant, error) {
	if raw == nil {
		return eventtime.None, nil
	}
	t, err := readTimestamp(raw)
	return t.Instant(), err
}
