// Package python holds the Python package truepoint, so that the binary can run definition files where the package is
// not installed.
package python

import (
	"embed"
	"io/fs"
)

//go:embed truepoint/*.py truepoint/py.typed
var files embed.FS

// Files returns the sources of the package, below the directory truepoint.
func Files() fs.FS { return files }
