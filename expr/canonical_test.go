package expr_test

import (
	"math/rand/v2"
	"testing"

	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/value"
)

func TestSpellingsOfOneMeaningHaveOneText(t *testing.T) {
	t.Parallel()
	for want, sources := range map[string][]string{
		"a + amount * 2":                 {"a+amount*2", "(a)+((amount)*(2))", " a +\n\tamount * 0x2 "},
		"(a + amount) * 2":               {"(a+amount)*2", "((a + amount)) * 2"},
		"a - (a - 1)":                    {"a-(a-1)"},
		"a - a - 1":                      {"(a-a)-1"},
		"a // 2 / 3":                     {"a//2/3", "(a // 2) / 3"},
		"a // (2 / 3)":                   {"a//(2/3)"},
		"ok && ok && a > 1":              {"ok && (ok && a > 1)", "(ok&&ok)&&a>1"},
		"ok || ok && a > 1":              {"ok || (ok && a > 1)"},
		"(ok || ok) && a > 1":            {"(ok || ok) && (a > 1)"},
		`if(ok, "x", name)`:              {"ok ? 'x' : name", `if (ok, "x", name)`, "if(ok,r'x',name)", `ok ? """x""" : name`, `ok ? "\u0078" : name`},
		`starts_with(name, "a\n")`:       {"name.startsWith('a\\n')", `starts_with(name, "a\u000a")`},
		"length(name)":                   {"size(name)", "name.size()", "length( name )"},
		"double(a)":                      {"float(a)", "a.double()"},
		"amount * 1.5":                   {"amount*1.50", "amount * 15e-1"},
		"amount + 1.0":                   {"amount + 1.0", "amount + 1e0"},
		"amount + 1":                     {"amount + 1"},
		"amount - -1":                    {"amount--1", "amount - (-(1))"},
		"-(-a)":                          {"-(-a)", "-(-(a))"},
		"-amount":                        {"-amount", "-(amount)"},
		"!(a == 1)":                      {"!(a==1)", "!((a) == 1)"},
		"(a in [1, 2]) == ok":            nil,
		"a in [1, 2] == ok":              {"(a in [1,2]) == ok"},
		"(a < 1) == ok":                  nil,
		"a < 1 == ok":                    {"(a < 1) == ok"},
		"`two words` + `package`":        {"`two words`+`package`"},
		"view.x":                         {"`view.x`", "view . x", "(view.x)"},
		"coalesce(a, small, 0)":          {"a.coalesce(small, 0)"},
		"seconds(as_of - at)":            {"(as_of-at).seconds()"},
		"-9223372036854775808 + a":       {"-9223372036854775808+a"},
		"null == a":                      {"null==a"},
		`amount > 1e+100 || name == "'"`: {`amount>1e100||name=="'"`},
	} {
		for _, source := range sources {
			p, err := expr.Compile(source, expr.Scope{Columns: fields, AsOf: true}, value.Type{})
			if err != nil || p.String() != want {
				t.Errorf("%s: got %v, %v, want %s", source, p, err, want)
			}
		}
	}
}

func TestTheCanonicalTextReadsBackAsItself(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	g := newGenerator(seed)
	for range 2000 {
		source := g.source(g.term(classes[g.IntN(len(classes)-1)], 4))
		p, err := expr.Compile(source, expr.Scope{Columns: g.columns}, value.Type{})
		if err != nil {
			t.Fatalf("seed %d: %s: %v", seed, source, err)
		}
		again, err := expr.Compile(p.String(), expr.Scope{Columns: g.columns}, value.Type{})
		if err != nil || again.String() != p.String() || !again.Type().Equal(p.Type()) {
			t.Fatalf("seed %d: %s\nis %s\nand %v, %v", seed, source, p, again, err)
		}
	}
}
