package eventtime_test

import (
	"encoding/json"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
)

func TestAvailabilityIsWrittenAsInDefinitions(t *testing.T) {
	t.Parallel()
	for text, a := range map[string]eventtime.Availability{
		`"event_time"`:    {},
		`"created_time"`:  {Rule: eventtime.ByCreatedTime},
		`{"delay":"10m"}`: {Rule: eventtime.ByDelay, Delay: 10 * eventtime.Minute},
		`{"delay":"0"}`:   {Rule: eventtime.ByDelay},
	} {
		got, err := json.Marshal(a)
		if err != nil || string(got) != text {
			t.Errorf("%+v: got %s, %v, want %s", a, got, err, text)
		}
		var back eventtime.Availability
		if err := json.Unmarshal([]byte(text), &back); err != nil || back != a {
			t.Errorf("%s: got %+v, %v, want %+v", text, back, err, a)
		}
	}
	for _, text := range []string{`"later"`, `{}`, `{"delay":null}`, `{"delay":"10m","x":1}`, `{"delay":10}`, `7`, `null`} {
		if err := new(eventtime.Availability).UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%s was accepted", text)
		}
	}
}
