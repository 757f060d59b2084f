package embeddedonline_test

import (
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
)

func TestConformanceOfStamps(t *testing.T) {
	t.Parallel()
	onlinetest.RunStamper(t, func(t *testing.T) (stamper, writer online.Driver) {
		s := open(t, filepath.Join(t.TempDir(), "online"), nil)
		return s, s
	})
}

// What other processes write passes the owner, and so its stamps.
func TestConformanceOfStampsOfAClientsWrites(t *testing.T) {
	t.Parallel()
	onlinetest.RunStamper(t, func(t *testing.T) (stamper, writer online.Driver) {
		dir := filepath.Join(t.TempDir(), "online")
		return open(t, dir, nil), open(t, dir, nil)
	})
}

// Others write unseen by a client, until it owns the directory.
func TestAClientHasNoStampsUntilItOwnsTheDirectory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "online")
	owner, client := open(t, dir, nil), open(t, dir, nil)
	defer client.Close()
	put(t, client, 0, 10, 1)
	if client.Stamps() != nil || owner.Stamps() == nil {
		t.Errorf("the client has the stamps %p, the owner %p", client.Stamps(), owner.Stamps())
	}
	if err := owner.Close(); err != nil {
		t.Fatal(err)
	}
	put(t, client, 0, 10, 2)
	if !client.Owner() || client.Stamps() == nil {
		t.Errorf("after the owner has gone: owner %t, stamps %p", client.Owner(), client.Stamps())
	}
}
