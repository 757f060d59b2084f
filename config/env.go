package config

import (
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// Bounds of expansion.
const (
	expandDepthMax = 8
	expandBytesMax = 64 << 10
)

// Expand replaces ${NAME} by the value of an environment variable and ${NAME:-default} by it or, where it is unset or
// empty, by the default, in which variables are expanded too: ${A:-${B:-c}}. $${ stands for ${ itself, and a $ before
// anything else for itself: passwords may hold one. Values are not expanded again.
//
// Errors: InvalidArgument for an unset variable without default, which it names, and for a malformed ${…};
// ResourceExhausted for more than 8 levels or 64 KiB.
func Expand(text string, env func(string) (string, bool)) (string, error) {
	e := expander{env: env}
	out, rest, err := e.until(text, 0)
	if err == nil && rest != "" {
		err = malformed(text)
	}
	return out, err
}

type expander struct {
	env func(string) (string, bool)
}

// until expands text up to its end, or at depth > 0 up to the } that closes it, and returns what follows.
func (e *expander) until(text string, depth int) (out, rest string, err error) {
	if depth > expandDepthMax {
		return "", "", errs.New(errs.ResourceExhausted, "variables are nested more than %d deep", expandDepthMax).WithID("T0232")
	}
	var b strings.Builder
	for text != "" {
		switch {
		case b.Len() > expandBytesMax:
			return "", "", errs.New(errs.ResourceExhausted, "a value expands to more than %d bytes", expandBytesMax).WithID("T0232")
		case depth > 0 && text[0] == '}':
			return b.String(), text[1:], nil
		case strings.HasPrefix(text, "$${"):
			b.WriteString("${")
			text = text[3:]
		case strings.HasPrefix(text, "${"):
			var value string
			if value, text, err = e.variable(text[2:], depth); err != nil {
				return "", "", err
			}
			b.WriteString(value)
		default:
			b.WriteByte(text[0])
			text = text[1:]
		}
	}
	if depth > 0 {
		return "", "", errs.New(errs.InvalidArgument, "a ${ is not closed").WithID("T0231").WithHint("write ${NAME} or ${NAME:-default}")
	}
	return b.String(), "", nil
}

// variable expands what follows ${ and returns what follows its }.
func (e *expander) variable(text string, depth int) (value, rest string, err error) {
	n := 0
	for n < len(text) && (text[n] == '_' || letter(text[n]) || n > 0 && text[n] >= '0' && text[n] <= '9') {
		n++
	}
	name, rest := text[:n], text[n:]
	switch {
	case n == 0:
		return "", "", malformed("${" + text)
	case strings.HasPrefix(rest, "}"):
		value, set := e.env(name)
		if !set {
			return "", "", errs.New(errs.InvalidArgument, "environment variable %s is not set", name).WithID("T0230").
				WithHint("export %s=…, or write ${%s:-default}", name, name)
		}
		return value, rest[1:], nil
	case strings.HasPrefix(rest, ":-"):
		value, set := e.env(name)
		if !set || value == "" {
			return e.until(rest[2:], depth+1)
		}
		_, rest, err := (&expander{env: ignore}).until(rest[2:], depth+1)
		return value, rest, err
	}
	return "", "", malformed("${" + text)
}

// ignore stands for the environment while a default that is not needed is skipped.
func ignore(string) (string, bool) { return "", true }

func letter(c byte) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

// malformed quotes at most the name of the variable: what follows may be a secret.
func malformed(text string) error {
	if i := strings.IndexAny(text, ":}"); i > 0 {
		text = text[:i]
	}
	if len(text) > 60 {
		text = strings.ToValidUTF8(text[:60], "") + "…"
	}
	return errs.New(errs.InvalidArgument, "%q is no variable", text).WithID("T0231").
		WithHint("write ${NAME} or ${NAME:-default}; $${ stands for ${")
}
