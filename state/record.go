package state

import (
	"encoding/json"

	"github.com/truepoint/truepoint/errs"
)

// Decode reads the JSON of a record into out. Its member format is between 1 and known, the greatest that this release
// reads. what says what the record is, for messages. Errors: DataLoss for a record that cannot be read,
// FailedPrecondition for one of a newer format; both name its key.
func Decode(r Record, what string, known int, out any) error {
	var head struct {
		Format int `json:"format"`
	}
	err := json.Unmarshal(r.Value, &head)
	switch {
	case err == nil && head.Format > known:
		return errs.New(errs.FailedPrecondition, "the %s %q has format %d, this release knows up to %d", what, r.Key, head.Format, known).
			WithHint("use the release that wrote it, or a newer one")
	case err == nil && head.Format < 1:
		err = errs.New(errs.DataLoss, "its format %d is none", head.Format)
	case err == nil:
		err = json.Unmarshal(r.Value, out)
	}
	if err != nil {
		return errs.Wrap(err, errs.DataLoss, "the %s %q cannot be read", what, r.Key)
	}
	return nil
}
