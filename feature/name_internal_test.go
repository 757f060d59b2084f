package feature

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

func TestSpellingsAllowWhatTheirExpressionsMatch(t *testing.T) {
	t.Parallel()
	const alphabet = "abzAZ09_.-/:*?=@ $\n\x00éconCOMprnauxnullpt"
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	for of, s := range map[string]*spelling{
		`^[a-z][a-z0-9_]{0,62}$`:                      ownName,
		`^[A-Za-z_][A-Za-z0-9_.-]{0,127}$`:            feastName,
		`^[A-Za-z0-9_/][A-Za-z0-9_./:*?=@ -]{0,511}$`: feastSource,
		`^[A-Za-z_][A-Za-z0-9_-]{0,62}$`:              projectName,
		`^[A-Za-z_][A-Za-z0-9_$-]{0,127}$`:            tablePart,
	} {
		want := regexp.MustCompile(of)
		for _, name := range []string{"", "a", strings.Repeat("a", s.max), strings.Repeat("a", s.max+1)} {
			if got := s.allows(name); got != want.MatchString(name) {
				t.Errorf("%s: %q: got %t", of, name, got)
			}
		}
		for range 20_000 {
			name := someText(r, alphabet)
			if got := s.allows(name); got != want.MatchString(name) {
				t.Fatalf("seed %d: %s: %q: got %t", seed, of, name, got)
			}
		}
	}
	device := regexp.MustCompile(`^(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])$`)
	for range 200_000 {
		name := someText(r, "conprauxlmtCONPRAUXLMT09")
		if got := isDevice(name); got != device.MatchString(name) {
			t.Fatalf("seed %d: device %q: got %t", seed, name, got)
		}
	}
	for _, name := range []string{"con", "Nul", "com0", "LPT9", "com", "com10", "con1", "c0m1"} {
		if got := isDevice(name); got != device.MatchString(name) {
			t.Errorf("device %q: got %t", name, got)
		}
	}
}

func someText(r *rand.Rand, alphabet string) string {
	text := make([]byte, r.IntN(6))
	for i := range text {
		text[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(text)
}
