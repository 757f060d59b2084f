package online

import "context"

// Rows returns the packed rows of keys of one table, as they are stored: tombstones too, and nil for a key without a row.
// A table that does not exist has none. Errors: the driver's, classified.
func (s *Store) Rows(ctx context.Context, table string, keys [][]byte) ([][]byte, error) {
	item := TableKeys{Table: table, Keys: keys, Rows: make([][]byte, len(keys))}
	err := s.driver.GetBatch(ctx, []TableKeys{item})
	return item.Rows, s.fail(err, "read online table %q", table)
}
