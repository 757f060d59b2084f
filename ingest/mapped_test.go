package ingest_test

import (
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
)

func TestPushedColumnsMayHaveTheNamesOfTheSourceOrOfItsViews(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		columns map[string]string
		want    string
		code    errs.Code
	}{
		"the view's":   {map[string]string{"f": `[7]`}, "7", errs.OK},
		"the source's": {map[string]string{"x": `[7]`}, "7", errs.OK},
		"both":         {map[string]string{"x": `[7]`, "f": `[8]`}, "", errs.InvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := rig(t, func(s *feature.Set) { s.Sources[0].FieldMapping = map[string]string{"x": "f"} })
			c.columns["k"], c.columns["g"], c.columns["event"] = `["a"]`, `[1]`, `["2026-03-12T11:00:00"]`
			_, err := r.Store.Push(t.Context(), &truepoint.PushRequest{Source: "p", To: "online", Rows: rows(c.columns)})
			if errs.CodeOf(err) != c.code {
				t.Fatalf("got %v, want code %v", err, c.code)
			}
			if err == nil && read(t, r, "v:f", "a") != c.want {
				t.Errorf("read %s, want %s", read(t, r, "v:f", "a"), c.want)
			}
		})
	}
}
