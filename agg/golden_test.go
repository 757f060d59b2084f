package agg_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// TestStatesOfFormat1 reads and writes the fixture; its head describes the form.
func TestStatesOfFormat1(t *testing.T) {
	t.Parallel()
	const file = "testdata/state-1.txt"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	states, call := 0, ""
	for n, line := range strings.Split(string(data), "\n") {
		digits, isBytes := strings.CutPrefix(line, "= ")
		if !isBytes {
			call = line
			continue
		}
		states++
		want, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
		if err != nil {
			t.Fatalf("%s:%d: %v", file, n+1, err)
		}
		s, rows := scriptSpec(t, strings.Fields(call))
		whole := stateOf(t, s, rows)
		if got := whole.Append(nil); !bytes.Equal(got, want) {
			t.Errorf("%s:%d: %s is written as %x, want %x", file, n+1, call, got, want)
		}
		read, rest, err := s.Parse(want)
		if err != nil || len(rest) > 0 {
			t.Errorf("%s:%d: %s is read with %x left, %v", file, n+1, call, rest, err)
			continue
		}
		checkSame(t, read, whole, call)
	}
	if states < 20 {
		t.Errorf("only %d states", states)
	}
}
