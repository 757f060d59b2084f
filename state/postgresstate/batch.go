package postgresstate

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/internal/postgresdb"
	"github.com/truepoint/truepoint/state"
)

// SwapAll implements state.Batcher. Writers of one key wait for each other.
func (s *State) SwapAll(ctx context.Context, swaps []state.Swap) (versions []int64, refused []int, err error) {
	b, err := s.swap(ctx, swaps)
	if err != nil || len(b.refused) > 0 {
		return nil, b.refused, err
	}
	return b.versions, nil, nil
}

// swap does all of swaps in one transaction, unless one of them is refused.
func (s *State) swap(ctx context.Context, swaps []state.Swap) (*batch, error) {
	b := newBatch(swaps)
	if err := state.CheckSwaps(swaps); err != nil {
		return b, err
	}
	return b, pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := b.lock(ctx, tx); err != nil {
			return err
		}
		if err := b.look(ctx, tx); err != nil || len(b.refused) > 0 {
			return err
		}
		return b.write(ctx, tx)
	})
}

// A batch is what one transaction swaps, column by column.
type batch struct {
	keys     []string
	expected []int64
	values   [][]byte
	versions []int64 // as found; after write the new ones
	refused  []int   // the places of records that have another version than expected, ascending
}

func newBatch(swaps []state.Swap) *batch {
	b := &batch{}
	for _, w := range swaps {
		if w.Value == nil {
			w.Value = []byte{}
		}
		b.keys, b.expected, b.values = append(b.keys, w.Key), append(b.expected, w.Expected), append(b.values, w.Value)
	}
	return b
}

// lock takes the locks of all records in one order, so that batches do not wait for each other in a circle.
func (b *batch) lock(ctx context.Context, tx pgx.Tx) error {
	locks := &pgx.Batch{}
	for _, key := range slices.Sorted(slices.Values(b.keys)) {
		locks.Queue(postgresdb.LockStatement, "truepoint state "+key)
	}
	return tx.SendBatch(ctx, locks).Close()
}

// look finds the versions of all records, and which of them are refused.
func (b *batch) look(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `SELECT coalesce(s.version, 0) FROM unnest($1::text[]) WITH ORDINALITY AS w (key, place)
		LEFT JOIN truepoint_state s ON s.key = w.key COLLATE "C" ORDER BY w.place`, b.keys)
	if err != nil {
		return err
	}
	if b.versions, err = pgx.CollectRows(rows, pgx.RowTo[int64]); err != nil {
		return err
	}
	for i, found := range b.versions {
		if found != b.expected[i] {
			b.refused = append(b.refused, i)
		}
	}
	return nil
}

// write stores all values under the versions that follow.
func (b *batch) write(ctx context.Context, tx pgx.Tx) error {
	var floor int64
	if slices.Contains(b.versions, 0) {
		if err := tx.QueryRow(ctx, `SELECT max(floor) FROM truepoint_state_floor`).Scan(&floor); err != nil {
			return err
		}
	}
	for i, found := range b.versions {
		if b.versions[i] = found + 1; found == 0 {
			b.versions[i] = floor + 1
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO truepoint_state (key, version, value) SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[])
		ON CONFLICT (key) DO UPDATE SET version = excluded.version, value = excluded.value`, b.keys, b.versions, b.values)
	return err
}
