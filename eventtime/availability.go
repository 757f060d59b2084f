package eventtime

import (
	"bytes"
	"encoding/json"

	"github.com/truepoint/truepoint/errs"
)

// MarshalJSON returns the form of definitions: "event_time", "created_time" or {"delay": "10m"}.
func (a Availability) MarshalJSON() ([]byte, error) {
	switch a.Rule {
	case ByCreatedTime:
		return []byte(`"created_time"`), nil
	case ByDelay:
		return json.Marshal(delayed{a.Delay})
	}
	return []byte(`"event_time"`), nil
}

type delayed struct {
	Delay Duration `json:"delay"`
}

// UnmarshalJSON reads what MarshalJSON writes. Errors: InvalidArgument for anything else.
func (a *Availability) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case `"event_time"`:
		*a = Availability{}
		return nil
	case `"created_time"`:
		*a = Availability{Rule: ByCreatedTime}
		return nil
	}
	var form struct {
		Delay *Duration `json:"delay"`
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&form); err != nil || form.Delay == nil {
		return errs.New(errs.InvalidArgument, "availability %.40s is none of event_time, created_time, {delay: D}", b)
	}
	*a = Availability{Rule: ByDelay, Delay: *form.Delay}
	return nil
}
