package httpserver_test

import (
	"crypto/tls"
	"net/http"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/offline/memoffline"
	"github.com/truepoint/truepoint/server/access"
	"github.com/truepoint/truepoint/server/httpserver"
)

// routesForOthers are the routes that a browser on another site must not reach, with bodies that would succeed.
func routesForOthers() map[string]string {
	return map[string]string{
		online: onlineBody("1"), "/get-online-features": onlineBody("1"),
		"/push": `{"push_source_name":"names_push","df":{"name":["x"],"seen":[1],"event_timestamp":["2026-11-24T00:00:00"]}}`,
	}
}

// A browser asks first whether another site may send JSON. It is told nothing that would allow it, whatever the server lets
// other machines do.
func TestBadInput_70_preflights_of_other_sites_are_not_allowed(t *testing.T) {
	t.Parallel()
	for _, opt := range []*httpserver.Options{nil, {Insecure: true}, {TLS: &tls.Config{}}, {Tokens: new(access.Tokens)}} {
		f := newEmptyFixture(t, definitions(), memoffline.New(), opt)
		for path := range routesForOthers() {
			for _, origin := range []string{"https://evil.example", "null", f.srv.URL + ".evil.example"} {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, f.srv.URL+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Origin", origin)
				r.Header.Set("Access-Control-Request-Method", http.MethodPost)
				r.Header.Set("Access-Control-Request-Headers", "content-type, authorization")
				status, header, body := f.exchange(r)
				if status < 400 {
					t.Errorf("%s from %s: got %d %s, want a refusal", path, origin, status, body)
				}
				for name := range header {
					if strings.HasPrefix(name, "Access-Control-") {
						t.Errorf("%s from %s: the answer has %s: %s", path, origin, name, header.Get(name))
					}
				}
			}
		}
	}
}

// A form, or a script that sends what a form can, needs no preflight.
func TestBadInput_70_forms_of_other_sites_write_nothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t, &httpserver.Options{Insecure: true})
	for path, body := range routesForOthers() {
		for name, headers := range map[string]map[string]string{
			"a form of text":           {"Origin": "https://evil.example", "Content-Type": "text/plain"},
			"a form":                   {"Origin": "https://evil.example", "Content-Type": "application/x-www-form-urlencoded"},
			"a form without an origin": {"Content-Type": "text/plain"},
			"a beacon":                 {"Origin": "null", "Content-Type": "application/json"},
			"a script":                 {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Content-Type": "application/json"},
			"a site beside this one":   {"Sec-Fetch-Site": "same-site", "Content-Type": "application/json"},
		} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.srv.URL+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			for n, v := range headers {
				r.Header.Set(n, v)
			}
			if status, text := f.do(r); status != 403 && status != 415 { // do sees that no store has changed
				t.Errorf("%s sent by %s: got %d %s, want 403 or 415", path, name, status, text)
			}
		}
	}
	for path, body := range routesForOthers() { // so it is the site that was refused
		if status, text := f.post(path, body); status != 200 {
			t.Errorf("%s from no browser: got %d %s", path, status, text)
		}
	}
}
