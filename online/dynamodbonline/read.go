package dynamodbonline

import (
	"bytes"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/parallel"
	"github.com/truepoint/truepoint/online"
)

// A cellKey names a cell in the requests and answers of DynamoDB.
type cellKey struct{ table, key string }

// A reading is one GetBatch: the distinct keys, and where the row of each goes.
type reading struct {
	*Driver
	items  []online.TableKeys
	keys   []cellKey
	places map[cellKey][][2]int
}

// dropsMax bounds how often a reading begins again because a table was dropped under it.
const dropsMax = 5

// GetBatch implements online.Driver. Keys of all items together are read in calls of at most BatchSize keys, several at
// once. A table that is not known to be there is looked for first.
func (d *Driver) GetBatch(ctx context.Context, items []online.TableKeys) error {
	if err := d.check(ctx); err != nil {
		return err
	}
	for n := 0; ; n++ {
		r, err := d.reading(ctx, items)
		if err != nil {
			return err
		}
		calls := slices.Collect(slices.Chunk(r.keys, d.opt.BatchSize))
		rows := make([][][]byte, len(calls))
		err = parallel.Each(len(calls), d.opt.Workers, func(i int) (err error) {
			rows[i], err = r.fetch(ctx, calls[i])
			return err
		})
		if missing(err) && n < dropsMax {
			for _, item := range items {
				d.forget(item.Table)
			}
			continue
		}
		if err != nil {
			return err
		}
		for i, keys := range calls {
			for k, key := range keys {
				r.fill(key, rows[i][k])
			}
		}
		return nil
	}
}

// reading clears the rows of items and collects the keys of tables that are there.
func (d *Driver) reading(ctx context.Context, items []online.TableKeys) (*reading, error) {
	r := &reading{Driver: d, items: items, places: map[cellKey][][2]int{}}
	there := make([]bool, len(items))
	err := parallel.Each(len(items), d.opt.Workers, func(i int) (err error) {
		if len(items[i].Keys) > 0 {
			there[i], err = d.find(ctx, items[i].Table)
		}
		return err
	})
	for i, item := range items {
		clear(item.Rows)
		if !there[i] {
			continue
		}
		name := *d.name(item.Table)
		for k, key := range item.Keys {
			if len(key) == 0 || len(key) > keyBytes { // no such cell can have been written
				continue
			}
			c := cellKey{name, string(key)}
			if r.places[c] == nil {
				r.keys = append(r.keys, c)
			}
			r.places[c] = append(r.places[c], [2]int{i, k})
		}
	}
	return r, err
}

// fill hands the row of a key to all who asked; each gets bytes of its own.
func (r *reading) fill(key cellKey, row []byte) {
	for n, p := range r.places[key] {
		if n > 0 {
			row = bytes.Clone(row)
		}
		r.items[p[0]].Rows[p[1]] = row
	}
}

// fetch returns the rows of at most keysMax keys. What DynamoDB leaves unprocessed, because an answer is great or too much
// is asked of it, is asked for again; after Attempts calls in a row without any progress the reading fails, so that a row is
// never missing in silence.
func (r *reading) fetch(ctx context.Context, keys []cellKey) ([][]byte, error) {
	at := make(map[cellKey]int, len(keys))
	ask := map[string]types.KeysAndAttributes{}
	for i, key := range keys {
		at[key] = i
		k := ask[key.table]
		k.Keys = append(k.Keys, keyOf([]byte(key.key)))
		ask[key.table] = k
	}
	for table, k := range ask {
		k.ConsistentRead, k.ProjectionExpression = aws.Bool(r.opt.ConsistentReads), text(keyAttr+", "+rowAttr)
		ask[table] = k
	}
	rows := make([][]byte, len(keys))
	for left, idle := len(keys), 0; ; {
		out, err := r.db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: ask})
		if err != nil {
			return nil, err
		}
		for table, items := range out.Responses {
			for _, it := range items {
				if i, ok := at[cellKey{table, string(bytesOf(it, keyAttr))}]; ok {
					rows[i] = bytesOf(it, rowAttr)
				}
			}
		}
		ask = out.UnprocessedKeys
		before := left
		left = 0
		for _, k := range ask {
			left += len(k.Keys)
		}
		switch {
		case left == 0:
			return rows, nil
		case left < before:
			idle = 0
		default:
			idle++
		}
		if idle >= r.opt.Attempts {
			return nil, errs.New(errs.ResourceExhausted, "DynamoDB leaves %d keys unprocessed after %d calls", left, idle).WithID("T0668").
				WithHint("it throttles this table: ask less at once, or raise its limits")
		}
		if err := waits.Wait(ctx, idle); err != nil {
			return nil, err
		}
	}
}
