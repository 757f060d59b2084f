package onlineproto

import (
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/protovalue"
)

// Members of Feast's messages.
const (
	feastMetadata protowire.Number = 1
	feastResults  protowire.Number = 2
	feastNames    protowire.Number = 1
	feastName     protowire.Number = 1
	vectorValues  protowire.Number = 1
	vectorStatus  protowire.Number = 2
	vectorEvents  protowire.Number = 3
)

// AppendFeast appends the feast.serving.GetOnlineFeaturesResponse of r: join keys first, then features in request order,
// each a vector with one item per entity row. A join key and a missing row have the epoch as event time; our ERROR is
// Feast's INVALID.
func AppendFeast(dst []byte, r *serving.Response) []byte {
	dst = appendFeastHead(dst, r.Keys, len(r.Columns), func(i int) string { return r.Columns[i].Name })
	for i := range r.Columns {
		dst = appendFeastColumn(dst, &r.Columns[i])
	}
	return dst
}

// appendFeastHead appends what comes before the features: the names of all vectors, and the join keys.
func appendFeastHead(dst []byte, keys []serving.Key, columns int, name func(column int) string) []byte {
	dst, metadata := protovalue.Begin(dst, feastMetadata)
	dst, names := protovalue.Begin(dst, feastNames)
	for i := range keys {
		dst = protovalue.AppendText(dst, feastName, keys[i].Name)
	}
	for i := range columns {
		dst = protovalue.AppendText(dst, feastName, name(i))
	}
	dst = protovalue.End(protovalue.End(dst, names), metadata)
	for i := range keys {
		dst = appendFeastKey(dst, &keys[i])
	}
	return dst
}

func appendFeastKey(dst []byte, k *serving.Key) []byte {
	dst, vector := protovalue.Begin(dst, feastResults)
	for _, v := range k.Values {
		t := value.Scalar(v.Kind()) // a key has no parts
		dst = appendFeastValue(dst, v, &t)
	}
	dst, statuses := protovalue.Begin(dst, vectorStatus)
	for range k.Values {
		dst = append(dst, byte(value.Present))
	}
	dst = protovalue.End(dst, statuses)
	for range k.Values {
		dst = appendTimestamp(dst, eventtime.None)
	}
	return protovalue.End(dst, vector)
}

func appendFeastColumn(dst []byte, c *serving.Column) []byte {
	dst, vector := protovalue.Begin(dst, feastResults)
	for i := range c.Cells {
		dst = appendFeastValue(dst, c.Cells[i].Value, &c.Field.Type)
	}
	dst, statuses := protovalue.Begin(dst, vectorStatus)
	for i := range c.Cells {
		dst = append(dst, byte(c.Cells[i].Status))
	}
	dst = protovalue.End(dst, statuses)
	for i := range c.Cells {
		dst = appendTimestamp(dst, c.Cells[i].Event)
	}
	return protovalue.End(dst, vector)
}

func appendFeastValue(dst []byte, v value.Value, t *value.Type) []byte {
	dst, mark := protovalue.Begin(dst, vectorValues)
	return protovalue.End(protovalue.AppendFeast(dst, v, t), mark)
}

// appendTimestamp appends a google.protobuf.Timestamp; None is the epoch.
func appendTimestamp(dst []byte, i eventtime.Instant) []byte {
	dst, mark := protovalue.Begin(dst, vectorEvents)
	if i != eventtime.None {
		second := eventtime.Floor(i, eventtime.Second)
		dst = protovalue.AppendUint(dst, 1, uint64(int64(second)/int64(eventtime.Second)))
		dst = protovalue.AppendUint(dst, 2, uint64(i.Sub(second))*1000)
	}
	return protovalue.End(dst, mark)
}
