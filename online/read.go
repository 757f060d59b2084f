package online

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

// A Read asks for the rows of one use of a view. The caller sets Use, Table and Keys; Store.Read fills Cells and Rows, or
// Store.Fetch Packed, which line up with Keys by index.
type Read struct {
	Use   *feature.Use
	Table string   // feature.View.TableAt of the generation that serves
	Keys  [][]byte // encoded entity keys, in any order; duplicates are read once and answered each

	Cells [][]value.Value // Cells[i][f] is Use.Fields[f] of Keys[i]; Cells[i] is nil unless Rows[i] is found and not deleted
	Rows  []RowInfo
	Err   error // why rows of this read could not be understood; then no row of this read is found

	Packed  [][]byte // by Fetch: the rows as they are stored, nil for a key without one; they may be shared and must not be changed
	Room    *Room    // where Fetch may lay Packed, which is valid until its Clear; nil: nowhere
	decoder decoder  // of Packed
}

// RowInfo tells how the row of one key stands. Whether it may be used at a moment is not decided here: pit.Judge does.
type RowInfo struct {
	Found   bool
	Deleted bool              // the row is a tombstone
	Event   eventtime.Instant // None unless found
	Created eventtime.Instant // None unless found and known
	// Snapshot is when the writer read its source, or the push arrived; meaningless unless found.
	Snapshot eventtime.Instant
	// Lacks[f] reports that the row was written before field f existed: that cell is NOT_FOUND, not null. Nil means
	// that no field is lacking. It is shared between rows and must not be changed.
	Lacks []bool
}

// Read fills reads with one call of the driver for all of them. No reads and reads without keys are no work.
//
// Errors: if the driver fails, its classified error, and every read carries it in Err; if rows of a view cannot be
// understood (DataLoss for corrupt ones, FailedPrecondition for a schema that the view's definition does not know),
// only that read carries it, the others are complete, and the first such error is returned.
func (s *Store) Read(ctx context.Context, reads []*Read) error {
	items := make([]TableKeys, 0, len(reads))
	from := make([]request, 0, len(reads))
	for _, r := range reads {
		r.reset()
		if len(r.Keys) == 0 {
			continue
		}
		keys, at := distinct(r.Keys)
		items = append(items, TableKeys{Table: r.Table, Keys: keys, Rows: make([][]byte, len(keys))})
		from = append(from, request{r, at})
	}
	if len(items) == 0 {
		return nil
	}
	if err := s.fetch(ctx, items, reads); err != nil {
		return err
	}
	var first error
	for n, q := range from {
		if err := q.read.decode(items[n].Rows, q.at); err != nil {
			q.read.reset()
			q.read.Err = err
			if first == nil {
				first = err
			}
		}
	}
	return first
}

// A request remembers where the distinct keys of a read came from: Keys[i] is distinct key at[i]; nil means itself.
type request struct {
	read *Read
	at   []int
}

// distinct returns keys without duplicates, in order of first appearance, and for each key its place there; the place
// list is nil when there are no duplicates.
func distinct(keys [][]byte) ([][]byte, []int) {
	if len(keys) < 2 {
		return keys, nil
	}
	seen := make(map[string]int, len(keys))
	out, at := make([][]byte, 0, len(keys)), make([]int, len(keys))
	for i, k := range keys {
		j, ok := seen[string(k)]
		if !ok {
			j = len(out)
			seen[string(k)] = j
			out = append(out, k)
		}
		at[i] = j
	}
	if len(out) == len(keys) {
		return keys, nil
	}
	return out, at
}

func (r *Read) reset() {
	r.Err = nil
	r.Cells = make([][]value.Value, len(r.Keys))
	r.Rows = make([]RowInfo, len(r.Keys))
	for i := range r.Rows {
		r.Rows[i] = RowInfo{Event: eventtime.None, Created: eventtime.None}
	}
}

// decode fills the answer of every key from the packed rows of the distinct keys.
func (r *Read) decode(rows [][]byte, at []int) error {
	d := decoder{use: r.Use}
	if at == nil {
		for i, row := range rows {
			cells, err := d.row(row, &r.Rows[i])
			if err != nil {
				return err
			}
			r.Cells[i] = slices.Clone(cells)
		}
		return nil
	}
	infos, cells := make([]RowInfo, len(rows)), make([][]value.Value, len(rows))
	for j, row := range rows {
		infos[j] = RowInfo{Event: eventtime.None, Created: eventtime.None}
		read, err := d.row(row, &infos[j])
		if err != nil {
			return err
		}
		cells[j] = slices.Clone(read)
	}
	for i, j := range at {
		r.Rows[i], r.Cells[i] = infos[j], cells[j]
	}
	return nil
}

// A decoder reads packed rows of one use. It keeps the layout of the schema that it met last, because nearly all rows
// of a table share one.
type decoder struct {
	use    *feature.Use
	layout layout
	buf    []value.Value // of the stored schema
	out    []value.Value // of the use
}

// A layout maps the fields of a use to those of a stored schema: field f is at place at[f], or −1.
type layout struct {
	schema *value.Schema
	at     []int
	lacks  []bool
}

// row fills info and returns the fields of the use, valid until the next call; nil for no row and for a tombstone.
func (d *decoder) row(row []byte, info *RowInfo) (cells []value.Value, err error) {
	if row == nil {
		return nil, nil
	}
	h, err := value.ReadRow(row)
	if err != nil {
		return nil, errs.Wrap(err, errs.DataLoss, "a stored row of view %q", d.use.View.Name)
	}
	if !h.Tombstone {
		if cells, err = d.cells(h.Schema, row); err != nil {
			return nil, err
		}
		info.Lacks = d.layout.lacks
	}
	info.Found, info.Deleted = true, h.Tombstone
	info.Event, info.Created, info.Snapshot = h.Version.Event, h.Version.Created, h.Version.Snapshot
	return cells, nil
}

func (d *decoder) cells(schema uint32, row []byte) ([]value.Value, error) {
	if d.layout.schema == nil || d.layout.schema.ID != schema {
		if err := d.adopt(schema); err != nil {
			return nil, err
		}
	}
	if err := value.DecodeRow(d.layout.schema, row, d.buf); err != nil {
		return nil, errs.Wrap(err, errs.DataLoss, "a stored row of view %q", d.use.View.Name)
	}
	for f, at := range d.layout.at {
		d.out[f] = value.Value{}
		if at >= 0 {
			d.out[f] = d.buf[at]
		}
	}
	return d.out, nil
}

// adopt makes the layout of a schema the present one.
func (d *decoder) adopt(id uint32) error {
	schema, ok := d.use.View.SchemaAt(id)
	if !ok {
		return errs.New(errs.FailedPrecondition, "a stored row of view %q has schema %d, which its definition does not know", d.use.View.Name, id).
			WithHint("the row was written by a newer definition: let this process read the registry again")
	}
	l := layout{schema: schema, at: make([]int, len(d.use.Fields))}
	for f := range d.use.Fields {
		field := &d.use.Fields[f]
		l.at[f] = -1
		for j := range schema.Fields {
			if schema.Fields[j].Name == field.Name {
				l.at[f] = j
			}
		}
		if l.at[f] < 0 {
			if l.lacks == nil {
				l.lacks = make([]bool, len(d.use.Fields))
			}
			l.lacks[f] = true
			continue
		}
		if stored := schema.Fields[l.at[f]].Type; !stored.Equal(field.Type) {
			return errs.New(errs.FailedPrecondition, "field %q of view %q is stored as %s but defined as %s", field.Name, d.use.View.Name, stored, field.Type).
				WithHint("materialize the view's new generation")
		}
	}
	d.layout = l
	d.buf, d.out = make([]value.Value, len(schema.Fields)), make([]value.Value, len(d.use.Fields))
	return nil
}
