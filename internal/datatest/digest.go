package datatest

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"maps"
	"slices"
	"strings"
	"testing"
)

// A Digest has the hash of every part of some data, such as a file or a table, under the part's name. Equal digests
// mean equal data.
type Digest map[string]string

// Changes returns what differs in now, ordered by name: "+name" is new, "~name" has other content, "-name" is gone.
func (d Digest) Changes(now Digest) []string {
	var out []string
	for name, sum := range now {
		old, was := d[name]
		switch {
		case !was:
			out = append(out, "+"+name)
		case old != sum:
			out = append(out, "~"+name)
		}
	}
	for name := range maps.Keys(d) {
		if _, is := now[name]; !is {
			out = append(out, "-"+name)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(a[1:], b[1:]) })
	return out
}

// unchanged takes a digest and returns a check that fails the test unless another one is the same.
func unchanged(t testing.TB, take func() (Digest, error)) func() {
	t.Helper()
	before, err := take()
	if err != nil {
		t.Fatalf("data before the call: %v", err)
	}
	return func() {
		t.Helper()
		after, err := take()
		if err != nil {
			t.Fatalf("data after the call: %v", err)
		}
		if changes := before.Changes(after); len(changes) > 0 {
			t.Errorf("the call changed data: %s", strings.Join(changes, ", "))
		}
	}
}

func sum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

func sumOf(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}
