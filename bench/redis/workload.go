package main

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

const rowBytes = 400

// workload returns cells of ascending Int64 keys with rows of 400 B that do not compress.
func workload(rows int, event int64) []online.Cell {
	schema := value.Schema{ID: 1, Fields: []value.Field{{Name: "payload", Type: value.Scalar(value.Bytes)}}}
	r := rand.NewChaCha8([32]byte{byte(event)})
	payload := make([]byte, rowBytes-len(pack(&schema, event, nil)))
	cells := make([]online.Cell, rows)
	for i := range cells {
		r.Read(payload)
		key, err := value.AppendKey(nil, []value.Value{value.OfInt64(int64(i) * 7)})
		if err != nil {
			panic(err)
		}
		cells[i] = online.Cell{Key: key, Row: pack(&schema, event, payload)}
	}
	return cells
}

func pack(s *value.Schema, event int64, payload []byte) []byte {
	v := value.Version{Event: 1_700_000_000_000_000 + eventtime.Instant(event), Created: 1_700_000_000_000_000, Snapshot: 1_700_000_000_000_000}
	row, err := value.AppendRow(make([]byte, 0, rowBytes), s, v, []value.Value{value.OfBytes(payload)})
	if err != nil {
		panic(err)
	}
	return row
}

// latencies returns the microseconds that calls took, in ascending order.
func latencies(entities int, call func() error) ([]float64, error) {
	took := make([]float64, 200_000/(entities+20))
	for i := range took {
		start := time.Now()
		if err := call(); err != nil {
			return nil, err
		}
		took[i] = float64(time.Since(start).Nanoseconds()) / 1e3
	}
	slices.Sort(took)
	return took, nil
}

func percentile(sorted []float64, p int) float64 { return sorted[len(sorted)*p/100] }
