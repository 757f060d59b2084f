package measure

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
)

// PythonWithDuckDB returns a Python that can import duckdb: python itself, or that of a virtual environment in the folder
// venv, into which pip installs the module if it is not there yet.
func PythonWithDuckDB(ctx context.Context, python, venv string) (string, error) {
	own := filepath.Join(venv, "bin", "python")
	for _, p := range []string{python, own} {
		if exec.CommandContext(ctx, p, "-c", "import duckdb").Run() == nil {
			return p, nil
		}
	}
	for _, args := range [][]string{
		{python, "-m", "venv", venv}, {filepath.Join(venv, "bin", "pip"), "install", "--quiet", "duckdb"},
	} {
		if out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%v: %w: %s", args, err, out)
		}
	}
	return own, nil
}
