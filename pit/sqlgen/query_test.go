package sqlgen_test

import (
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/pit/sqlgen"
)

func TestQueriesThatAreOneSelect(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"SELECT 1":            "SELECT 1",
		"select a from t ;\n": "select a from t",
		"WITH x AS (SELECT 1 AS a) SELECT a FROM x;":                 "WITH x AS (SELECT 1 AS a) SELECT a FROM x",
		"(select 1) union all (select 2)":                            "(select 1) union all (select 2)",
		"select 'a;b', \"c;d\", $$;drop$$, E'\\';' from t -- ; copy": "select 'a;b', \"c;d\", $$;drop$$, E'\\';' from t -- ; copy",
		"/* ; */ select \"update\", t.delete from t":                 "/* ; */ select \"update\", t.delete from t",
		"select replace(a, 'x', 'y'), $1 from t":                     "select replace(a, 'x', 'y'), $1 from t",
		"select a from t where b in (1, 2); -- the end":              "select a from t where b in (1, 2) -- the end",
	} {
		if got, err := sqlgen.CheckQuery(in); err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestBadInput_43_queries_that_are_more_than_one_select(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", " ; ", "-- nothing", "select 1; select 2", "select 1;; ", "drop table t", "copy t to '/tmp/x'", "attach 'x'", "pragma database_list",
		"select 1 /* */; copy t to '/tmp/x'", "select 1 -- \n; delete from t", "select 1 /* /* */ ; delete from t */", "select 1 /*",
		"with x as (delete from t returning *) select * from x", "with x as (select 1) insert into t select * from x",
		"with x as /* c */ ( /* c */ update t set a = 1 returning *) select * from x", "select * into u from t",
		"select 1) as q; drop table t; select * from (select 1", "select 1) union (select 2", "select (1", "select 'a", "select \"a", "select $x$ a $y$",
		"select 'a\\'; drop table t; --'", "select U&'d\\0061t'", "select 1 --\r; drop table t", "select '\x00'", "select '\xff'",
		"select read_text('/etc/passwd')", "select * from read_csv ('/etc/passwd')", "select * from \"read_text\"('/etc/passwd')",
		"select * from '/etc/passwd'", "select pg_read_file('x')", "select pg_sleep(100)", "select * from dblink('x', 'y') as t(a int)", "values (1)",
		"explain analyze delete from t", "select 1 from (select 1;) x",
	} {
		got, err := sqlgen.CheckQuery(in)
		if errs.CodeOf(err) != errs.InvalidArgument || !strings.Contains(err.(*errs.Error).Hint, "one SELECT") {
			t.Errorf("%q: got %q, %v, want a refusal that says one SELECT", in, got, err)
		}
	}
}

// FuzzQuery shows that what passes is text that still passes, and that no text breaks the gate.
func FuzzQuery(f *testing.F) {
	f.Add("select 1 -- x")
	f.Add("with a as (select $$;$$) select * from a;")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := sqlgen.CheckQuery(in)
		if err != nil {
			return
		}
		if again, err := sqlgen.CheckQuery(got); err != nil || again != got {
			t.Errorf("%q became %q, then %q, %v", in, got, again, err)
		}
		if _, err := sqlgen.CheckQuery(got + "\n; delete from t"); err == nil {
			t.Errorf("%q hides what follows it", in)
		}
	})
}

func TestFunctionsThatAreGivenAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"SELECT * FROM spill()", `SELECT * FROM "SPILL" ()`, "SELECT main.Spill /* x */ (1)", `SELECT "READ_TEXT"('x')`} {
		if _, err := sqlgen.CheckQuery(text, "spill"); errs.CodeOf(err) != errs.InvalidArgument {
			t.Errorf("%s: got %v", text, err)
		}
	}
	if _, err := sqlgen.CheckQuery("SELECT spill, spilled(1) FROM spill AS spill", "spill"); err != nil {
		t.Errorf("columns, tables and other functions: %v", err)
	}
}
