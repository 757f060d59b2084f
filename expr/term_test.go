package expr_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/value"
)

// spell writes a term with every class, as Lisp would.
func spell(t *expr.Term) string {
	switch {
	case t.Column != "":
		return t.Column + ":" + t.Class
	case t.Name == "":
		return fmt.Sprintf("%v:%s", t.Literal, t.Class)
	}
	parts := []string{t.Name + ":" + t.Class}
	for _, a := range t.Args {
		parts = append(parts, spell(a))
	}
	return "(" + strings.Join(parts, " ") + ")"
}

func TestTermsSayWhatIsComputed(t *testing.T) {
	t.Parallel()
	scope := expr.Scope{AsOf: true, Columns: []value.Field{
		{Name: "n", Type: value.Scalar(value.Int32)}, {Name: "x", Type: value.Scalar(value.Float64)}, {Name: "s", Type: value.Scalar(value.String)},
		{Name: "list", Type: value.ArrayOf(value.Scalar(value.Int64))},
	}}
	for source, want := range map[string]string{
		"n + 1 > 2 && s != 'a' && x < 3": "(&&:Bool (&&:Bool (>:Bool (+:Int n:Int 1:Int) 2:Int) (!=:Bool s:String a:String)) (<:Bool x:Float 3:Float))",
		"x == n":                         "(==:Bool x:Float (double:Float n:Int))",
		"coalesce(n, x, 0) in [1, 2.5]":  "(in:Bool (coalesce:Float (coalesce:Float (double:Float n:Int) x:Float) 0:Float) 1:Float 2.5:Float)",
		"is_null(list) || is_null(null)": "(||:Bool (is_null:Bool list:) (is_null:Bool <nil>:null))",
		"n > 0 ? s.matches('a.') : true": "(if:Bool (>:Bool n:Int 0:Int) (matches:Bool s:String a.:String) true:Bool)",
		"hours(as_of - as_of) > 1":       "(>:Bool (hours:Float (-:Duration (as_of:UnixTimestamp) (as_of:UnixTimestamp))) 1:Float)",
	} {
		p, err := expr.Compile(source, scope, value.Scalar(value.Bool))
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if got := spell(p.Term()); got != want {
			t.Errorf("%s: got %s, want %s", source, got, want)
		}
	}
}
