package pittest_test

import (
	"context"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
)

const windowScripts = "../../spec/window"

func TestNaiveAnswersTheWindowScripts(t *testing.T) {
	t.Parallel()
	pittest.Run(t, windowScripts, func(ctx context.Context, c *pittest.Case) (*pit.Result, error) { return pit.Naive(ctx, c.Plan()) })
}

func TestEvalAnswersTheWindowScripts(t *testing.T) {
	t.Parallel()
	pittest.Run(t, windowScripts, func(ctx context.Context, c *pittest.Case) (*pit.Result, error) { return pit.Eval(ctx, c.Plan(), nil) })
}

func TestParseNamesTheLineOfAMistakeInWindows(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"case a\nview v refresh=1m":                               `unknown option "refresh" of a view`,
		"case a\nwindows w colour=red":                            `unknown option "colour" of windows`,
		"case a\nwindows w delay=x":                               "s.txt:2",
		"case a\nfeature w n count":                               `there are no windows "w"`,
		"case a\nview w\nfeature w n count":                       `there are no windows "w"`,
		"case a\nwindows w\nfeature w n":                          "feature needs a view, a name and a function",
		"case a\nwindows w\nfeature w n nonsense":                 `there is no function "nonsense"`,
		"case a\nwindows w\nfeature w n count colour=red":         `unknown option "colour" of a feature`,
		"case a\nwindows w column=x\nfeature w n sum":             "sum needs a column",
		"case a\nwindows w\nfeature w n count where=nonsense":     "s.txt:3",
		"case a\nwindows w of=v\nfeature w n sum of=x":            `view "w" is of an unknown view "v"`,
		"case a\nwindows w column=x:String\nfeature w n sum of=x": "sum does not take a column of type String",
	} {
		if _, err := pittest.Parse("s.txt", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error with %q", text, err, want)
		}
	}
}
