package config

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// hidden stands for what is not shown.
const hidden = "***"

var (
	secretKey  = regexp.MustCompile(`(?i)pass(word|phrase|wd)?$|secret|token$|api_?key|access_?key|private_?key|credential|sqlalchemy|^user_token`)
	userInfo   = regexp.MustCompile(`(://[^/\s:@'"]*:)[^/\s@'"]+(@)`)
	pairSecret = regexp.MustCompile(`(?i)\b(password|passwd|pwd|secret|token|api_?key|access_?key|sslkey)(\s*=\s*)[^,;&\s'"}]+`)
	yamlSecret = regexp.MustCompile(`(?i)^(.*?["']?[\w-]*(?:pass(?:word|phrase|wd)?|secret|token|api_?key|access_?key|private_?key|credential)\w*["']?\s*:\s*)(\S.*)$`)
)

// maskText hides passwords inside connection strings and addresses.
func maskText(s string) string {
	s = userInfo.ReplaceAllString(s, "${1}"+hidden+"${2}")
	return pairSecret.ReplaceAllString(s, "${1}${2}"+hidden)
}

// maskValue hides the value of a key that holds a secret, and passwords inside any other value.
func maskValue(key, s string) string {
	if secretKey.MatchString(key) && s != "" {
		return hidden
	}
	return maskText(s)
}

// maskLine hides secrets in a line of the file. Each hidden character becomes *, so that columns stay where they are.
func maskLine(line string) string {
	stars := func(s string) string { return strings.Repeat("*", utf8.RuneCountInString(s)) }
	if m := yamlSecret.FindStringSubmatchIndex(line); m != nil {
		line = line[:m[4]] + stars(line[m[4]:m[5]])
	}
	for _, re := range []*regexp.Regexp{userInfo, pairSecret} {
		line = re.ReplaceAllStringFunc(line, func(match string) string {
			i := strings.LastIndexAny(strings.TrimSuffix(match, "@"), ":= ") + 1
			end := len(strings.TrimSuffix(match, "@"))
			return match[:i] + stars(match[i:end]) + match[end:]
		})
	}
	return line
}

// A Masked is text that may hold secrets. It prints with them hidden; Reveal gives it as it is.
type Masked string

// Reveal returns the text with its secrets, for connecting only.
func (m Masked) Reveal() string { return string(m) }

// String returns the text with secrets hidden.
func (m Masked) String() string { return maskText(string(m)) }

// GoString returns String, so that %#v hides secrets too.
func (m Masked) GoString() string { return m.String() }

// MarshalText returns String.
func (m Masked) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// HasSecrets reports whether the file itself holds a secret, rather than the name of an environment variable with it.
func (c *Config) HasSecrets() bool {
	for line := range strings.Lines(string(c.source)) {
		if !strings.Contains(line, "${") && maskLine(line) != line {
			return true
		}
	}
	return false
}
