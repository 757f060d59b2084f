package dynamodbonline

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/parallel"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

// newer is the rule of the port: a greater version wins, of equal ones the bytewise greater row (value.CompareRows).
// DynamoDB compares binary attributes as bytes, and a condition with its write is atomic.
const newer = "attribute_not_exists(k) OR v < :v OR (v = :v AND r < :r)"

// versionAt is where the version begins in a packed row.
const versionAt = 6

// PutBatch implements online.Driver. Each cell is a conditional write of its own, several at once. The counts are exact but
// for a cell whose acknowledgement was lost on the way: the repetition finds its own row there and counts it as superseded.
func (d *Driver) PutBatch(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
	return d.PutFor(ctx, table, cells, online.Keep{})
}

// PutFor implements online.Keeper.
func (d *Driver) PutFor(ctx context.Context, table string, cells []online.Cell, keep online.Keep) (online.PutResult, error) {
	if err := d.check(ctx); err != nil {
		return online.PutResult{}, err
	}
	if err := online.CheckCells(table, cells); err != nil || len(cells) == 0 {
		return online.PutResult{}, err
	}
	if err := checkSizes(table, cells); err != nil {
		return online.PutResult{}, err
	}
	for n := 0; ; n++ {
		r, err := d.put(ctx, table, cells, keep.AtLeast(d.opt.KeyTTL))
		if !missing(err) || n == dropsMax {
			return r, err
		}
		d.forget(table) // dropped by another process: what was written is gone with it
	}
}

func (d *Driver) put(ctx context.Context, table string, cells []online.Cell, keep online.Keep) (online.PutResult, error) {
	if err := d.ensure(ctx, table); err != nil {
		return online.PutResult{}, err
	}
	name := d.name(table)
	var written, superseded atomic.Int64
	err := parallel.Each(len(cells), d.opt.Connections, func(i int) error {
		_, err := d.db.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: name, Item: d.item(cells[i], keep), ConditionExpression: text(newer),
			ExpressionAttributeValues: item{":v": binary(version(cells[i].Row)), ":r": binary(cells[i].Row)},
		})
		var lost *types.ConditionalCheckFailedException
		switch {
		case err == nil:
			written.Add(1)
		case errors.As(err, &lost):
			superseded.Add(1)
		default:
			return err
		}
		return nil
	})
	if written.Load() > 0 {
		d.learn(table, true)
	}
	return online.PutResult{Written: written.Load(), Superseded: superseded.Load()}, err
}

func version(row []byte) []byte { return row[versionAt : versionAt+value.VersionSize] }

// item returns a cell as it is kept: for ever, or at least as long as keep says.
func (d *Driver) item(c online.Cell, keep online.Keep) item {
	it := keyOf(c.Key)
	it[versionAttr], it[rowAttr] = binary(version(c.Row)), binary(c.Row)
	life := keep.Rows
	if h, err := value.ReadRow(c.Row); err == nil && h.Tombstone {
		life = keep.Tombstones
	}
	if life > 0 {
		end := d.opt.Clock() + eventtime.Instant(life)
		it[expiresAttr] = number(strconv.FormatInt(int64(end)/int64(eventtime.Second)+1, 10))
	}
	return it
}
