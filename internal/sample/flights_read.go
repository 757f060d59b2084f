package sample

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A flight is one scheduled departure. Delays are in minutes; flown is false for one that never arrived.
type flight struct {
	carrier, tail, origin, destination string
	number                             int64
	scheduled                          eventtime.Instant
	arrived                            eventtime.Instant // when the outcome was known
	departureDelay, arrivalDelay       float64
	distance                           float64
	flown                              bool
}

// A flightData is the whole year.
type flightData struct {
	flights []flight // in the order of the file
	weather *value.Batch
}

// readFlights understands the package's files: scheduled departure is the hour in UTC plus the minute; the outcome is
// known at the local arrival time at the destination, in its zone, on the first such moment after take-off and flight.
func readFlights(files map[string][]byte) (*flightData, error) {
	flights, err := readCSV(files["flights.csv"], "flights.csv")
	if err != nil {
		return nil, err
	}
	weather, err := readCSV(files["weather.csv"], "weather.csv")
	if err != nil {
		return nil, err
	}
	zones, err := airportZones(files)
	if err != nil {
		return nil, err
	}
	f := &flightData{flights: make([]flight, len(flights.rows))}
	for i := range flights.rows {
		if f.flights[i], err = readFlight(flights, i, zones); err != nil {
			return nil, err
		}
	}
	f.weather, err = weatherTable(weather)
	return f, err
}

// airportZones returns the zone of each airport. Four airports of Puerto Rico and the Virgin Islands are missing in
// the package's list.
func airportZones(files map[string][]byte) (map[string]*time.Location, error) {
	t, err := readCSV(files["airports.csv"], "airports.csv")
	if err != nil {
		return nil, err
	}
	names := map[string]string{"BQN": "America/Puerto_Rico", "SJU": "America/Puerto_Rico", "PSE": "America/Puerto_Rico", "STT": "America/Puerto_Rico"}
	for i := range t.rows {
		names[t.at(i, "faa")] = t.at(i, "tzone")
	}
	out := map[string]*time.Location{}
	for airport, zone := range names {
		if loc, err := eventtime.LoadLocation(zone); err == nil {
			out[airport] = loc
		}
	}
	return out, nil
}

func readFlight(t *csvTable, i int, zones map[string]*time.Location) (flight, error) {
	f := flight{carrier: t.at(i, "carrier"), tail: t.at(i, "tailnum"), origin: t.at(i, "origin"), destination: t.at(i, "dest")}
	hour, err := eventtime.Parse(t.at(i, "time_hour"), nil)
	if err != nil {
		return f, errs.Wrap(err, errs.InvalidArgument, "flight %d has no time", i+1).WithID("T0939")
	}
	f.number, _ = strconv.ParseInt(t.at(i, "flight"), 10, 64)
	f.distance, _ = number(t.at(i, "distance"))
	minute, _ := number(t.at(i, "minute"))
	f.scheduled = hour.Add(eventtime.Duration(minute) * eventtime.Minute)
	var left, flew, landed bool
	var inAir, clock float64
	f.departureDelay, left = number(t.at(i, "dep_delay"))
	f.arrivalDelay, landed = number(t.at(i, "arr_delay"))
	inAir, flew = number(t.at(i, "air_time"))
	clock, _ = number(t.at(i, "arr_time"))
	if f.flown = left && flew && landed; !f.flown {
		return f, nil
	}
	zone := zones[f.destination]
	if zone == nil {
		zone = time.UTC
	}
	f.arrived = nextClock(f.scheduled.Add(eventtime.Duration(f.departureDelay+inAir)*eventtime.Minute), int(clock), zone)
	return f, nil
}

// nextClock returns the first instant at or after from at which the clock on the wall of zone shows hhmm.
func nextClock(from eventtime.Instant, hhmm int, zone *time.Location) eventtime.Instant {
	local := from.Time().In(zone)
	for day := 0; ; day++ {
		t := time.Date(local.Year(), local.Month(), local.Day()+day, hhmm/100, hhmm%100, 0, 0, zone)
		if i, err := eventtime.FromTime(t); err == nil && i >= from {
			return i
		}
	}
}

func number(text string) (float64, bool) {
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil
}

// weatherTable returns the hourly observations.
func weatherTable(t *csvTable) (*value.Batch, error) {
	features := []string{"temp", "dewp", "humid", "wind_speed", "wind_gust", "precip", "pressure", "visib"}
	fields := []value.Field{{Name: "origin", Type: value.Scalar(value.String)}, {Name: "event_timestamp", Type: value.Scalar(value.UnixTimestamp)}}
	for _, n := range features {
		fields = append(fields, value.Field{Name: n, Type: value.Scalar(value.Float64)})
	}
	out := newTable(fields, len(t.rows))
	for i := range t.rows {
		at, err := eventtime.Parse(t.at(i, "time_hour"), nil)
		if err != nil {
			return nil, errs.Wrap(err, errs.InvalidArgument, "weather row %d has no time", i+1).WithID("T0939")
		}
		cells := []value.Value{value.OfString(t.at(i, "origin")), value.OfInstant(at)}
		for _, n := range features {
			cells = append(cells, optional(t.at(i, n)))
		}
		out.append(cells...)
	}
	return out.batch(), nil
}

func optional(text string) value.Value {
	if f, ok := number(text); ok {
		return value.OfFloat64(f)
	}
	return value.Value{}
}

// byArrival returns the flights that arrived, in the order in which that became known.
func (f *flightData) byArrival() []flight {
	out := slices.DeleteFunc(slices.Clone(f.flights), func(x flight) bool { return !x.flown })
	slices.SortStableFunc(out, func(a, b flight) int {
		return cmp.Or(cmp.Compare(a.arrived, b.arrived), cmp.Compare(a.scheduled, b.scheduled))
	})
	return out
}
