package feature

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/truepoint/truepoint/errs"
)

// A spelling is a rule for names: the characters, all ASCII, that may come first, those that may follow, and how many there
// may be. A regular expression that counts to 512 takes longer to compile than a command to look at all its names.
type spelling struct {
	first, rest string
	max         int
}

const (
	lower    = "abcdefghijklmnopqrstuvwxyz"
	upper    = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	numerals = "0123456789"
)

var (
	ownName      = &spelling{lower, lower + numerals + "_", 63}
	feastName    = &spelling{lower + upper + "_", lower + upper + numerals + "_.-", 128}
	feastSource  = &spelling{lower + upper + numerals + "_/", lower + upper + numerals + "_./:*?=@ -", 512} // Feast names a source after its path or table
	projectName  = &spelling{lower + upper + "_", lower + upper + numerals + "_-", 63}
	deviceNames  = []string{"con", "prn", "aux", "nul", "com", "lpt"} // not usable as file names everywhere; the last two with a digit
	reservedName = []string{"event_timestamp", "created_timestamp"}   // columns of entity rows and results
)

// allows reports whether a name is spelled so. No spelling allows the empty name.
func (s *spelling) allows(name string) bool {
	return name != "" && len(name) <= s.max && strings.IndexByte(s.first, name[0]) >= 0 && strings.TrimLeft(name[1:], s.rest) == ""
}

// isDevice reports whether name is one of the device names, in whatever case.
func isDevice(name string) bool {
	name = strings.ToLower(name)
	if port := strings.TrimRight(name, numerals); len(name) == 4 && len(port) == 3 {
		return slices.Contains(deviceNames[4:], port)
	}
	return slices.Contains(deviceNames[:4], name)
}

const (
	ownRule     = "names have lower-case letters, digits and single underscores, start with a letter, and have at most 63 characters"
	feastRule   = "names have letters, digits, _, - and ., start with a letter or underscore, and have at most 128 characters"
	projectRule = "a project name has letters, digits, _ and -, starts with a letter or underscore, and has at most 63 characters"
)

// CheckName returns an InvalidArgument error unless name follows the rule for names (design/semantics.md 9.1) and is
// not reserved. what says whose name it is: "feature view", "entity".
func CheckName(what, name string) error {
	if e := checkName(what, name, ownName, ownRule); e != nil {
		return e
	}
	return nil
}

// CheckProject returns an InvalidArgument error unless name can be a project: it becomes part of table and file
// names.
func CheckProject(name string) error {
	if e := checkName("project", name, projectName, projectRule); e != nil {
		return e.WithID("T0100")
	}
	if isDevice(name) {
		return errs.New(errs.InvalidArgument, "project name %q is a device name on some systems", name).WithID("T0100").
			WithHint("choose another name, such as %s_features", strings.ToLower(name))
	}
	return nil
}

func checkName(what, name string, rule *spelling, ruleText string) *errs.Error {
	if name == "" {
		return errs.New(errs.InvalidArgument, "the %s has no name", what).WithID("T0175").WithHint("%s", ruleText)
	}
	if slices.Contains(reservedName, name) {
		return errs.New(errs.InvalidArgument, "%s name %q is reserved: entity rows and results have a column of that name", what, name).
			WithID("T0172").WithHint("choose another name, such as last_%s", strings.TrimSuffix(name, "stamp"))
	}
	if rule.allows(name) && (rule != ownName || !strings.Contains(name, "__")) {
		return nil
	}
	e := errs.New(errs.InvalidArgument, "%s name %s breaks the rule%s", what, quoteShort(name), strangeRune(name)).
		WithID("T0171").WithHint("%s", ruleText)
	if s := suggestName(name); s != "" && s != name && rule == ownName {
		e.WithHint("%s: %s would do", ruleText, s)
	}
	return e
}

// quoteShort quotes at most 80 characters of a name and escapes what cannot be seen.
func quoteShort(name string) string {
	r := []rune(name)
	if len(r) <= 80 {
		return quote(name)
	}
	return quote(string(r[:80])) + "…"
}

func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		if c == '"' || c == '\\' || c < ' ' || !unicode.IsPrint(c) {
			b.WriteString(escape(c))
			continue
		}
		b.WriteRune(c)
	}
	b.WriteByte('"')
	return b.String()
}

func escape(c rune) string {
	switch c {
	case '"':
		return `\"`
	case '\\':
		return `\\`
	case '\n':
		return `\n`
	case '\t':
		return `\t`
	}
	return "<" + codePoint(c) + ">"
}

func codePoint(c rune) string {
	const digits = "0123456789ABCDEF"
	out := []byte("U+0000")
	if c > 0xFFFF {
		out = []byte("U+000000")
	}
	for i := len(out) - 1; i >= 2; i-- {
		out[i] = digits[c&15]
		c >>= 4
	}
	return string(out)
}

// strangeRune names the first character outside ASCII: it may look like a letter, or like nothing at all.
func strangeRune(name string) string {
	for _, c := range name {
		if c >= utf8.RuneSelf {
			return ": it contains " + codePoint(c)
		}
	}
	return ""
}

// suggestName returns a lawful name close to name, or "".
func suggestName(name string) string {
	var b strings.Builder
	for i, c := range name {
		switch {
		case c >= 'A' && c <= 'Z':
			if i > 0 && !strings.HasSuffix(b.String(), "_") && name[i-1] >= 'a' && name[i-1] <= 'z' {
				b.WriteByte('_')
			}
			b.WriteRune(unicode.ToLower(c))
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			b.WriteRune(c)
		case c < utf8.RuneSelf && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	s := strings.Trim(b.String(), "_")
	if !ownName.allows(s) || strings.Contains(s, "__") {
		return ""
	}
	return s
}
