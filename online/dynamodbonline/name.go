package dynamodbonline

import (
	"crypto/sha256"
	"encoding/hex"
	"hash/crc32"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// Limits of DynamoDB's names of tables.
const (
	nameLeast = 3
	nameMost  = 255
)

// buckets is the number of partition keys of a table; it is part of format 1.
const buckets = 64

// bucket returns the partition key of an entity key: the highest six bits of its CRC-32.
func bucket(key []byte) []byte { return []byte{byte(crc32.ChecksumIEEE(key) >> 26)} }

// CheckTemplate returns an InvalidArgument error for a template that cannot name tables.
func CheckTemplate(template string) error {
	rest := strings.NewReplacer("{project}", "", "{table}", "", "{table_name}", "").Replace(template)
	if clean(rest) == rest && rest != template && (strings.Contains(template, "{table}") || strings.Contains(template, "{table_name}")) && len(rest) < nameMost/2 {
		return nil
	}
	return errs.New(errs.InvalidArgument, "table_name_template %q does not name tables", template).WithID("T0660").
		WithHint("write it of letters, digits, _ - . and {project} and {table_name}, such as {project}.{table_name}")
}

// clean returns text with what DynamoDB's names cannot have replaced by _.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == '.' {
			return r
		}
		return '_'
	}, text)
}

// physical returns the name of the table of DynamoDB for a table of the port. PROJECT/VIEW/GENERATION is {project} and
// VIEW.GENERATION. Where that would not be allowed, be too long, or could be another table's name, a hash follows, also for
// capital letters, which DynamoDB Local does not tell from small ones.
func physical(template, table string) string {
	project, rest, _ := strings.Cut(table, "/")
	view, generation, _ := strings.Cut(rest, "/")
	name := fill(template, clean(project), clean(view+"."+generation))
	parts := project + view + generation
	plain := project != "" && view != "" && generation != "" && clean(parts) == parts && strings.ToLower(parts) == parts && !strings.Contains(parts, ".")
	if plain && len(name) >= nameLeast && len(name) <= nameMost {
		return name
	}
	sum := sha256.Sum256([]byte(table))
	hash := "-" + hex.EncodeToString(sum[:8])
	return name[:min(len(name), nameMost-len(hash))] + hash
}

func fill(template, project, table string) string {
	return strings.NewReplacer("{project}", project, "{table}", table, "{table_name}", table).Replace(template)
}

// prefix returns how the names of all tables begin: of one project, or of all where it is empty.
func prefix(template, project string) string {
	if project != "" {
		template = strings.ReplaceAll(template, "{project}", clean(project))
	}
	before, _, _ := strings.Cut(template, "{")
	return before
}
