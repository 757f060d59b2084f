package tracing

import "testing"

func TestCallersDecideByAWellFormedTraceContextOnly(t *testing.T) {
	t.Parallel()
	const ids = "0123456789abcdef0123456789abcdef-0123456789abcdef-"
	for parent, want := range map[string]struct{ chosen, ok bool }{
		"00-" + ids + "01":       {true, true},
		"00-" + ids + "00":       {false, true},
		"00-" + ids + "0b":       {true, true},
		"00-" + ids + "0a":       {false, true},
		"00-" + ids + "ff":       {true, true},
		"01-" + ids + "01-later": {true, true},
		"00-" + ids + "01-later": {},
		"01-" + ids + "01later":  {},
		"ff-" + ids + "01":       {},
		"00-" + ids + "0G":       {},
		"00-" + ids + "0A":       {},
		"00_" + ids + "01":       {},
		"00-" + ids:              {},
		"":                       {},
	} {
		if chosen, ok := parentChose(parent); chosen != want.chosen || ok != want.ok {
			t.Errorf("%q: got %t, %t, want %t, %t", parent, chosen, ok, want.chosen, want.ok)
		}
	}
}
