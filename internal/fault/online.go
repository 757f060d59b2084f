package fault

import (
	"bytes"
	"context"

	"github.com/truepoint/truepoint/online"
)

// Online wraps an online driver. Torn writes the first half of a batch. Stale rows are those read last per key.
func Online(d online.Driver, in *Injector) online.Driver { return &onlineDriver{Driver: d, in: in} }

type onlineDriver struct {
	online.Driver // Code and Close are never disturbed
	in            *Injector
	rows          memory[[]byte]
	tables        memory[[]string]
}

func (d *onlineDriver) GetBatch(ctx context.Context, items []online.TableKeys) error {
	err := d.in.around(ctx, "GetBatch", call{
		do:    func() error { return d.Driver.GetBatch(ctx, items) },
		stale: func() bool { return d.recall(items) },
	})
	if err == nil {
		d.remember(items)
	}
	return err
}

// recall fills items with the rows read last; false if one of the keys was never read.
func (d *onlineDriver) recall(items []online.TableKeys) bool {
	d.rows.mu.Lock()
	defer d.rows.mu.Unlock()
	for _, item := range items {
		for i, k := range item.Keys {
			row, known := d.rows.last[item.Table+"\x00"+string(k)]
			if !known {
				return false
			}
			item.Rows[i] = bytes.Clone(row)
		}
	}
	return true
}

func (d *onlineDriver) remember(items []online.TableKeys) {
	d.rows.mu.Lock()
	defer d.rows.mu.Unlock()
	if d.rows.last == nil {
		d.rows.last = map[string][]byte{}
	}
	for _, item := range items {
		for i, k := range item.Keys {
			d.rows.last[item.Table+"\x00"+string(k)] = bytes.Clone(item.Rows[i])
		}
	}
}

func (d *onlineDriver) PutBatch(ctx context.Context, table string, cells []online.Cell) (r online.PutResult, err error) {
	err = d.in.around(ctx, "PutBatch", call{
		do: func() (err error) { r, err = d.Driver.PutBatch(ctx, table, cells); return err },
		part: func() error {
			_, err := d.Driver.PutBatch(ctx, table, cells[:len(cells)/2])
			return err
		},
	})
	if err != nil {
		return online.PutResult{}, err
	}
	return r, nil
}

// Scan: Torn shows the first cell alone and fails; Duplicate is not applied, because a scan is not a request.
func (d *onlineDriver) Scan(ctx context.Context, table string, yield func(online.Cell) bool) error {
	started := false
	return d.in.around(ctx, "Scan", call{
		do: func() error {
			if started {
				return nil
			}
			started = true
			return d.Driver.Scan(ctx, table, yield)
		},
		part: func() error {
			return d.Driver.Scan(ctx, table, func(c online.Cell) bool { yield(c); return false })
		},
	})
}

func (d *onlineDriver) Tables(ctx context.Context) ([]string, error) {
	return ask(ctx, d.in, &d.tables, question{op: "Tables"}, func() ([]string, error) { return d.Driver.Tables(ctx) })
}

func (d *onlineDriver) Drop(ctx context.Context, table string) error {
	return d.in.around(ctx, "Drop", call{do: func() error { return d.Driver.Drop(ctx, table) }})
}
