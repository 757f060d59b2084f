package postgresonline

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/jackc/pgx/v5"
)

// readableMax is how much of a table's name shows in PostgreSQL, whose names have at most 63 bytes.
const readableMax = 24

// relation returns the quoted name of the table that holds the cells of a table of the port: a readable part, and half of
// a SHA-256 that tells apart what the readable part does not.
func relation(table string) string {
	sum := sha256.Sum256([]byte(table))
	readable := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(table[:min(len(table), readableMax)]))
	return pgx.Identifier{"tpo_" + readable + "_" + hex.EncodeToString(sum[:len(sum)/2])}.Sanitize()
}
