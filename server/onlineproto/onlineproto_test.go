package onlineproto_test

import (
	"bytes"
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/server/onlineproto"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

// response returns an answer of so many rows with fifty features of five views, of all statuses.
func response(rows int) *serving.Response {
	r := &serving.Response{AsOf: 2_000_001, Revision: 3, Rows: rows, Keys: []serving.Key{{Name: "user_id"}}, Older: []*serving.Older{{View: "view_1", Generation: 1, Revision: 2, Waiting: 2}}}
	for i := range rows {
		r.Keys[0].Values = append(r.Keys[0].Values, value.OfInt64(int64(i)))
	}
	kinds := []value.Value{value.OfInt64(-1), value.OfFloat64(0.5), value.OfFloat32(2), value.OfBool(true), value.OfString("a text"), value.OfInstant(-1), value.OfInt32(0), value.OfBytes(nil), value.OfDate(1), value.OfUuid([16]byte{1})}
	for f := range 50 {
		v := kinds[f%10]
		c := serving.Column{Name: fmt.Sprintf("f%d", f), View: fmt.Sprintf("view_%d", f/10), Field: feature.Field{Type: value.Scalar(v.Kind())}}
		for i := range rows {
			cell := serving.Cell{Value: v, Status: value.Present, Event: eventtime.Instant(-1_500_000 + i)}
			switch {
			case i%7 == 3 && f/10 > 1:
				cell = serving.Cell{Status: value.NotFound, Event: eventtime.None}
			case i%7 == 4 && f == 11:
				cell = serving.Cell{Status: value.Error, Event: eventtime.None, Reason: "row_unreadable"}
			case i%7 == 5 && f == 12:
				cell.Status, cell.Defaulted = value.NullValue, true
			}
			c.Cells = append(c.Cells, cell)
		}
		r.Columns = append(r.Columns, c)
	}
	return r
}

func TestAnswersAreWhatProtobufWrites(t *testing.T) {
	t.Parallel()
	for _, rows := range []int{1, 100} {
		r := response(rows)
		for name, c := range map[string]struct {
			got []byte
			m   proto.Message
		}{
			"Feast's": {onlineproto.AppendFeast(nil, r), &servingpb.GetOnlineFeaturesResponse{}},
			"ours":    {onlineproto.Append(nil, r), &truepointv1.GetOnlineResponse{}},
		} {
			if err := proto.Unmarshal(c.got, c.m); err != nil {
				t.Fatal(err)
			}
			if again, err := (proto.MarshalOptions{Deterministic: true}).Marshal(c.m); err != nil || !bytes.Equal(again, c.got) {
				t.Errorf("%s, %d rows: protobuf writes other bytes, %v", name, rows, err)
			}
		}
		m := &truepointv1.GetOnlineResponse{}
		if err := proto.Unmarshal(onlineproto.Append(nil, r), m); err != nil {
			t.Fatal(err)
		}
		wantTimes := 5
		if rows > 1 {
			wantTimes = 6 // f11 has a cell without a time, which the others of its view have
		}
		if len(m.GetEventTimes()) != wantTimes || len(m.GetFeatures()) != 50 {
			t.Errorf("%d rows: %d lists of event times for %d features", rows, len(m.GetEventTimes()), len(m.GetFeatures()))
		}
		for i, f := range m.GetFeatures() {
			for row, at := range m.GetEventTimes()[f.GetEventTimes()].GetMicros() {
				if at != int64(r.Columns[i].Cells[row].Event) {
					t.Errorf("%d rows: feature %d, row %d: time %d", rows, i, row, at)
				}
			}
		}
	}
}

func TestAnswersOfScalarsCostNoMemory(t *testing.T) {
	for _, rows := range []int{1, 100} {
		r := response(rows)
		buffer := make([]byte, 0, 1<<20)
		for name, write := range map[string]func([]byte, *serving.Response) []byte{"Feast's": onlineproto.AppendFeast, "ours": onlineproto.Append} {
			if n := testing.AllocsPerRun(20, func() { write(buffer, r) }); n != 0 {
				t.Errorf("%s, %d rows: %v allocations", name, rows, n)
			}
		}
	}
}
