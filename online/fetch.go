package online

import "context"

// fetch has the driver fill items, each row of a table once. If it fails, every read carries its classified error.
func (s *Store) fetch(ctx context.Context, items []TableKeys, reads []*Read) error {
	asked := items
	m := mergeOf(items)
	if m != nil {
		asked = m.items
	}
	began := s.began()
	shared, err := s.getBatch(ctx, asked)
	err = s.fail(err, "read online tables")
	s.tell(ctx, Call{Op: OpRead, Began: began, Tables: len(asked), Keys: keysOf(asked), Shared: shared, Err: err})
	if m != nil && err == nil {
		m.copyTo(items)
	}
	if err != nil {
		for _, r := range reads {
			r.Err = err
		}
	}
	return err
}

// getBatch fills items by the driver, and returns how many of the keys another caller asked it for. The rows may be shared
// with other callers and must not be changed.
func (s *Store) getBatch(ctx context.Context, items []TableKeys) (shared int, err error) {
	if s.shared != nil {
		return s.shared.GetBatch(ctx, items)
	}
	return 0, s.driver.GetBatch(ctx, items)
}
