package httpserver

import (
	"net/http"
	"time"

	"github.com/truepoint/truepoint/serving"
)

// Count counts an answered request as the routes do.
func (m *Metrics) Count(r *serving.Rendering, took time.Duration) {
	m.request(r.Service, http.StatusOK, took)
	m.cells(r)
}
