package sqliteonline

import "github.com/truepoint/truepoint/internal/sqlitefile"

// kind returns what tells our files from others, and their formats. A released migration never changes.
func kind() *sqlitefile.Kind {
	return &sqlitefile.Kind{
		ApplicationID: 0x54724f6e, // "TrOn"
		Migrations: []string{
			// Format 1. A row is a packed row (value.AppendRow), a key an entity key (value.AppendKey); crc guards both.
			`CREATE TABLE tables (
				id   INTEGER PRIMARY KEY AUTOINCREMENT,
				name BLOB NOT NULL UNIQUE
			);
			CREATE TABLE cells (
				tab INTEGER NOT NULL,
				key BLOB NOT NULL,
				row BLOB NOT NULL,
				crc INTEGER NOT NULL,
				PRIMARY KEY (tab, key)
			) WITHOUT ROWID;`,
		},
	}
}
