package sqlitestate

import (
	"context"
	"database/sql"
	"errors"

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
	kinds := statements{conn: conn}
	defer kinds.close()
	versions = make([]int64, len(swaps))
	for i := range swaps {
		w := &swaps[i]
		text, args := change, []any{nonNil(w.Value), w.Key, w.Expected}
		if w.Expected == 0 {
			text, args = create, []any{w.Key, nonNil(w.Value)}
		}
		statement, err := kinds.of(ctx, text)
		if err != nil {
			return nil, nil, err
		}
		err = statement.QueryRowContext(ctx, args...).Scan(&versions[i])
		switch {
		case errors.Is(err, sql.ErrNoRows):
			refused = append(refused, i)
		case err != nil:
			return nil, nil, err
		}
	}
	return versions, refused, nil
}

// statements are those of one transaction, prepared once each.
type statements struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

func (s *statements) of(ctx context.Context, text string) (*sql.Stmt, error) {
	if p := s.prepared[text]; p != nil {
		return p, nil
	}
	p, err := s.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if s.prepared == nil {
		s.prepared = map[string]*sql.Stmt{}
	}
	s.prepared[text] = p
	return p, nil
}

func (s *statements) close() {
	for _, p := range s.prepared {
		_ = p.Close() // what it has done stays done
	}
}

// nonNil returns b, which stands for a value: none is one of no bytes.
func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
