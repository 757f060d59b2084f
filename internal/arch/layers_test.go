package arch_test

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// Layers, lowest first. A package imports its own rank only where the table of exceptions says so.
const (
	vocabulary = iota // errs, eventtime, value
	functions         // agg, expr: of values, without definitions
	domain            // feature
	meaning           // pit
	port              // registry, state, offline, online, sink
	driver            // leaves below the ports
	engine            // apply, materialize, …: ports and meaning, never drivers
	facade            // the root package
	edge              // config, definitions, drivers, servers, command line
)

var ranks = map[string]int{
	"errs": vocabulary, "eventtime": vocabulary, "value": vocabulary,
	"value/arrowvalue": vocabulary, "value/jsonvalue": vocabulary, "value/sqlvalue": vocabulary, "value/protovalue": vocabulary,
	"agg": functions, "expr": functions,
	"feature": domain, "pit": meaning, "pit/sqlgen": meaning, "derive": meaning, "tablefile": meaning, "tablefile/flatpage": vocabulary, // tablefile reads files, with the libraries that takes
	"registry": port, "state": port, "offline": port, "online": port, "sink": port,
	"apply": engine, "materialize": engine, "serving": engine, "ingest": engine, "historical": engine, "history": engine, "runs": engine, "explain": engine, "dataset": engine, "checkup": engine, "collect": engine, "erasure": engine,
	"input": engine, "sink/onlinesink": engine, // the one way into stores: engines build on it
	"internal/objectstore": vocabulary, // buckets, which several drivers use; it knows errs alone
	"internal/blockcache":  vocabulary, // memory outside Go's heap; the standard library and the system's calls alone
	"internal/backoff":     vocabulary, // waits before repetitions; the standard library alone
	"internal/together":    vocabulary, // does work of many callers in one go; the standard library alone
	"internal/socket":      vocabulary, // system calls of connections; the standard library alone
	"internal/parallel":    vocabulary, // spreads work over processors; the standard library alone
	"internal/postgresdb":  vocabulary, // how drivers reach PostgreSQL; it knows errs alone
	"internal/spillfile":   port,       // temporary files of the engines; it knows pit and tablefile
	"internal/sqlitefile":  vocabulary, // the file that the registry and state drivers share; it knows errs alone
	".":                    facade, "config": edge, "definitions": edge, "drivers": edge,
}

// ports are the packages below which drivers live.
var ports = []string{"registry", "state", "offline", "online", "sink"}

// pure packages use the standard library and their own layer downwards, nothing else.
var pure = map[string]bool{"errs": true, "eventtime": true, "value": true, "agg": true, "expr": true, "feature": true, "pit": true, "pit/sqlgen": true, "derive": true}

// parsers are the foreign packages that one pure package may use: expr reads CEL's syntax, and nothing more of CEL.
var parsers = map[string][]string{"expr": {"cel.dev/cel-go/common", "cel.dev/cel-go/common/ast", "cel.dev/cel-go/parser"}}

// rank returns the layer of a package, or −1 for one that may be imported by tests and edges only.
func rank(pkg string) int {
	if r, ok := ranks[pkg]; ok {
		return r
	}
	top, _, nested := strings.Cut(pkg, "/")
	if nested {
		for _, p := range ports {
			if top == p {
				return driver
			}
		}
		if testOnly(pkg) {
			return -1
		}
	}
	switch top {
	case "api": // generated messages, which know nothing of ours
		return vocabulary
	case "server", "cmd", "internal", "examples", "bench", "drivers", "python":
		return edge
	}
	return -1
}

// testOnly reports whether a package exists for tests: conformance suites and generators.
func testOnly(pkg string) bool { return strings.HasSuffix(path.Base(pkg), "test") }

func TestEveryPackageHasALayer(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if !testOnly(s.pkg) && rank(s.pkg) < 0 {
			t.Errorf("%s: package %s stands in no layer; add it to the table in layers_test.go and to ARCHITECTURE.md", s.path, s.pkg)
		}
	}
}

func TestImportsGoDownwards(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test || testOnly(s.pkg) {
			continue
		}
		for _, i := range s.imports {
			to, ours := strings.CutPrefix(i, module)
			if !ours {
				continue
			}
			if to = strings.TrimPrefix(to, "/"); to == "" {
				to = "."
			}
			if !allowed(s.pkg, to) {
				t.Errorf("%s: %s must not import %s", s.path, s.pkg, to)
			}
		}
	}
}

// allowed reports whether package from may import package to.
func allowed(from, to string) bool {
	rf, rt := rank(from), rank(to)
	switch {
	case testOnly(to), rt < 0:
		return false
	case rf == edge:
		return true
	case rf == vocabulary:
		return rt == vocabulary
	case rf == driver && rt == driver:
		return false
	case rf == engine && rt == driver, rf == facade && rt == driver:
		return false
	case rf == driver && rt == port:
		return strings.HasPrefix(from, to+"/") || strings.HasPrefix(from, "sink/")
	case rf == engine && rt == engine:
		return true
	case rf == meaning && rt == meaning: // a rendering of the meaning knows what it renders
		return strings.HasPrefix(from, to+"/")
	case rf == port && rt == port:
		return false
	}
	return rt < rf
}

func TestLowLayersUseTheStandardLibraryOnly(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test || !pure[s.pkg] {
			continue
		}
		for _, i := range s.imports {
			first, _, _ := strings.Cut(i, "/")
			if strings.Contains(first, ".") && !strings.HasPrefix(i, module) && !slices.Contains(parsers[s.pkg], i) {
				t.Errorf("%s imports %s: %s holds meaning and uses the standard library only", s.path, i, s.pkg)
			}
		}
	}
}

// forbidden imports, with the reason that a failing build prints.
var forbidden = map[string]string{
	"gopkg.in/yaml.v3":            "it silently truncates 1.5 to 1; use goccy/go-yaml",
	"github.com/mattn/go-sqlite3": "it needs cgo; use modernc.org/sqlite",
	"encoding/gob":                "its bytes are not specified; formats that are kept have a layout of their own",
	"math/rand":                   "use math/rand/v2 with a seed that is printed",
	"log":                         "use log/slog at the edges",
	"io/ioutil":                   "use os and io",
}

func TestNoForbiddenImports(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, i := range s.imports {
			if why, bad := forbidden[i]; bad {
				t.Errorf("%s imports %s: %s", s.path, i, why)
			}
			if i == "testing" && !s.test && !testOnly(s.pkg) && !strings.HasPrefix(s.pkg, "internal/leaktest") {
				t.Errorf("%s imports testing outside tests and suites", s.path)
			}
		}
	}
}
