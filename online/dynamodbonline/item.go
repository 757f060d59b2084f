package dynamodbonline

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online"
)

// Names of the attributes of format 1. A cell has all but name and format; expires only where it need not be kept for ever.
const (
	bucketAttr  = "b"       // binary, one byte; partition key
	keyAttr     = "k"       // binary, the entity key; sort key
	versionAttr = "v"       // binary, the version of the row (value.AppendVersion)
	rowAttr     = "r"       // binary, the packed row
	expiresAttr = "expires" // number, seconds since the epoch; DynamoDB's time to live
	nameAttr    = "name"    // binary, of the item that describes the table: its name in the port
	formatAttr  = "format"  // number, of that item
	format      = "1"
)

// Limits of DynamoDB.
const (
	keysMax    = 100       // of one BatchGetItem
	itemBytes  = 400 << 10 // of an item, names of attributes included
	keyBytes   = 1024      // of a sort key
	itemBorder = 64        // what an item of ours has beside key and row, rounded up
)

type item = map[string]types.AttributeValue

func binary(b []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} }

func number(text string) types.AttributeValue { return &types.AttributeValueMemberN{Value: text} }

// bytesOf returns a binary attribute, nil if there is none.
func bytesOf(it item, name string) []byte {
	if b, ok := it[name].(*types.AttributeValueMemberB); ok {
		return b.Value
	}
	return nil
}

// keyOf returns the primary key of a cell.
func keyOf(key []byte) item { return item{bucketAttr: binary(bucket(key)), keyAttr: binary(key)} }

// description returns the primary key of the item that describes a table. No cell has its partition key.
func description() item {
	return item{bucketAttr: binary([]byte("table")), keyAttr: binary([]byte("table"))}
}

// checkSizes returns an InvalidArgument error for a cell that DynamoDB cannot keep.
func checkSizes(table string, cells []online.Cell) error {
	for i, c := range cells {
		switch {
		case len(c.Key) > keyBytes:
			return errs.New(errs.InvalidArgument, "cell %d of online table %q: its key has %d bytes, and DynamoDB keeps at most %d", i, table, len(c.Key), keyBytes).
				WithID("T0663").WithHint("shorten the join keys, or use another online store")
		case len(c.Key)+len(c.Row)+itemBorder > itemBytes:
			return errs.New(errs.InvalidArgument, "cell %d of online table %q has %d bytes, and DynamoDB keeps at most %d in an item", i, table, len(c.Key)+len(c.Row), itemBytes-itemBorder).
				WithID("T0663").WithHint("shorten the longest String, Bytes or Array of that row, divide the view, or use another online store")
		}
	}
	return nil
}

// text makes a pointer, as the client wants it.
func text(s string) *string { return aws.String(s) }
