package redisonline

import (
	"crypto/sha256"
	"encoding/base64"
	"unsafe"

	"github.com/truepoint/truepoint/online"
)

// The key of a cell is the prefix of its table and the entity key. That of a table is
//
//	Options.Prefix, "{}1", 16 characters of base64 that name the table by its SHA-256
//
// where 1 is the format. The braces are an empty hash tag: whatever braces follow, a Cluster hashes the whole key, so that the
// cells of a table spread over all shards. Beside the cells, "{}format" holds the format and "{}tables" the names of tables;
// "{}format:" and a number are written to learn how far replicas are (replicated.go).
const (
	noTag      = "{}"
	keyFormat  = "1"
	tableBytes = 12 // of the hash, as 16 characters
)

// names are the keys of one store that do not depend on a table.
type names struct {
	cells  string // beginning of every cell
	format string
	tables string
}

func newNames(prefix string) names {
	p := prefix + noTag
	return names{cells: p + keyFormat, format: p + "format", tables: p + "tables"}
}

// appendTable appends the beginning of the cells of a table.
func (n *names) appendTable(dst []byte, table string) []byte {
	sum := sha256.Sum256(unsafe.Slice(unsafe.StringData(table), len(table)))
	return base64.RawURLEncoding.AppendEncode(append(dst, n.cells...), sum[:tableBytes])
}

// tableSize is the length of what appendTable appends.
func (n *names) tableSize() int { return len(n.cells) + base64.RawURLEncoding.EncodedLen(tableBytes) }

// A sheet is memory that texts of one call share, so that each costs a copy and no allocation. It does not grow.
type sheet struct{ buf []byte }

// add returns the concatenation of its arguments as a text that lies in the sheet.
func (s *sheet) add(a, b []byte) string {
	at := len(s.buf)
	s.buf = append(append(s.buf, a...), b...)
	return text(s.buf[at:])
}

// text returns bytes that are not changed any more as a string.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// keys returns the keys of all items, in order.
func (n *names) keys(items []online.TableKeys) []string {
	count, size := 0, 0
	for i := range items {
		count += len(items[i].Keys)
		for _, k := range items[i].Keys {
			size += n.tableSize() + len(k)
		}
	}
	s, out := sheet{make([]byte, 0, size)}, make([]string, 0, count)
	head := make([]byte, 0, n.tableSize())
	for i := range items {
		if len(items[i].Keys) == 0 {
			continue
		}
		head = n.appendTable(head[:0], items[i].Table)
		for _, k := range items[i].Keys {
			out = append(out, s.add(head, k))
		}
	}
	return out
}
