package expr

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"github.com/truepoint/truepoint/errs"
)

// concat returns a + b. The length is asked before anything is made.
func concat(a, b string) (string, reason) {
	if len(a)+len(b) > TextSizeMax {
		return "", textSize
	}
	return a + b, fine
}

func length(s string) int64 { return int64(utf8.RuneCountInString(s)) }

func lower(s string) (string, reason) { return bounded(s, strings.ToLower) }
func upper(s string) (string, reason) { return bounded(s, strings.ToUpper) }

// bounded maps a text of at most TextSizeMax bytes to one of as many.
func bounded(s string, f func(string) string) (string, reason) {
	if len(s) > TextSizeMax {
		return "", textSize
	}
	out := f(s)
	if len(out) > TextSizeMax {
		return "", textSize
	}
	return out, fine
}

func trim(s string) string              { return strings.TrimSpace(s) }
func contains(s, part string) int64     { return flag(strings.Contains(s, part)) }
func startsWith(s, prefix string) int64 { return flag(strings.HasPrefix(s, prefix)) }
func endsWith(s, suffix string) int64   { return flag(strings.HasSuffix(s, suffix)) }

// substrFrom returns s without its first start code points.
func substrFrom(s string, start int64) string {
	for ; start > 0 && s != ""; start-- {
		_, size := utf8.DecodeRuneInString(s)
		s = s[size:]
	}
	return s
}

// substr returns at most count code points of s from start on; places before the text count and are empty.
func substr(s string, start, count int64) string {
	if count <= 0 {
		return ""
	}
	if start < 0 {
		start, count = 0, count+start // a positive number and a negative one: the sum does not wrap
	}
	s = substrFrom(s, start)
	end := 0
	for ; count > 0 && end < len(s); count-- {
		_, size := utf8.DecodeRuneInString(s[end:])
		end += size
	}
	return s[:end]
}

func substrings(n int, d *register, a []*register) {
	for i := range n {
		if !d.null(i) {
			d.texts[i] = substr(a[0].texts[i], a[1].ints[i], a[2].ints[i])
		}
	}
}

// replaces counts before it makes, so that a text that would be too long costs nothing.
func replaces(n int, d *register, a []*register) {
	for i := range n {
		if d.null(i) {
			continue
		}
		s, before, after := a[0].texts[i], a[1].texts[i], a[2].texts[i]
		if before == "" || s == "" {
			d.texts[i] = s
			continue
		}
		count := strings.Count(s, before)
		if size := int64(len(s)) + int64(count)*(int64(len(after))-int64(len(before))); size > TextSizeMax {
			d.raise(i, textSize)
			continue
		}
		d.texts[i] = strings.ReplaceAll(s, before, after)
	}
}

// matchesOf compiles a pattern of bounded size.
func matchesOf(b binding) (kernel, error) {
	pattern := b.words[0]
	if len(pattern) > PatternSizeMax {
		return nil, errs.New(errs.InvalidArgument, "the pattern has %d bytes, %d are allowed", len(pattern), PatternSizeMax).WithID("T1105")
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, errs.New(errs.InvalidArgument, "%s", strings.TrimPrefix(err.Error(), "error parsing regexp: ")).WithID("T1107").
			WithHint("patterns are RE2, without look-around and back-references")
	}
	compiled, err := syntax.Compile(tree.Simplify())
	if err != nil || len(compiled.Inst) > PatternStepsMax {
		return nil, errs.New(errs.InvalidArgument, "the pattern needs more than %d steps", PatternStepsMax).WithID("T1105")
	}
	m := matcher{pattern: regexp.MustCompile(pattern), size: len(compiled.Inst)}
	return m.run, nil
}

// A matcher is a pattern and the number of its instructions: matching takes at most their product with the text.
type matcher struct {
	pattern *regexp.Regexp
	size    int
}

func (m matcher) run(n int, d *register, a []*register) {
	for i, s := range a[0].texts[:n] {
		switch {
		case d.null(i):
		case d.stopped():
			return
		case len(s) > TextSizeMax:
			d.raise(i, textSize)
		case len(s)*m.size > MatchStepsMax:
			d.raise(i, matchSteps)
		default:
			d.ints[i] = flag(m.pattern.MatchString(s))
		}
	}
}
