package redisonline

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online"
)

// A few is a write of few cells, such as a push. Those that come at once are one pipeline, in which a table is entered once and
// a command takes cells of many of them.
type few struct {
	table      string
	keep       online.Keep
	keys, rows []string
	bytes      int

	// What came of it, when the group was written.
	written   []bool // by cell, in one of the attempts
	uncertain bool   // what is not in written may have been, by an attempt of which nothing is known
	err       error  // of this write alone
}

// isFew reports whether cells go into a pipeline with those of others.
func isFew(cells []online.Cell) bool {
	bytes := 0
	for i := range cells {
		bytes += len(cells[i].Key) + len(cells[i].Row)
	}
	return len(cells) < fewCells && bytes <= partBytes
}

// putFew writes a few cells with those of others.
func (d *Driver) putFew(ctx context.Context, table string, cells []online.Cell, keep online.Keep) (online.PutResult, error) {
	p := d.writer(table, keep).pipeline(cells)
	f := &few{table: table, keep: keep, keys: p.keys, rows: p.rows, written: make([]bool, len(cells))}
	for i := range f.rows {
		f.bytes += len(f.keys[i]) + len(f.rows[i])
	}
	if err := d.enterCrowd(); err != nil {
		return online.PutResult{}, err
	}
	defer d.writing.Done()
	if _, err := d.crowd.Do(ctx, f); err != nil {
		return online.PutResult{}, err
	}
	return f.result(), f.err
}

// enterCrowd counts a writer, for whom Close waits.
func (d *Driver) enterCrowd() error {
	d.close.Lock()
	defer d.close.Unlock()
	if d.closed.Load() {
		return errClosed()
	}
	d.writing.Add(1)
	return nil
}

// result counts what was written.
func (f *few) result() (r online.PutResult) {
	if f.err != nil {
		return r
	}
	for _, w := range f.written {
		if w {
			r.Written++
		} else {
			r.Superseded++
		}
	}
	if f.uncertain {
		r = online.PutResult{Written: r.Written + r.Superseded, Superseded: online.Unknown}
	}
	return r
}

// putAll writes all of a group. What the server refuses for the cells of one of them fails that one alone; a script that ends
// so does not tell what it has written before.
func (d *Driver) putAll(ctx context.Context, all []*few) error {
	err := d.tryAll(ctx, all)
	if err == nil || len(all) == 1 || ctx.Err() != nil || d.Code(err) == errs.Unavailable {
		return err
	}
	for i, f := range all {
		f.uncertain = true
		f.err = d.tryAll(ctx, all[i:i+1])
	}
	return nil
}

// tryAll writes all of a group, and on replicas if it is to.
func (d *Driver) tryAll(ctx context.Context, all []*few) error {
	if !d.replicates {
		return d.putTables(ctx, all)
	}
	times := 0
	_, err := d.replicated(ctx, func() (online.PutResult, error) {
		times++
		return online.PutResult{}, d.putTables(ctx, all)
	})
	for _, f := range all {
		f.uncertain = f.uncertain || times > 1 // a primary was replaced, and may have lost what it took
	}
	return err
}

// putTables writes all of a group, one table after the other.
func (d *Driver) putTables(ctx context.Context, all []*few) error {
	for len(all) > 0 {
		var same, others []*few
		for _, f := range all {
			if f.table == all[0].table && f.keep == all[0].keep {
				same = append(same, f)
			} else {
				others = append(others, f)
			}
		}
		if err := d.putTable(ctx, same); err != nil {
			return err
		}
		all = others
	}
	return nil
}

// putTable writes a group to one table, and all of it again if something was not executed, or may not have been, after a
// pause that grows.
func (d *Driver) putTable(ctx context.Context, all []*few) error {
	p := &pipeline{writer: d.writer(all[0].table, all[0].keep)}
	p.entering = all[0].table
	for _, f := range all {
		p.keys, p.rows, p.written = append(p.keys, f.keys...), append(p.rows, f.rows...), append(p.written, f.written...)
	}
	defer func() {
		at := 0
		for _, f := range all {
			at += copy(f.written, p.written[at:])
		}
	}()
	for n := 0; ; n++ {
		_, _, err := p.hand(ctx, &putScript, p.keep[:], p.all())
		if err == nil || !d.again(ctx, n, err) {
			return err
		}
		if lost(err) {
			for _, f := range all {
				f.uncertain = true
			}
		}
	}
}
