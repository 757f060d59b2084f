package redisonline

import (
	"context"

	"github.com/truepoint/truepoint/internal/parallel"
	"github.com/truepoint/truepoint/online"
)

var _ online.Expirer = (*Driver)(nil)

// Expire implements online.Expirer. Some tens of cells are compared and removed by one script, in a Cluster each by a
// command of its own. A table whose last cell is removed so is listed until it is dropped. After a lost connection the count
// may lack cells that were removed before it was lost.
func (d *Driver) Expire(ctx context.Context, table string, cells []online.Cell) (int64, error) {
	if err := d.usable(ctx); err != nil {
		return 0, err
	}
	if err := online.CheckCells(table, cells); err != nil || len(cells) == 0 {
		return 0, err
	}
	w := d.writer(table, online.Keep{})
	parts := split(cells, partCells, partBytes)
	removed := make([]int64, len(parts))
	err := parallel.Each(len(parts), writersMax, func(i int) (err error) {
		removed[i], err = w.expire(ctx, parts[i])
		return err
	})
	var total int64
	for _, n := range removed {
		total += n
	}
	return total, d.explained(ctx, err, "remove rows")
}

// expire removes the cells of one part, and again what was not executed, or may not have been, after a pause that grows.
func (w *writer) expire(ctx context.Context, cells []online.Cell) (int64, error) {
	var removed int64
	for n := 0; ; n++ {
		p := w.pipeline(cells)
		sum, left, err := p.hand(ctx, &expireScript, nil, p.all())
		removed += sum.counts[0]
		if err == nil || !w.again(ctx, n, err) {
			return removed, err
		}
		cells = p.pick(left)
	}
}
