package online_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/value"
)

const table = "p/v/1"

var (
	int64s  = value.Scalar(value.Int64)
	strings = value.Scalar(value.String)
)

// use returns a use of view v that asks for fields, with the schemas that its rows were written with.
func use(fields []feature.Field, schemas ...value.Schema) *feature.Use {
	return &feature.Use{View: &feature.View{Name: "v", Schema: fields, Generation: 1, Schemas: schemas}, Fields: fields}
}

func row(t *testing.T, s *value.Schema, event eventtime.Instant, cells ...value.Value) []byte {
	t.Helper()
	b, err := value.AppendRow(nil, s, value.Version{Event: event, Created: event + 1, Snapshot: event + 2}, cells)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func putAll(t *testing.T, s *online.Store, cells ...online.Cell) {
	t.Helper()
	slices.SortFunc(cells, func(a, b online.Cell) int { return bytes.Compare(a.Key, b.Key) })
	if _, err := s.Put(context.Background(), table, cells); err != nil {
		t.Fatal(err)
	}
}

func TestReadAnswersInRequestOrderAndReadsDuplicatesOnce(t *testing.T) {
	t.Parallel()
	schema := value.Schema{ID: 1, Fields: []value.Field{{Name: "n", Type: int64s}, {Name: "s", Type: strings}}}
	d := &counting{Driver: memonline.New()}
	s := online.New(d, nil)
	a, b, none := onlinetest.Key(t, "a"), onlinetest.Key(t, "b"), onlinetest.Key(t, "none")
	putAll(t, s,
		online.Cell{Key: a, Row: row(t, &schema, 10, value.OfInt64(1<<53+1), value.OfString("x"))},
		online.Cell{Key: b, Row: row(t, &schema, 20, value.Value{}, value.OfString(""))})

	fields := []feature.Field{{Name: "s", Type: strings}, {Name: "n", Type: int64s}}
	r := &online.Read{Use: use(fields, schema), Table: table, Keys: [][]byte{b, none, a, b}}
	empty := &online.Read{Use: use(fields, schema), Table: table}
	if err := s.Read(context.Background(), []*online.Read{r, empty}); err != nil {
		t.Fatal(err)
	}
	if d.keys != 3 || d.calls != 1 {
		t.Errorf("the driver was asked for %d keys in %d calls, want 3 in 1", d.keys, d.calls)
	}
	for i, want := range []online.RowInfo{{Found: true, Event: 20, Created: 21}, {Event: eventtime.None, Created: eventtime.None}, {Found: true, Event: 10, Created: 11}, {Found: true, Event: 20, Created: 21}} {
		if got := r.Rows[i]; got.Found != want.Found || got.Event != want.Event || got.Created != want.Created || got.Deleted || got.Lacks != nil {
			t.Errorf("row %d: got %+v, want %+v", i, got, want)
		}
	}
	if r.Cells[1] != nil {
		t.Errorf("cells of the missing key: got %v, want nil", r.Cells[1])
	}
	if n := r.Cells[2][1]; n.Int() != 1<<53+1 || r.Cells[2][0].Text() != "x" {
		t.Errorf("cells of key a: got %v", r.Cells[2])
	}
	if !r.Cells[0][1].IsNull() || r.Cells[3][0].IsNull() {
		t.Errorf("cells of key b: got %v and %v, want a null n and an empty s", r.Cells[0], r.Cells[3])
	}
}

type counting struct {
	online.Driver
	calls, keys int
}

func (c *counting) GetBatch(ctx context.Context, items []online.TableKeys) error {
	c.calls++
	for _, i := range items {
		c.keys += len(i.Keys)
	}
	return c.Driver.GetBatch(ctx, items)
}

func TestReadTellsTombstonesFromMissingRows(t *testing.T) {
	t.Parallel()
	s := online.New(memonline.New(), nil)
	k := onlinetest.Key(t, "k")
	putAll(t, s, online.Cell{Key: k, Row: value.AppendTombstone(nil, value.Version{Event: 7, Created: eventtime.None, Snapshot: 9})})
	r := &online.Read{Use: use([]feature.Field{{Name: "n", Type: int64s}}), Table: table, Keys: [][]byte{k}}
	if err := s.Read(context.Background(), []*online.Read{r}); err != nil {
		t.Fatal(err)
	}
	if got := r.Rows[0]; !got.Found || !got.Deleted || got.Event != 7 || got.Created != eventtime.None || r.Cells[0] != nil {
		t.Errorf("got %+v with cells %v, want a tombstone of event 7 without cells", got, r.Cells[0])
	}
}

func TestReadMarksFieldsThatAnOlderSchemaLacks(t *testing.T) {
	t.Parallel()
	old := value.Schema{ID: 1, Fields: []value.Field{{Name: "n", Type: int64s}}}
	now := value.Schema{ID: 2, Fields: []value.Field{{Name: "s", Type: strings}, {Name: "n", Type: int64s}}}
	s := online.New(memonline.New(), nil)
	a, b := onlinetest.Key(t, "a"), onlinetest.Key(t, "b")
	putAll(t, s,
		online.Cell{Key: a, Row: row(t, &old, 1, value.OfInt64(4))},
		online.Cell{Key: b, Row: row(t, &now, 1, value.Value{}, value.OfInt64(5))})
	r := &online.Read{Use: use([]feature.Field{{Name: "n", Type: int64s}, {Name: "s", Type: strings}}, old, now), Table: table, Keys: [][]byte{a, b, a}}
	if err := s.Read(context.Background(), []*online.Read{r}); err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]bool{{false, true}, nil, {false, true}} {
		if !slices.Equal(r.Rows[i].Lacks, want) {
			t.Errorf("row %d lacks %v, want %v", i, r.Rows[i].Lacks, want)
		}
	}
	if r.Cells[0][0].Int() != 4 || r.Cells[1][0].Int() != 5 || !r.Cells[1][1].IsNull() {
		t.Errorf("got %v", r.Cells)
	}
}

func TestReadKeepsOtherViewsWhenOneCannotBeUnderstood(t *testing.T) {
	t.Parallel()
	schema := value.Schema{ID: 1, Fields: []value.Field{{Name: "n", Type: int64s}}}
	newer := value.Schema{ID: 9, Fields: schema.Fields}
	text := value.Schema{ID: 1, Fields: []value.Field{{Name: "n", Type: strings}}}
	fields := []feature.Field{{Name: "n", Type: int64s}}
	k := onlinetest.Key(t, "k")
	good := row(t, &schema, 1, value.OfInt64(4))
	for name, tt := range map[string]struct {
		row  []byte
		use  *feature.Use
		want errs.Code
	}{
		"unknown schema":  {row(t, &newer, 1, value.OfInt64(4)), use(fields, schema), errs.FailedPrecondition},
		"other type":      {row(t, &text, 1, value.OfString("4")), use(fields, text), errs.FailedPrecondition},
		"truncated row":   {good[:len(good)-3], use(fields, schema), errs.DataLoss},
		"unknown format":  {append([]byte{99}, good[1:]...), use(fields, schema), errs.DataLoss},
		"row of one byte": {[]byte{1}, use(fields, schema), errs.DataLoss},
		"empty row":       {[]byte{}, use(fields, schema), errs.DataLoss},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := online.New(fixed{"p/bad/1": tt.row, table: good}, nil)
			bad := &online.Read{Use: tt.use, Table: "p/bad/1", Keys: [][]byte{k}}
			fine := &online.Read{Use: use(fields, schema), Table: table, Keys: [][]byte{k}}
			err := s.Read(context.Background(), []*online.Read{bad, fine})
			if errs.CodeOf(err) != tt.want || bad.Err != err {
				t.Errorf("got %v (code %v), in the read %v; want code %v in both", err, errs.CodeOf(err), bad.Err, tt.want)
			}
			if bad.Rows[0].Found || bad.Cells[0] != nil {
				t.Errorf("the bad read has an answer: %+v", bad.Rows[0])
			}
			if fine.Err != nil || !fine.Rows[0].Found || fine.Cells[0][0].Int() != 4 {
				t.Errorf("the other read: got %+v %v, error %v", fine.Rows[0], fine.Cells[0], fine.Err)
			}
		})
	}
}

// fixed answers every key of a table with the same row.
type fixed map[string][]byte

func (f fixed) GetBatch(_ context.Context, items []online.TableKeys) error {
	for _, i := range items {
		for j := range i.Keys {
			i.Rows[j] = f[i.Table]
		}
	}
	return nil
}
func (f fixed) PutBatch(context.Context, string, []online.Cell) (online.PutResult, error) {
	return online.PutResult{}, errMedium
}
func (f fixed) Scan(context.Context, string, func(online.Cell) bool) error { return errMedium }
func (f fixed) Tables(context.Context) ([]string, error)                   { return nil, errMedium }
func (f fixed) Drop(context.Context, string) error                         { return errMedium }
func (f fixed) Code(error) errs.Code                                       { return errs.Unavailable }
func (f fixed) Close() error                                               { return nil }

var errMedium = errors.New("the medium is gone")

func TestDriverErrorsAreClassifiedOnce(t *testing.T) {
	t.Parallel()
	s := online.New(fixed{}, nil)
	ctx := context.Background()
	_, put := s.Put(ctx, table, []online.Cell{{Key: onlinetest.Key(t, "k"), Row: value.AppendTombstone(nil, onlinetest.At(1))}})
	_, tables := s.Tables(ctx)
	for name, err := range map[string]error{"Put": put, "Tables": tables, "Drop": s.Drop(ctx, table), "Scan": s.Scan(ctx, table, nil)} {
		if errs.CodeOf(err) != errs.Unavailable || !errors.Is(err, errMedium) {
			t.Errorf("%s: got %v (code %v), want the driver's error as unavailable", name, err, errs.CodeOf(err))
		}
	}
}

func TestPutRefusesWhatDriversMustNotSee(t *testing.T) {
	t.Parallel()
	grave := value.AppendTombstone(nil, onlinetest.At(1))
	a, b := onlinetest.Key(t, "a"), onlinetest.Key(t, "b")
	for name, tt := range map[string]struct {
		table string
		cells []online.Cell
	}{
		"keys out of order": {table, []online.Cell{{Key: b, Row: grave}, {Key: a, Row: grave}}},
		"a key twice":       {table, []online.Cell{{Key: a, Row: grave}, {Key: a, Row: grave}}},
		"malformed row":     {table, []online.Cell{{Key: a, Row: grave[:9]}}},
		"no row":            {table, []online.Cell{{Key: a}}},
		"no table":          {"", []online.Cell{{Key: a, Row: grave}}},
		"long table name":   {string(make([]byte, online.TableBytesMax+1)), []online.Cell{{Key: a, Row: grave}}},
		"huge cell":         {table, []online.Cell{{Key: make([]byte, online.CellBytesMax), Row: grave}}},
	} {
		_, err := online.New(fixed{}, nil).Put(context.Background(), tt.table, tt.cells)
		if errs.CodeOf(err) != errs.InvalidArgument {
			t.Errorf("%s: got %v, want invalid_argument", name, err)
		}
	}
}

func TestPutSplitsGreatBatches(t *testing.T) {
	t.Parallel()
	d := &batches{Driver: memonline.New()}
	s := online.New(d, &online.Options{BatchBytesMax: 100})
	var cells []online.Cell
	for n := range int64(10) {
		cells = append(cells, online.Cell{Key: onlinetest.IntKey(t, n), Row: value.AppendTombstone(nil, onlinetest.At(1))})
	}
	r, err := s.Put(context.Background(), table, cells)
	if err != nil || r.Written != 10 || d.n < 4 {
		t.Errorf("got %+v in %d batches, %v; want 10 cells in at least 4", r, d.n, err)
	}
}

type batches struct {
	online.Driver
	n int
}

func (b *batches) PutBatch(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
	b.n++
	return b.Driver.PutBatch(ctx, table, cells)
}
