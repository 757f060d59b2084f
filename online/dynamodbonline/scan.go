package dynamodbonline

import (
	"bytes"
	"container/heap"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/truepoint/truepoint/internal/parallel"
	"github.com/truepoint/truepoint/online"
)

// Pages of a bucket grow, so that a scan that stops early reads little. DynamoDB's own limit of a page is 1 MB, so that a
// scan holds at most 64 MB.
const (
	pageFirst = 32
	pageMost  = 2_048
)

// Scan implements online.Driver. It reads the buckets side by side, each in the order of its keys, and merges them.
func (d *Driver) Scan(ctx context.Context, table string, yield func(online.Cell) bool) error {
	if err := d.check(ctx); err != nil {
		return err
	}
	if there, err := d.find(ctx, table); err != nil || !there {
		return err
	}
	all := make(streams, buckets)
	err := parallel.Each(buckets, d.opt.Workers, func(i int) error {
		all[i] = &stream{d: d, name: d.name(table), bucket: []byte{byte(i)}, size: pageFirst, more: true}
		return all[i].fill(ctx)
	})
	if missing(err) {
		d.forget(table)
		return nil
	}
	if err != nil {
		return err
	}
	all = all.held()
	heap.Init(&all)
	for len(all) > 0 {
		if err := d.check(ctx); err != nil {
			return err
		}
		s := all[0]
		if !yield(s.cells[0]) {
			return nil
		}
		s.cells = s.cells[1:]
		if err := s.fill(ctx); err != nil {
			return err
		}
		if len(s.cells) == 0 {
			heap.Pop(&all)
			continue
		}
		heap.Fix(&all, 0)
	}
	return ctx.Err()
}

// A stream is one bucket of a scan: cells that were read and not yet shown, in order.
type stream struct {
	d      *Driver
	name   *string
	bucket []byte
	cells  []online.Cell
	size   int32 // of the next page
	more   bool  // the bucket goes on
	after  item  // where
}

// fill reads until the stream has cells or its bucket ends.
func (s *stream) fill(ctx context.Context) error {
	for len(s.cells) == 0 && s.more {
		out, err := s.d.db.Query(ctx, &dynamodb.QueryInput{
			TableName: s.name, KeyConditionExpression: text("b = :b"), ExpressionAttributeValues: item{":b": binary(s.bucket)},
			ProjectionExpression: text(keyAttr + ", " + rowAttr), ConsistentRead: aws.Bool(s.d.opt.ConsistentReads),
			ExclusiveStartKey: s.after, Limit: aws.Int32(s.size),
		})
		if err != nil {
			return err
		}
		for _, it := range out.Items {
			s.cells = append(s.cells, online.Cell{Key: bytesOf(it, keyAttr), Row: bytesOf(it, rowAttr)})
		}
		s.after, s.more = out.LastEvaluatedKey, len(out.LastEvaluatedKey) > 0
		s.size = min(4*s.size, pageMost)
	}
	return nil
}

// streams are a heap by the next key.
type streams []*stream

// held returns the streams that have cells.
func (s streams) held() streams {
	out := s[:0]
	for _, one := range s {
		if len(one.cells) > 0 {
			out = append(out, one)
		}
	}
	return out
}

func (s streams) Len() int           { return len(s) }
func (s streams) Less(i, j int) bool { return bytes.Compare(s[i].cells[0].Key, s[j].cells[0].Key) < 0 }
func (s streams) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

// Push implements heap.Interface.
func (s *streams) Push(x any) { *s = append(*s, x.(*stream)) }

// Pop implements heap.Interface.
func (s *streams) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}
