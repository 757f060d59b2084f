package httpserver

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/truepoint/truepoint/errs"
)

// feastClass names Feast's exception for our error identifiers. Feast's client raises the class that the server names.
func feastClass(id string) string {
	switch id {
	case "T0011":
		return "FeatureViewNotFoundException"
	case "T0012":
		return "FeastObjectNotFoundException"
	case "T0013":
		return "FeatureServiceNotFoundException"
	case "T0110":
		return "DataSourceObjectNotFoundException"
	}
	return ""
}

// feastDetail is one fault of a body in the words of Feast's framework.
type feastDetail struct {
	Type string   `json:"type"`
	Loc  []string `json:"loc"`
	Msg  string   `json:"msg"`
}

// writeFeast answers in Feast's form and returns the status, which for bodies of the wrong shape is 422.
func writeFeast(w http.ResponseWriter, status int, err error) int {
	w.Header().Set("Content-Type", "application/json")
	var shape *shapeError
	if errors.As(err, &shape) {
		details := []feastDetail{}
		for _, f := range shape.faults {
			details = append(details, feastDetail{f.kind, append([]string{"body"}, f.path...), f.text})
		}
		w.WriteHeader(http.StatusUnprocessableEntity)
		writeJSON(w, map[string]any{"detail": details})
		return http.StatusUnprocessableEntity
	}
	all := errs.Tell(err)
	class := feastClass(all[0].ID)
	var source *pushSourceError
	if errors.As(err, &source) {
		class, status = "PushSourceNotFoundException", http.StatusUnprocessableEntity
	}
	w.WriteHeader(status)
	switch {
	case class != "":
		inner, merr := json.Marshal(map[string]string{"module": "feast.errors", "class": class, "message": all.String()})
		if merr != nil {
			inner = []byte(`{}`)
		}
		writeJSON(w, string(inner))
	case status == http.StatusNotFound && all[0].ID == "" || status == http.StatusMethodNotAllowed:
		writeJSON(w, map[string]string{"detail": all[0].Message})
	default:
		writeJSON(w, all.String())
	}
	return status
}

// A pushSourceError is a push to a source that does not exist: Feast answers 422.
type pushSourceError struct{ error }

// Unwrap returns the coded error.
func (e *pushSourceError) Unwrap() error { return e.error }
