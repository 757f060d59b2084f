// Package objecttest gives tests a bucket of every kind: one in memory always, and one of each server that the
// environment names. make test-stores starts the servers.
package objecttest

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"

	"gocloud.dev/blob/memblob"

	"github.com/truepoint/truepoint/internal/objectstore"
)

// A Place is an empty directory of a bucket.
type Place struct {
	Open  objectstore.Opener
	at    string // scheme://bucket/directory
	query string
}

// servers are the variables that hold an address of a bucket on each server.
var servers = map[string]string{"S3": "TRUEPOINT_TEST_S3", "Google": "TRUEPOINT_TEST_GS", "Azure": "TRUEPOINT_TEST_AZBLOB"}

// Path returns the address of a key in the place, as a user would write it.
func (p *Place) Path(key string) string { return p.at + "/" + key + p.query }

// Store opens the bucket of the place and returns it with the full key.
func (p *Place) Store(t *testing.T, key string) (*objectstore.Store, string) {
	t.Helper()
	a, err := objectstore.Parse(p.Path(key))
	if err != nil {
		t.Fatal(err)
	}
	s, err := p.Open(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return s, a.Key
}

// Write writes an object.
func (p *Place) Write(t *testing.T, key, body string) {
	t.Helper()
	s, key := p.Store(t, key)
	if err := s.Put(t.Context(), key, []byte(body), objectstore.Always()); err != nil {
		t.Fatal(err)
	}
}

// Memory returns a place in a bucket of its own in memory.
func Memory(t *testing.T) *Place {
	t.Helper()
	a, err := objectstore.Parse("s3://memory")
	if err != nil {
		t.Fatal(err)
	}
	s := objectstore.New(memblob.OpenBucket(nil), a)
	return &Place{Open: func(context.Context, objectstore.Address) (*objectstore.Store, error) { return s, nil }, at: "s3://memory/" + rand.Text()}
}

// Each runs a test on every kind of bucket. fresh returns a place that nobody else uses, each time another.
func Each(t *testing.T, test func(t *testing.T, fresh func(*testing.T) *Place)) {
	t.Run("Memory", func(t *testing.T) { test(t, Memory) })
	for name, variable := range servers {
		t.Run(name, func(t *testing.T) {
			address := os.Getenv(variable)
			if address == "" {
				t.Skipf("%s is not set: make test-stores starts a server and sets it", variable)
			}
			at, query, found := strings.Cut(address, "?")
			if found {
				query = "?" + query
			}
			open := objectstore.Shared(objectstore.Open)
			test(t, func(*testing.T) *Place {
				return &Place{Open: open, at: strings.TrimRight(at, "/") + "/" + rand.Text(), query: query}
			})
		})
	}
}
