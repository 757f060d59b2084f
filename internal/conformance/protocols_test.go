package conformance_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/feast/types"
	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/protovalue"
)

// An answer is what both routes answer for one column, as far as they have it.
type answer struct {
	Values    []json.RawMessage `json:"values"`
	Statuses  []string          `json:"statuses"`
	Events    []*string         `json:"event_timestamps"`
	Reasons   []*string         `json:"reasons"`
	NonFinite map[string]string `json:"non_finite"`
}

func (a *asking) results(path, body string) (string, []answer) {
	a.Helper()
	status, text := a.post(path, body)
	var out struct{ Results []answer }
	if err := json.Unmarshal([]byte(text), &out); err != nil || status != 200 {
		a.Fatalf("%s: %d %.500s (%v)", path, status, text, err)
	}
	return text, out.Results
}

// moment sets the clock and returns the number of the moment that a read without an asOf is for: a row that is less than
// max_skew ahead of the clock takes it along.
func (a *asking) moment() int {
	a.clock.Set(a.asOf())
	return max(a.at, 1)
}

// feastHTTP reads by POST /get-online-features, which has no asOf: the clock stands at the moment.
func (a *asking) feastHTTP() string {
	at := a.moment()
	text, got := a.results("/get-online-features", a.body(""))
	got = got[1:] // the key
	for i := range a.all {
		for n, r := range a.rows {
			w, status := a.want(r, &a.all[i], at)
			event := "1970-01-01T00:00:00Z"
			if e := a.event(r, at); e != eventtime.None {
				event = e.String()
			}
			a.same("Feast's route", i, r, string(got[i].Values[n])+" "+got[i].Statuses[n]+" "+*got[i].Events[n], w.feast+" "+status.String()+" "+event)
		}
	}
	return text
}

// ownHTTP reads by POST /v1/online.
func (a *asking) ownHTTP() string {
	text, got := a.results("/v1/online", a.body(`,"as_of":"`+a.asOf().String()+`"`))
	for i := range a.all {
		for n, r := range a.rows {
			w, status := a.want(r, &a.all[i], a.at)
			parts := []string{string(got[i].Values[n]), got[i].Statuses[n], said(got[i].Events, n), said(got[i].Reasons, n), got[i].NonFinite[fmt.Sprint(n)]}
			event, reason := "-", "-"
			if e := a.event(r, a.at); e != eventtime.None {
				event = e.String()
			}
			if status == value.Error {
				reason = "as_of_not_kept"
			}
			a.same("our route", i, r, strings.Join(parts, " "), strings.Join([]string{w.own, status.String(), event, reason, w.word}, " "))
		}
	}
	return text
}

// said returns item n of a list that may lack, or be null there.
func said(list []*string, n int) string {
	if list == nil || list[n] == nil {
		return "-"
	}
	return *list[n]
}

// same compares a cell with what it must be.
func (a *asking) same(how string, column int, r row, got, want string) {
	a.Helper()
	if got != want {
		a.Errorf("%s, %s at %d µs, a row %s (value %d), %s:\n got %s\nwant %s", how, a.view, moments[a.at], r.name, r.n, a.all[column].typ, got, want)
	}
}

// feastGRPC reads by Feast's service, which has no asOf. Its timestamps are whole seconds.
func (a *asking) feastGRPC() string {
	at := a.moment()
	keys := &typespb.RepeatedValue{}
	for _, k := range a.keys() {
		keys.Val = append(keys.Val, &typespb.Value{Val: &typespb.Value_Int64Val{Int64Val: k}})
	}
	m, err := a.feast.GetOnlineFeatures(a.Context(), &servingpb.GetOnlineFeaturesRequest{
		Kind:     &servingpb.GetOnlineFeaturesRequest_Features{Features: &servingpb.FeatureList{Val: a.features()}},
		Entities: map[string]*typespb.RepeatedValue{"k": keys},
	})
	a.must(err)
	for i, f := range fields(a.all) {
		got := m.GetResults()[i+1]
		for n, r := range a.rows {
			w, status := a.want(r, &a.all[i], at)
			v, err := protovalue.FromFeast(got.GetValues()[n], f.Type)
			a.must(err)
			if v.Kind() == value.UnixTimestamp {
				w.value = value.OfInstant(eventtime.Floor(w.value.Instant(), eventtime.Second))
			}
			event, e := got.GetEventTimestamps()[n], max(a.event(r, at), 0)
			micros := event.GetSeconds()*1e6 + int64(event.GetNanos())/1000
			a.identical("Feast's service", i, r, v, w.value)
			a.same("Feast's service", i, r, fmt.Sprint(got.GetStatuses()[n], micros), fmt.Sprint(servingpb.FieldStatus(status), int64(e)))
		}
	}
	return a.text(m)
}

// ownGRPC reads by our service.
func (a *asking) ownGRPC() string {
	micros := int64(a.asOf())
	m, err := a.own.GetOnline(a.Context(), &truepointv1.GetOnlineRequest{
		Features: a.features(), AsOfMicros: &micros,
		Entities: []*truepointv1.Column{{Name: "k", Values: &truepointv1.Values{Kind: truepointv1.Kind_KIND_INT64, Longs: a.keys()}}},
	})
	a.must(err)
	for i := range a.all {
		got := m.GetFeatures()[i]
		values, err := protovalue.FromColumn(got.GetValues())
		a.must(err)
		events := m.GetEventTimes()[got.GetEventTimes()].GetMicros()
		for n, r := range a.rows {
			w, status := a.want(r, &a.all[i], a.at)
			event := int64(math.MinInt64)
			if e := a.event(r, a.at); e != eventtime.None {
				event = int64(e)
			}
			a.identical("our service", i, r, values.At(n), w.value)
			a.same("our service", i, r, fmt.Sprint(got.GetStatuses()[n], events[n]), fmt.Sprint(truepointv1.Status(status), event))
		}
	}
	return a.text(m)
}

// identical compares two values bit by bit.
func (a *asking) identical(how string, column int, r row, got, want value.Value) {
	a.Helper()
	if !got.Identical(want) {
		a.same(how, column, r, fmt.Sprintf("%#v", got), fmt.Sprintf("%#v", want))
	}
}
