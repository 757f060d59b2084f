package sample

import (
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// minimalTables returns three drivers' statistics, one row for each of the 24 hours up to until, one null among them.
func minimalTables(until eventtime.Instant) map[string]*value.Batch {
	t := newTable([]value.Field{
		{Name: "driver_id", Type: value.Scalar(value.Int64)},
		{Name: "event_timestamp", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "created_timestamp", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "trips", Type: value.Scalar(value.Int64)},
		{Name: "rating", Type: value.Scalar(value.Float64)},
	}, 72)
	for hour := range int64(24) {
		event := until.Add(eventtime.Duration(hour-23) * eventtime.Hour)
		for driver := range int64(3) {
			rating := value.OfFloat64(4 + float64((hour*7+driver*13)%10)/10)
			if hour == 23 && driver == 2 {
				rating = value.Value{}
			}
			t.append(value.OfInt64(1001+driver), value.OfInstant(event), value.OfInstant(event.Add(eventtime.Minute)),
				value.OfInt64((hour*(driver+1))%9), rating)
		}
	}
	return map[string]*value.Batch{"driver_stats.csv": t.batch()}
}
