package drivers

import (
	"github.com/truepoint/truepoint/checkup"
	"github.com/truepoint/truepoint/online/dynamodbonline"
	"github.com/truepoint/truepoint/online/embeddedonline"
	"github.com/truepoint/truepoint/online/postgresonline"
	"github.com/truepoint/truepoint/online/redisonline"
)

// OnlineKinds returns what each kind of online store needs for a cell, by the driver's own account.
func OnlineKinds() []checkup.StoreKind {
	return []checkup.StoreKind{
		{Type: "embedded", Where: "disk", Footprint: embeddedonline.Footprint},
		{Type: "redis", Where: "memory", Footprint: redisonline.Footprint},
		{Type: "postgres", Where: "disk", Footprint: postgresonline.Footprint},
		{Type: "dynamodb", Where: "service", Footprint: dynamodbonline.Footprint, ReadUnits: dynamodbonline.ReadUnits, WriteUnits: dynamodbonline.WriteUnits},
	}
}
