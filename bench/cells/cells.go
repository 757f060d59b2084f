// Package cells makes the rows that the benchmarks of online stores write: they do not compress, and none is like another.
package cells

import (
	"math/rand/v2"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

// RowBytes is the size of a packed row.
const RowBytes = 400

// Make returns so many cells of ascending Int64 keys with rows of RowBytes. A greater age, 0 ≤ age ≤ 255, has the same keys
// with newer rows of other bytes.
func Make(rows int, age int64) []online.Cell {
	schema := value.Schema{ID: 1, Fields: []value.Field{{Name: "payload", Type: value.Scalar(value.Bytes)}}}
	r := rand.NewChaCha8([32]byte{byte(age)})
	payload := make([]byte, RowBytes-len(pack(&schema, nil, age)))
	out := make([]online.Cell, rows)
	for i := range out {
		r.Read(payload)
		key, err := value.AppendKey(nil, []value.Value{value.OfInt64(int64(i) * 7)})
		if err != nil {
			panic(err)
		}
		out[i] = online.Cell{Key: key, Row: pack(&schema, payload, age)}
	}
	return out
}

func pack(s *value.Schema, payload []byte, age int64) []byte {
	at := eventtime.Instant(1_700_000_000_000_000).Add(eventtime.Duration(age) * eventtime.Second)
	row, err := value.AppendRow(make([]byte, 0, RowBytes), s, value.Version{Event: at, Created: at, Snapshot: at}, []value.Value{value.OfBytes(payload)})
	if err != nil {
		panic(err)
	}
	return row
}
