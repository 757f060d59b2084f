package objectstore

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// nameBytesMax is the length up to which EncodeName spells a text out: servers that keep objects as files allow 255
// bytes a name.
const nameBytesMax = 200

// hashMark begins the names of texts that are too long to be spelled out. No encoded byte begins so.
const hashMark = "=h"

// EncodeName returns any text as one segment of a key, of letters, digits and -_~= alone, which every provider and server
// takes. Equal texts have equal names, others different ones. spelled is false for a long text, whose name is a hash.
func EncodeName(text string) (name string, spelled bool) {
	if name = EncodePrefix(text); len(name) <= nameBytesMax {
		return name, true
	}
	sum := sha256.Sum256([]byte(text))
	return hashMark + hex.EncodeToString(sum[:]), false
}

// EncodePrefix returns what the names of all texts that begin with prefix, and no others, begin with, but for those that
// are not spelled out.
func EncodePrefix(prefix string) string {
	var b strings.Builder
	for i := range len(prefix) {
		c := prefix[i]
		switch {
		case c == '/':
			b.WriteByte('~')
		case c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			b.WriteByte(c)
		default:
			b.WriteByte('=')
			b.WriteString(strings.ToUpper(hex.EncodeToString([]byte{c})))
		}
	}
	return b.String()
}

// Hashed is the prefix of the names that are not spelled out.
func Hashed() string { return hashMark }

// DecodeName returns the text of a name that EncodeName spelled out; ok is false for any other.
func DecodeName(name string) (text string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		switch c := name[i]; c {
		case '~':
			b.WriteByte('/')
		case '=':
			if i+2 >= len(name) {
				return "", false
			}
			n, err := strconv.ParseUint(name[i+1:i+3], 16, 8)
			if err != nil {
				return "", false
			}
			b.WriteByte(byte(n))
			i += 2
		default:
			b.WriteByte(c)
		}
	}
	text = b.String()
	again, _ := EncodeName(text)
	return text, again == name
}
