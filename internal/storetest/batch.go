package storetest

import (
	"strings"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// Batch returns a batch of columns given as name:Type and rows of values; nil is null. It panics for a malformed type.
func Batch(columns []string, rows ...[]any) *value.Batch {
	b := &value.Batch{Rows: len(rows)}
	for i, c := range columns {
		name, typ, _ := strings.Cut(c, ":")
		t, err := value.ParseType(typ)
		if err != nil {
			panic(err)
		}
		col := value.NewColumn(t, 0)
		for _, r := range rows {
			switch v := r[i].(type) {
			case nil:
				col.Append(value.Value{})
			case string:
				col.Append(value.OfString(v))
			case eventtime.Instant:
				col.Append(value.OfInstant(v))
			case int:
				if t.Kind == value.Int32 {
					col.Append(value.OfInt32(int32(v)))
					continue
				}
				col.Append(value.OfInt64(int64(v)))
			case float64:
				col.Append(value.OfFloat64(v))
			case bool:
				col.Append(value.OfBool(v))
			}
		}
		b.Add(name, col)
	}
	return b
}
