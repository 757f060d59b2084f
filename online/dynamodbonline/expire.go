package dynamodbonline

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/truepoint/truepoint/internal/parallel"
	"github.com/truepoint/truepoint/online"
)

var _ online.Expirer = (*Driver)(nil)

// Expire implements online.Expirer. Each cell is a conditional delete of its own, several at once, and is paid like a write.
// A cell whose acknowledgement was lost on the way is removed and not counted. A driver that has seen cells of a table lists
// it until it removes the last of them or the table is dropped.
func (d *Driver) Expire(ctx context.Context, table string, cells []online.Cell) (int64, error) {
	if err := d.check(ctx); err != nil {
		return 0, err
	}
	if err := online.CheckCells(table, cells); err != nil || len(cells) == 0 {
		return 0, err
	}
	if there, err := d.find(ctx, table); err != nil || !there {
		return 0, err
	}
	name := d.name(table)
	var removed atomic.Int64
	err := parallel.Each(len(cells), d.opt.Connections, func(i int) error {
		_, err := d.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
			TableName: name, Key: keyOf(cells[i].Key), ConditionExpression: text("r = :r"), ExpressionAttributeValues: item{":r": binary(cells[i].Row)},
		})
		var changed *types.ConditionalCheckFailedException
		switch {
		case err == nil:
			removed.Add(1)
		case errors.As(err, &changed):
		default:
			return err
		}
		return nil
	})
	d.forget(table) // whether cells are left is to be looked at
	if missing(err) {
		err = nil // dropped by another process
	}
	return removed.Load(), err
}
