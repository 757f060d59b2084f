package cli

import (
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// argumentMax is the greatest length of one argument in bytes.
const argumentMax = 1 << 20

// valued lists the global flags that take a value.
var valued = map[string]bool{"-c": true, "--chdir": true, "-f": true, "--feature-store-yaml": true, "--project": true, "--log-level": true, "-o": true, "--output": true}

// arrange checks the raw arguments and settles what short flags mean where: before the verb -f is the configuration
// file and -h help; after serve and its kin -h is the host and -c the certificate, as in Feast; after every other verb
// -h is help.
//
// Errors: Usage for an argument with NUL or a newline, or longer than 1 MiB.
func arrange(args []string) ([]string, error) {
	for i, s := range args {
		switch {
		case len(s) >= argumentMax:
			return nil, errs.New(errs.Usage, "argument %d is %d bytes long, the limit is %d", i+1, len(s), argumentMax-1).
				WithID("T0906").WithHint("put long input into a file")
		case strings.ContainsAny(s, "\x00\n\r"):
			return nil, errs.New(errs.Usage, "argument %d contains a newline or NUL", i+1).WithID("T0907").
				WithHint("put input of several lines into a file")
		}
	}
	at := verbIndex(args)
	out := make([]string, 0, len(args)+1)
	for i := 0; i < at; i++ {
		out = append(out, arrangeGlobal(args[i]))
	}
	if at == len(args) {
		return out, nil
	}
	verb := args[at]
	out = append(out, verb)
	for i, s := range args[at+1:] {
		if s == "--" {
			return append(out, args[at+1+i:]...), nil
		}
		out = append(out, arrangeLocal(verb, s))
	}
	return out, nil
}

func arrangeGlobal(s string) string {
	switch {
	case s == "-f":
		return "--feature-store-yaml"
	case strings.HasPrefix(s, "-f"):
		return "--feature-store-yaml=" + strings.TrimPrefix(strings.TrimPrefix(s, "-f"), "=")
	case s == "-h":
		return "--help"
	}
	return s
}

func arrangeLocal(verb, s string) string {
	serves := strings.HasPrefix(verb, "serve")
	switch {
	case s == "-h" && serves:
		return "--host"
	case s == "-h":
		return "--help"
	case s == "-c" && serves:
		return "--cert"
	}
	return s
}

// verbIndex returns the index of the first argument that is no global flag and no value of one.
func verbIndex(args []string) int {
	for i := 0; i < len(args); i++ {
		if !strings.HasPrefix(args[i], "-") {
			return i
		}
		if valued[args[i]] {
			i++
		}
	}
	return len(args)
}

// verbOf returns the verb of arranged arguments, or "".
func verbOf(args []string) string {
	if i := verbIndex(args); i < len(args) {
		return args[i]
	}
	return ""
}
