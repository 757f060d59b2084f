package embeddedonline

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/cockroachdb/pebble/v2"

	"github.com/truepoint/truepoint/errs"
)

// The catalog lies under table number 0: "n" + name holds the number of a table, "c" the next free number.
var (
	counterKey = []byte{0, 0, 0, 0, 'c'}
	namePrefix = []byte{0, 0, 0, 0, 'n'}
	nameEnd    = []byte{0, 0, 0, 0, 'n' + 1}
)

func nameKey(table string) []byte {
	return append(namePrefix[:len(namePrefix):len(namePrefix)], table...)
}

// span returns the bounds of a table's keys: from lower, inclusive, to upper, exclusive.
func span(id uint32) (lower, upper []byte) {
	return binary.BigEndian.AppendUint32(nil, id), binary.BigEndian.AppendUint32(nil, id+1)
}

// loadCatalog reads the numbers of all tables.
func (e *engine) loadCatalog() (err error) {
	e.tables, e.next = map[string]uint32{}, 1
	b, err := e.get(counterKey)
	switch {
	case err != nil:
		return err
	case b == nil:
		return nil // no table was ever made
	case len(b) != 4:
		return errs.New(errs.DataLoss, "the catalog of the online store has a counter of %d bytes, expected 4", len(b))
	}
	e.next = binary.BigEndian.Uint32(b)
	it, err := e.db.NewIter(&pebble.IterOptions{LowerBound: namePrefix, UpperBound: nameEnd})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for it.First(); it.Valid(); it.Next() {
		b, err := it.ValueAndErr()
		if err != nil {
			return err
		}
		name := string(it.Key()[len(namePrefix):])
		if len(b) != 4 || binary.BigEndian.Uint32(b) >= e.next {
			return errs.New(errs.DataLoss, "the catalog of the online store has number %x for table %q, expected one below %d", b, name, e.next)
		}
		e.tables[name] = binary.BigEndian.Uint32(b)
	}
	return it.Error()
}

// table returns the number of a table.
func (e *engine) table(name string) (uint32, bool) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	id, ok := e.tables[name]
	return id, ok
}

// pin returns the number of a table, which it makes if need be, and keeps it from being dropped until the caller
// unlocks e.mu for reading.
func (e *engine) pin(name string) (uint32, error) {
	for {
		e.mu.RLock()
		if id, ok := e.tables[name]; ok {
			return id, nil
		}
		e.mu.RUnlock()
		if err := e.makeTable(name); err != nil {
			return 0, err
		}
	}
}

func (e *engine) makeTable(name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, ok := e.tables[name]; ok {
		return nil
	}
	if e.next == math.MaxUint32 {
		return errs.New(errs.ResourceExhausted, "the online store has had %d tables and can make no more", e.next)
	}
	id, next := binary.BigEndian.AppendUint32(nil, e.next), binary.BigEndian.AppendUint32(nil, e.next+1)
	b := e.db.NewBatch()
	defer b.Close()
	if err := errors.Join(b.Set(nameKey(name), id, nil), b.Set(counterKey, next, nil), b.Commit(pebble.Sync)); err != nil {
		return err
	}
	e.tables[name] = e.next
	e.next++
	return nil
}

// dropTable forgets a table's name and deletes its cells in one durable step.
func (e *engine) dropTable(name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	id, ok := e.tables[name]
	if !ok {
		return nil
	}
	e.stamps.BeginAll()
	defer e.stamps.EndAll()
	lower, upper := span(id)
	b := e.db.NewBatch()
	defer b.Close()
	if err := errors.Join(b.Delete(nameKey(name), nil), b.DeleteRange(lower, upper, nil), b.Commit(pebble.Sync)); err != nil {
		return err
	}
	delete(e.tables, name)
	return nil
}

// holdsCells reports whether a table has a cell: one that was made by a write which then failed has none.
func (e *engine) holdsCells(id uint32) (found bool, err error) {
	lower, upper := span(id)
	it, err := e.db.NewIter(&pebble.IterOptions{LowerBound: lower, UpperBound: upper})
	if err != nil {
		return false, err
	}
	found = it.First()
	return found, errors.Join(it.Error(), it.Close())
}
