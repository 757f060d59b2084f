//go:build duckdb

package drivers

import (
	"cmp"

	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/duckdboffline"
)

// A joinedFiles is an offline store of files that DuckDB joins where it can.
type joinedFiles struct {
	offline.Driver
	*duckdboffline.Joiner
}

// openDuckDB opens files that DuckDB joins.
func openDuckDB(c *config.Config) (offline.Driver, error) {
	files, err := openFiles(c)
	if err != nil {
		return nil, err
	}
	return joinedFiles{files, duckdboffline.New(files, cmp.Or(c.Dir, "."), nil)}, nil
}

// cgoStores returns the offline stores that need cgo.
func cgoStores() map[string]offlineOpener { return map[string]offlineOpener{"duckdb": openDuckDB} }
