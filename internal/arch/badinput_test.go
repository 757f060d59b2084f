package arch_test

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// badInputs are the rows of the list of bad inputs that this release answers, as ranges. Each has a test called
// TestBadInput_NN_fact in the package that gives the answer; one test may carry several numbers.
var badInputs = [][2]int{{1, 67}, {70, 92}, {97, 104}}

// badInputsLater are rows that no surface of this release reaches, and the release that brings it.
var badInputsLater = map[int]string{}

var (
	badInputTest = regexp.MustCompile(`^TestBadInput_((?:[0-9]{2,3}_)+)[A-Za-z]`)
	// numbered looks like a test of a row but would not be counted.
	numbered = regexp.MustCompile(`(?i)^Test_?Bad_?Inputs?_?[0-9]`)
)

func TestEveryBadInputHasATest(t *testing.T) {
	t.Parallel()
	tests := map[int][]string{}
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !s.test || f.Recv != nil || !numbered.MatchString(f.Name.Name) {
				continue
			}
			m := badInputTest.FindStringSubmatch(f.Name.Name)
			if m == nil {
				t.Errorf("%s: %s is not of the form TestBadInput_NN_fact", s.path, f.Name.Name)
				continue
			}
			for _, n := range strings.Split(strings.Trim(m[1], "_"), "_") {
				row, err := strconv.Atoi(n)
				if err != nil || row < 1 || row > 106 {
					t.Errorf("%s: %s: there is no row %s", s.path, f.Name.Name, n)
				}
				tests[row] = append(tests[row], s.path)
			}
		}
	}
	for _, r := range badInputs {
		for row := r[0]; row <= r[1]; row++ {
			why, later := badInputsLater[row]
			switch found := tests[row]; {
			case later && len(found) > 0:
				t.Errorf("row %d has a test (%s): remove its exception (%s)", row, found[0], why)
			case !later && len(found) == 0:
				t.Errorf("row %d of the bad inputs has no test TestBadInput_%02d_fact", row, row)
			}
		}
	}
}

// dataless are the packages whose bad inputs are texts, values or bytes: no test of theirs has data that could change.
var dataless = map[string]bool{
	"value": true, "value/arrowvalue": true, "value/jsonvalue": true, "eventtime": true, "feature": true,
	"internal/screen": true, "internal/strictyaml": true, "tablefile": true, "pit/sqlgen": true, "online/redisonline": true,
}

// TestBadInputsLeaveDataAlone asks every package that refuses a bad input and has data for tests which compare the data
// before and after. It sees that the package's tests use datatest, not that each of them does.
func TestBadInputsLeaveDataAlone(t *testing.T) {
	t.Parallel()
	refuses, compares := map[string]string{}, map[string]bool{}
	for _, s := range sources(t) {
		if !s.test {
			continue
		}
		if slices.Contains(s.imports, module+"/internal/datatest") {
			compares[s.pkg] = true
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && badInputTest.MatchString(f.Name.Name) {
				refuses[s.pkg] = s.path
			}
		}
	}
	for pkg, path := range refuses {
		if !compares[pkg] && !dataless[pkg] {
			t.Errorf("%s tests bad inputs, and no test of %s shows with internal/datatest that they change no data; a package without data is a line of dataless", path, pkg)
		}
	}
	for pkg := range dataless {
		if refuses[pkg] == "" || compares[pkg] {
			t.Errorf("%s is listed as a package without data: remove it", pkg)
		}
	}
}

// TestEveryFuzzTargetHasACorpus asks for inputs that are committed beside each target: a run starts where others ended.
func TestEveryFuzzTargetHasACorpus(t *testing.T) {
	t.Parallel()
	base, targets := root(t), 0
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !s.test || !strings.HasPrefix(f.Name.Name, "Fuzz") {
				continue
			}
			targets++
			dir := filepath.Join(base, filepath.FromSlash(s.pkg), "testdata", "fuzz", f.Name.Name)
			if found, err := os.ReadDir(dir); err != nil || len(found) == 0 {
				t.Errorf("%s: %s has no corpus in testdata/fuzz: run make fuzz and commit some of what it finds", s.path, f.Name.Name)
			}
		}
	}
	if targets < 15 {
		t.Errorf("only %d fuzz targets found: the walk is broken", targets)
	}
}
