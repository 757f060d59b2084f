package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/embeddedonline"
	"github.com/truepoint/truepoint/value"
)

// A change is a stored value that was replaced.
type change struct {
	ref, user string
	was, is   int64
}

// String says what was changed.
func (c *change) String() string {
	return fmt.Sprintf("%s of user_id=%s was %d and is now %d", c.ref, c.user, c.was, c.is)
}

// corrupt adds 1 to the stored transaction_count_7d of user_001, under a version that wins over the true row.
func corrupt(ctx context.Context, dir string) (*change, error) {
	store, err := offlineStore(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	set, _, err := store.Definitions(ctx)
	if err != nil {
		return nil, err
	}
	view, ok := set.View("user_transaction_features")
	if !ok {
		return nil, errors.New("the view is not applied")
	}
	d, err := embeddedonline.Open(ctx, filepath.Join(dir, "data", "online"), nil)
	if err != nil {
		return nil, err
	}
	c := &change{ref: view.Name + ":transaction_count_7d", user: "user_001"}
	return c, errors.Join(c.write(ctx, d, view.Table(set.Project), view.RowSchema()), d.Close())
}

// write replaces the row of the change's user in a table.
func (c *change) write(ctx context.Context, d online.Driver, table string, schema *value.Schema) error {
	key, err := value.AppendKey(nil, []value.Value{value.OfString(c.user)})
	if err != nil {
		return err
	}
	item := []online.TableKeys{{Table: table, Keys: [][]byte{key}, Rows: make([][]byte, 1)}}
	if err := d.GetBatch(ctx, item); err != nil {
		return err
	}
	if item[0].Rows[0] == nil {
		return fmt.Errorf("%s is not in table %s", c.user, table)
	}
	head, err := value.ReadRow(item[0].Rows[0])
	if err != nil {
		return err
	}
	cells := make([]value.Value, len(schema.Fields))
	if err := value.DecodeRow(schema, item[0].Rows[0], cells); err != nil {
		return err
	}
	for i, f := range schema.Fields {
		if strings.HasSuffix(c.ref, ":"+f.Name) {
			c.was, c.is = cells[i].Int(), cells[i].Int()+1
			cells[i] = value.OfInt64(c.is)
		}
	}
	head.Version.Snapshot++
	row, err := value.AppendRow(nil, schema, head.Version, cells)
	if err != nil {
		return err
	}
	_, err = d.PutBatch(ctx, table, []online.Cell{{Key: key, Row: row}})
	return err
}

// now reads the clock.
func now() eventtime.Instant { return eventtime.Instant(time.Now().UnixMicro()) }
