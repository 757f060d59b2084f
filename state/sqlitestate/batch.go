package sqlitestate

import (
	"context"
	"database/sql"
	"errors"

	"github.com/truepoint/truepoint/internal/sqlitefile"
	"github.com/truepoint/truepoint/state"
)

// errRefused ends a transaction that is to change nothing.
var errRefused = errors.New("a record has another version")

// SwapAll implements state.Batcher. It is durable when it returns, by one write to the disk.
func (s *State) SwapAll(ctx context.Context, swaps []state.Swap) (versions []int64, refused []int, err error) {
	if err := state.CheckSwaps(swaps); err != nil {
		return nil, nil, err
	}
	err = s.db.Write(ctx, func(conn *sql.Conn) error {
		versions, refused, err = swapAll(context.WithoutCancel(ctx), conn, swaps) // the driver starts a goroutine for what can be cancelled
		if err == nil && len(refused) > 0 {
			err = errRefused
		}
		return err
	})
	if errors.Is(err, errRefused) {
		return nil, refused, nil
	}
	return versions, nil, err
}

// swapAll does what it can of swaps in a transaction.
func swapAll(ctx context.Context, conn *sql.Conn, swaps []state.Swap) (versions []int64, refused []int, err error) {
	var shelf sqlitefile.Shelf
	defer shelf.Close()
	versions = make([]int64, len(swaps))
	for i := range swaps {
		w := statementOf(&swaps[i])
		prepared, err := shelf.Of(ctx, conn, w.Text)
		if err != nil {
			return nil, nil, err
		}
		err = prepared.QueryRowContext(ctx, w.Args...).Scan(&versions[i])
		switch {
		case errors.Is(err, sql.ErrNoRows):
			refused = append(refused, i)
		case err != nil:
			return nil, nil, err
		}
	}
	return versions, refused, nil
}
