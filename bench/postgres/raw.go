package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/online"
)

// raw is the yardstick: what one writes by hand, on one connection.
type raw struct{ conn *pgx.Conn }

// rowsOfStatement is that of the driver; 1,000 and 20,000 were slower.
const rowsOfStatement = 5_000

func (r *raw) put(ctx context.Context, cells []online.Cell) error {
	for part := range slices.Chunk(cells, rowsOfStatement) {
		keys, rows := make([][]byte, len(part)), make([][]byte, len(part))
		for i, c := range part {
			keys[i], rows[i] = c.Key, c.Row
		}
		if _, err := r.conn.Exec(ctx, `INSERT INTO by_hand (key, row) SELECT * FROM unnest($1::bytea[], $2::bytea[])
			ON CONFLICT (key) DO UPDATE SET row = excluded.row`, keys, rows); err != nil {
			return err
		}
	}
	return nil
}

func (r *raw) empty(ctx context.Context) error {
	_, err := r.conn.Exec(ctx, `DROP TABLE IF EXISTS by_hand; CREATE TABLE by_hand (key bytea PRIMARY KEY, row bytea NOT NULL)`)
	return err
}

// truncate takes the first row away again that the driver made its table with, and writes out what is left of the runs
// before, so that each begins alike.
func (r *raw) truncate(ctx context.Context) error {
	var name string
	if err := r.conn.QueryRow(ctx, `SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') FROM pg_tables WHERE tablename LIKE 'tpo%'`).Scan(&name); err != nil {
		return err
	}
	if _, err := r.conn.Exec(ctx, "TRUNCATE "+name); err != nil {
		return err
	}
	_, err := r.conn.Exec(ctx, "CHECKPOINT")
	return err
}

// cost returns what work took in this process and in the server's processes.
func (r *raw) cost(ctx context.Context, work func() error) (measure.Cost, error) {
	before, err := r.serverCPU(ctx)
	if err != nil {
		return measure.Cost{}, err
	}
	c, err := measure.Of(work)
	if err != nil {
		return c, err
	}
	after, err := r.serverCPU(ctx)
	for pid, took := range after {
		c.CPU += took - before[pid]
	}
	c.Peak = 0 // the cells take more than the store
	return c, err
}

// serverCPU returns the CPU time of each process of the server so far.
func (r *raw) serverCPU(ctx context.Context) (map[int]time.Duration, error) {
	var file string
	if err := r.conn.QueryRow(ctx, `SELECT current_setting('data_directory')`).Scan(&file); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(file, "postmaster.pid"))
	if err != nil {
		return nil, err
	}
	var postmaster int
	if _, err := fmt.Sscan(string(text), &postmaster); err != nil {
		return nil, err
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", postmaster, postmaster))
	if err != nil {
		return nil, err
	}
	out := map[int]time.Duration{}
	for _, field := range strings.Fields(string(children)) {
		var pid int
		if _, err := fmt.Sscan(field, &pid); err != nil {
			return nil, err
		}
		if cpu, err := measure.CPUOf(pid); err == nil { // it may have ended
			out[pid] = cpu
		}
	}
	return out, nil
}
