package sqlgen

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/truepoint/truepoint/errs"
)

// CheckQuery returns a user's query in the form in which it can stand as a subquery: without a semicolon at its end. It
// accepts exactly one SELECT, with WITH before it or not, and errs on the side of refusal. It is the first of two
// guards: engines run the query in a transaction that cannot write.
//
// Errors: InvalidArgument for a second statement, for anything but a SELECT, for a part that writes (WITH … AS (DELETE …),
// SELECT INTO), for functions that reach files or other servers and those whose names, in small letters, are given, and for
// strings, comments or parentheses that do not close.
func CheckQuery(text string, without ...string) (string, error) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return "", refused("it is not text")
	}
	if strings.ContainsRune(strings.ReplaceAll(text, "\r\n", "\n"), '\r') {
		return "", refused("a carriage return stands alone, which engines read differently")
	}
	l := &lexer{text: text}
	g := &gate{without: without}
	for {
		t, err := l.next()
		if err != nil {
			return "", err
		}
		if t.kind == endToken {
			break
		}
		if err := g.take(t); err != nil {
			return "", err
		}
	}
	if err := g.finish(); err != nil {
		return "", err
	}
	if g.semicolon >= 0 {
		text = text[:g.semicolon] + text[g.semicolon+1:]
	}
	return strings.TrimSpace(text), nil
}

func refused(why string) *errs.Error {
	return errs.New(errs.InvalidArgument, "the query is refused: %s", why).WithID("T0554").
		WithHint("write exactly one SELECT that reads")
}

// A gate judges the tokens of a query in order.
type gate struct {
	before    token // the last token
	depth     int
	any       bool
	semicolon int // the place of the one at the end
	ended     bool
	without   []string // functions that it may not call
}

// starts are the words with which a query may begin.
var starts = []string{"select", "with", "("}

// commands are the words that change or reach something when a statement or a part of WITH begins with them.
var commands = []string{
	"insert", "update", "delete", "merge", "truncate", "copy", "call", "execute", "exec", "do", "create", "alter", "drop", "attach", "detach",
	"install", "load", "pragma", "set", "reset", "grant", "revoke", "lock", "listen", "notify", "vacuum", "analyze", "explain", "begin",
	"commit", "rollback", "prepare", "declare", "export", "import", "use", "checkpoint", "summarize", "describe", "show", "refresh", "replace",
}

// outsiders are functions that reach files, other servers or settings; a name with a star stands for all that begin so.
var outsiders = []string{
	"read_*", "write_*", "glob", "sniff_csv", "parquet_*", "duckdb_*", "pragma_*", "getvariable", "getenv", "sqlite_*", "postgres_*", "mysql_*", "iceberg_*", "delta_*",
	"query", "query_table", "pg_read_*", "pg_ls_*", "pg_stat_file", "pg_sleep*", "pg_terminate_*", "pg_cancel_*", "pg_advisory_*", "pg_reload_conf",
	"pg_rotate_*", "pg_switch_*", "lo_*", "dblink*", "set_config", "nextval", "setval", "query_to_xml*", "cursor_to_xml*", "table_to_xml*",
	"schema_to_xml*", "database_to_xml*", "external_query", "json_execute_*", "sleep_ms",
}

func (g *gate) take(t token) error {
	if g.ended {
		return refused("a second statement follows the first")
	}
	last := g.before
	g.before = t
	switch {
	case t.text == ";":
		if g.depth > 0 {
			return refused("a semicolon stands within parentheses")
		}
		g.ended, g.semicolon = true, t.at
		return nil
	case !g.any:
		g.any, g.semicolon = true, -1
		if !slices.Contains(starts, t.text) {
			return refused("it does not begin with SELECT")
		}
	case t.kind == wordToken && (last.text == "(" || last.text == ")") && slices.Contains(commands, t.text):
		return refused("it holds the command " + strings.ToUpper(t.text))
	case t.kind == wordToken && t.text == "into":
		return refused("SELECT INTO writes")
	case t.text == "(" && (last.kind == wordToken || last.kind == nameToken) && g.outsider(last.text):
		return refused("the function " + last.text + " reaches beyond the tables")
	case t.kind == stringToken && (last.text == "from" || last.text == "join"):
		return refused("a file stands where a table should")
	}
	return g.nest(t)
}

func (g *gate) nest(t token) error {
	switch t.text {
	case "(":
		g.depth++
	case ")":
		if g.depth--; g.depth < 0 {
			return refused("a parenthesis closes that was not opened")
		}
	}
	return nil
}

func (g *gate) finish() error {
	switch {
	case !g.any || g.ended && g.semicolon < 0:
		return refused("it is empty")
	case g.depth > 0:
		return refused("a parenthesis does not close")
	}
	return nil
}

func (g *gate) outsider(name string) bool {
	name = strings.ToLower(name) // DuckDB looks for names between quotes so
	if slices.Contains(g.without, name) {
		return true
	}
	for _, o := range outsiders {
		prefix, open := strings.CutSuffix(o, "*")
		if name == o || open && strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
