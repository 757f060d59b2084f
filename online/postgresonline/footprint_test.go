package postgresonline_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/postgrestest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/postgresonline"
	"github.com/truepoint/truepoint/value"
)

func TestFootprintIsWhatAServerUses(t *testing.T) {
	t.Parallel()
	address := postgrestest.New(t).Address
	d := open(t, address)
	defer d.Close()
	db, err := pgx.Connect(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.Background())
	schema := &value.Schema{ID: 1, Fields: []value.Field{{Name: "f", Type: value.Scalar(value.String)}}}
	for _, size := range []int{20, 380, 1500} {
		const rows = 20_000
		table := fmt.Sprintf("size/%d", size)
		cells := make([]online.Cell, rows)
		for i := range cells {
			row, err := value.AppendRow(nil, schema, value.Version{Event: eventtime.Instant(i), Created: eventtime.None}, []value.Value{value.OfString(fmt.Sprintf("%0*d", size, i))})
			if err != nil {
				t.Fatal(err)
			}
			cells[i] = online.Cell{Key: fmt.Appendf(nil, "key number %08d", i), Row: row}
		}
		if _, err := d.PutBatch(context.Background(), table, cells); err != nil {
			t.Fatal(err)
		}
		var used int64
		err := db.QueryRow(context.Background(), `SELECT sum(pg_table_size(oid) + pg_indexes_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname LIKE $1
			AND relnamespace = current_schema()::regnamespace`, fmt.Sprintf("tpo_size_%d_%%", size)).Scan(&used)
		if err != nil {
			t.Fatal(err)
		}
		got := postgresonline.Footprint(len(cells[0].Key), len(cells[0].Row)) * rows
		if ratio := float64(got) / float64(used); ratio < 0.8 || ratio > 1.25 {
			t.Errorf("rows of %d bytes: %d for the server's %d (%.2f)", len(cells[0].Row), got, used, ratio)
		}
	}
}
