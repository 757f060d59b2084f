package postgresdb

import (
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// unreplicated is the name of what a connection remembers for Unreplicated.
const unreplicated = "truepoint unreplicated"

// noticed remembers that the server gave up waiting for a standby: the transaction is committed, and its statement succeeds
// with a warning. The warning has no state of its own and its text is in the server's language, so that it is known by the
// function of the server that gives it. Source: PostgreSQL 10 to 17, syncrep.c.
func noticed(c *pgconn.PgConn, n *pgconn.Notice) {
	if n.Routine == "SyncRepWaitForLSN" {
		c.CustomData()[unreplicated] = true
	}
}

// Unreplicated reports whether, since it was last asked of this connection, a transaction was committed whose standbys have not
// confirmed it although it was to wait for them: the wait was cancelled.
func Unreplicated(c *pgx.Conn) bool {
	data := c.PgConn().CustomData()
	_, told := data[unreplicated]
	delete(data, unreplicated)
	return told
}
