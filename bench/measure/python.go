package measure

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// The packages of the other sides, for Python. Polars stands beside Feast because it makes and compares data there.
var (
	DuckDB = []string{"duckdb", "polars"}
	Feast  = []string{"feast[redis,duckdb]==0.67.*", "polars"}
)

// Python returns a Python that can import packages: python itself, or that of a virtual environment in the folder venv, into
// which pip installs them if it does not have them yet.
func Python(ctx context.Context, python, venv string, packages []string) (string, error) {
	var modules []string
	for _, p := range packages {
		end := strings.IndexAny(p+"=", "[=")
		modules = append(modules, p[:end])
	}
	venv, err := filepath.Abs(venv)
	if err != nil {
		return "", err
	}
	inside := filepath.Join(venv, "bin", "python")
	for _, p := range []string{python, inside} {
		if exec.CommandContext(ctx, p, "-c", "import "+strings.Join(modules, ", ")).Run() == nil {
			return p, nil
		}
	}
	for _, args := range [][]string{{python, "-m", "venv", venv}, append([]string{inside, "-m", "pip", "install", "--quiet"}, packages...)} {
		if out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%v: %w: %s", args, err, out)
		}
	}
	return inside, nil
}
