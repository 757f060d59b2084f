package main

import (
	"math/rand/v2"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

const rowBytes = 400

// workload returns cells of ascending Int64 keys with rows of 400 B that do not compress, at the age-th second.
func workload(rows int, age int64) []online.Cell {
	schema := value.Schema{ID: 1, Fields: []value.Field{{Name: "payload", Type: value.Scalar(value.Bytes)}}}
	r := rand.NewChaCha8([32]byte{byte(age)})
	overhead := len(pack(&schema, nil, age))
	payload := make([]byte, rowBytes-overhead)
	cells := make([]online.Cell, rows)
	for i := range cells {
		r.Read(payload)
		key, err := value.AppendKey(nil, []value.Value{value.OfInt64(int64(i) * 7)})
		if err != nil {
			panic(err)
		}
		cells[i] = online.Cell{Key: key, Row: pack(&schema, payload, age)}
	}
	return cells
}

func pack(s *value.Schema, payload []byte, age int64) []byte {
	at := eventtime.Instant(1_700_000_000_000_000 + age*1_000_000)
	row, err := value.AppendRow(make([]byte, 0, rowBytes), s, value.Version{Event: at, Created: at, Snapshot: at}, []value.Value{value.OfBytes(payload)})
	if err != nil {
		panic(err)
	}
	return row
}
