package httpserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/fault"
	"github.com/truepoint/truepoint/offline/memoffline"
	"github.com/truepoint/truepoint/online/memonline"
)

func TestAStoreThatCannotAnswerMeansWhatRequestOrServiceSay(t *testing.T) {
	t.Parallel()
	set := definitions()
	for _, rule := range []string{"fail", "cells"} {
		set.Services = append(set.Services, &feature.Service{Name: rule, OnError: rule, Features: []feature.Projection{{View: "txn"}}})
	}
	f := newFixtureOn(t, set, &truepoint.Options{Offline: memoffline.New(),
		Online: fault.Online(memonline.New(), fault.New(fault.Rule{Op: "GetBatch", Times: -1}))}, nil)
	for _, c := range []struct {
		path, ask string
		status    int
	}{
		{"/v1/online", `"feature_service":"svc"`, http.StatusOK},
		{"/v1/online", `"features":["txn:cnt"]`, http.StatusOK},
		{"/v1/online", `"feature_service":"fail"`, http.StatusServiceUnavailable},
		{"/v1/online", `"feature_service":"cells"`, http.StatusOK},
		{"/v1/online", `"feature_service":"fail","on_error":"cells"`, http.StatusOK},
		{"/v1/online", `"feature_service":"cells","on_error":"fail"`, http.StatusServiceUnavailable},
		{"/get-online-features", `"feature_service":"svc"`, http.StatusServiceUnavailable},
		{"/get-online-features", `"feature_service":"cells"`, http.StatusServiceUnavailable},
	} {
		status, body := f.post(c.path, `{"entities":{"user_id":[1]},`+c.ask+`}`)
		if status != c.status || (status == http.StatusOK) != strings.Contains(body, "store_unavailable") {
			t.Errorf("%s %s: got %d %s, want %d", c.path, c.ask, status, body, c.status)
		}
	}
}
