package sample

import (
	"github.com/truepoint/truepoint/value"
)

func text(s string) value.Value {
	if s == "" {
		return value.Value{}
	}
	return value.OfString(s)
}

// spine returns one row for each of the 336,776 flights: its keys, the scheduled departure as asOf, and as label
// whether it arrived more than 15 minutes late (null when it never arrived). Some flights have no tail number.
func (f *flightData) spine() *value.Batch {
	t := newTable([]value.Field{
		{Name: "tailnum", Type: value.Scalar(value.String)},
		{Name: "carrier", Type: value.Scalar(value.String)},
		{Name: "origin", Type: value.Scalar(value.String)},
		{Name: "event_timestamp", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "flight", Type: value.Scalar(value.Int64)},
		{Name: "dest", Type: value.Scalar(value.String)},
		{Name: "late", Type: value.Scalar(value.Bool)},
	}, len(f.flights))
	for _, x := range f.flights {
		late := value.Value{}
		if x.flown {
			late = value.OfBool(x.arrivalDelay > 15)
		}
		t.append(text(x.tail), text(x.carrier), text(x.origin), value.OfInstant(x.scheduled), value.OfInt64(x.number), text(x.destination), late)
	}
	return t.batch()
}

// aircraftTable returns one row for each arrival of an aircraft: the event is the scheduled departure, the outcome is
// known (created) at arrival only.
func (f *flightData) aircraftTable() *value.Batch {
	t := newTable([]value.Field{
		{Name: "tailnum", Type: value.Scalar(value.String)},
		{Name: "event_timestamp", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "arrived_timestamp", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "last_dep_delay", Type: value.Scalar(value.Float64)},
		{Name: "last_arr_delay", Type: value.Scalar(value.Float64)},
		{Name: "last_distance", Type: value.Scalar(value.Float64)},
	}, len(f.flights))
	for _, x := range f.byArrival() {
		if x.tail == "" {
			continue
		}
		t.append(value.OfString(x.tail), value.OfInstant(x.scheduled), value.OfInstant(x.arrived),
			value.OfFloat64(x.departureDelay), value.OfFloat64(x.arrivalDelay), value.OfFloat64(x.distance))
	}
	return t.batch()
}

// arrivals returns one row for each arrival, as it happened: raw events, of which windows are computed.
func (f *flightData) arrivals() *value.Batch {
	t := newTable([]value.Field{
		{Name: "arrived_timestamp", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "tailnum", Type: value.Scalar(value.String)},
		{Name: "carrier", Type: value.Scalar(value.String)},
		{Name: "origin", Type: value.Scalar(value.String)},
		{Name: "arr_delay", Type: value.Scalar(value.Float64)},
		{Name: "distance", Type: value.Scalar(value.Float64)},
	}, len(f.flights))
	for _, x := range f.byArrival() {
		t.append(value.OfInstant(x.arrived), text(x.tail), text(x.carrier), text(x.origin), value.OfFloat64(x.arrivalDelay), value.OfFloat64(x.distance))
	}
	return t.batch()
}

// recentFlights is the number of arrivals over which a carrier's delays are averaged.
const recentFlights = 20

// carrierTable returns one row for each arrival of a carrier at an origin: the mean delay of its last 20 arrivals and
// the share of them that were more than 15 minutes late.
func (f *flightData) carrierTable() *value.Batch {
	t := newTable([]value.Field{
		{Name: "carrier", Type: value.Scalar(value.String)},
		{Name: "origin", Type: value.Scalar(value.String)},
		{Name: "event_timestamp", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "arrived_timestamp", Type: value.Scalar(value.UnixTimestamp)},
		{Name: "mean_arr_delay_20", Type: value.Scalar(value.Float64)},
		{Name: "late_share_20", Type: value.Scalar(value.Float64)},
	}, len(f.flights))
	type pair struct{ carrier, origin string }
	recent := map[pair][]float64{}
	for _, x := range f.byArrival() {
		p := pair{x.carrier, x.origin}
		last := append(recent[p], x.arrivalDelay)
		if len(last) > recentFlights {
			last = last[1:]
		}
		recent[p] = last
		mean, late := summarizeDelays(last)
		t.append(value.OfString(x.carrier), value.OfString(x.origin), value.OfInstant(x.scheduled), value.OfInstant(x.arrived),
			value.OfFloat64(mean), value.OfFloat64(late))
	}
	return t.batch()
}

func summarizeDelays(minutes []float64) (mean, lateShare float64) {
	sum, late := 0.0, 0
	for _, m := range minutes {
		sum += m
		if m > 15 {
			late++
		}
	}
	return sum / float64(len(minutes)), float64(late) / float64(len(minutes))
}
