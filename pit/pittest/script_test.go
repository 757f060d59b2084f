package pittest_test

import (
	"context"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
)

const scripts = "../../spec/pit"

func TestNaiveAnswersTheScripts(t *testing.T) {
	t.Parallel()
	pittest.Run(t, scripts, func(ctx context.Context, c *pittest.Case) (*pit.Result, error) { return pit.Naive(ctx, c.Plan()) })
}

func TestEvalAnswersTheScripts(t *testing.T) {
	t.Parallel()
	pittest.Run(t, scripts, func(ctx context.Context, c *pittest.Case) (*pit.Result, error) { return pit.Eval(ctx, c.Plan(), nil) })
}

func TestEvalAnswersTheScriptsThatShowCreatedWithoutToo(t *testing.T) {
	t.Parallel()
	pittest.Run(t, scripts, func(ctx context.Context, c *pittest.Case) (*pit.Result, error) {
		want, err := pit.Eval(ctx, c.Plan(), nil)
		if err != nil || !c.Created {
			return nil, pittest.ErrUnsupported
		}
		p := c.Plan()
		p.WantCreated = false
		got, err := pit.Eval(ctx, p, nil)
		if err != nil {
			return nil, err
		}
		for i := range want.Views {
			got.Views[i].Created = want.Views[i].Created
		}
		return got, pittest.SameResults(got, want)
	})
}

func TestMaterializeThenReadAnswersTheScripts(t *testing.T) {
	t.Parallel()
	pittest.Run(t, scripts, func(ctx context.Context, c *pittest.Case) (*pit.Result, error) {
		for _, cells := range c.Want.Cells {
			for _, w := range cells {
				if w.Feature == pittest.ShowRow { // a store does not know where its rows were
					return nil, pittest.ErrUnsupported
				}
			}
		}
		return pittest.MaterializeThenRead(ctx, c, fast)
	})
}

func TestParseNamesTheLineOfAMistake(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"view v":                               "s.txt:1: the first statement must be case NAME",
		"case":                                 "s.txt:1: a case needs a name",
		"case a":                               "asks nothing",
		"case a\nview v ttl=x":                 "s.txt:2",
		"case a\nview v key=k:Nope":            "s.txt:2",
		"case a\nview v colour=red":            `unknown option "colour"`,
		"case a\nrows v":                       `no view "v"`,
		"case a\nview v field=f\nrows v\n g":   `declares no column "g"`,
		"case a\nview v\nrows v\n event\n 1 2": "got 2 cells for 1 columns",
		"case a\nview v\nask\n k":              "need a column at",
		"case a\nask\n at\n @1\n----\n @2":     "must begin with the cells of its entity row",
		"case a\nask\n at\n @1\n----\n @1 7":   "too long",
		"case a\nask\n at\n @1":                "asks 1 rows and expects 0",
		"case a\nnonsense":                     `unknown statement "nonsense"`,
		"case a\nshow colour":                  "show knows",
		"case a\nask\n at\n \"x":               "unfinished string",
	} {
		if _, err := pittest.Parse("s.txt", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error with %q", text, err, want)
		}
	}
}
