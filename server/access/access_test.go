package access_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/server/access"
)

var quiet = slog.New(slog.DiscardHandler)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func line(role, token string) string {
	return fmt.Sprintf("%s %x a note\n", role, sha256.Sum256([]byte(token)))
}

func TestTokensSayWhatACallerMayDo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tokens")
	write(t, path, "# tokens\n\n"+line("read", "r")+line("write", "w")+line("admin", "a"))
	tokens, err := access.OpenTokens(path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		authorization string
		role          access.Role
		want          errs.Code
	}{
		{"Bearer r", access.Read, errs.OK}, {"bearer r", access.Read, errs.OK}, {"Bearer r", access.Write, errs.PermissionDenied},
		{"Bearer w", access.Read, errs.OK}, {"Bearer w", access.Write, errs.OK}, {"Bearer w", access.Admin, errs.PermissionDenied},
		{"Bearer a", access.Admin, errs.OK}, {"", access.Read, errs.Unauthenticated}, {"Bearer ", access.Read, errs.Unauthenticated},
		{"Bearer R", access.Read, errs.Unauthenticated}, {"Bearer r ", access.Read, errs.Unauthenticated}, {"Basic r", access.Read, errs.Unauthenticated},
		{"Bearer " + strings.Repeat("x", 1<<20), access.Read, errs.Unauthenticated},
	} {
		if err := tokens.Check(c.authorization, c.role); errs.CodeOf(err) != c.want {
			t.Errorf("%.20q as %s: got %v, want %v", c.authorization, c.role, err, c.want)
		}
	}
	var none *access.Tokens
	if err := none.Check("", access.Admin); err != nil {
		t.Errorf("without tokens: %v", err)
	}
}

func TestFilesWithoutTokensAreRefusedWithThePlace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := access.OpenTokens(filepath.Join(dir, "none"), quiet); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("a missing file: %v", err)
	}
	for text, want := range map[string]string{
		"":                                "no token",
		"read secret\n":                   ":1: ",
		"\nowner 00\n":                    ":2: ",
		"read\n":                          ":1: ",
		line("nobody", "x"):               ":1: ",
		"read " + strings.Repeat("g", 64): ":1: ",
	} {
		path := filepath.Join(dir, "tokens")
		write(t, path, text)
		if _, err := access.OpenTokens(path, quiet); errs.CodeOf(err) != errs.InvalidArgument || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestChangedTokensCountAndBrokenOnesDoNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "tokens")
		write(t, path, line("read", "old"))
		tokens, err := access.OpenTokens(path, quiet)
		if err != nil {
			t.Fatal(err)
		}
		write(t, path, line("read", "new")+line("read", "newer"))
		if err := tokens.Check("Bearer old", access.Read); err != nil {
			t.Errorf("the file was looked at again at once: %v", err)
		}
		<-time.After(time.Second)
		if err := tokens.Check("Bearer new", access.Read); err != nil {
			t.Errorf("a token that was added: %v", err)
		}
		if tokens.Check("Bearer old", access.Read) == nil {
			t.Error("a token that was removed counts")
		}
		write(t, path, "broken")
		<-time.After(time.Second)
		if err := tokens.Check("Bearer new", access.Read); err != nil {
			t.Errorf("after a change that cannot be read: %v", err)
		}
	})
}

// certificate writes a self-signed certificate for localhost, and its key.
func certificate(t *testing.T, dir string, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(serial), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	k, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "cert"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	write(t, filepath.Join(dir, "key"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: k})))
}

func TestTLSUsesARenewedCertificate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, renewed)
}

func renewed(t *testing.T) {
	dir := t.TempDir()
	if _, err := access.TLS(filepath.Join(dir, "cert"), filepath.Join(dir, "key"), quiet); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("without files: %v", err)
	}
	certificate(t, dir, 1)
	config, err := access.TLS(filepath.Join(dir, "cert"), filepath.Join(dir, "key"), quiet)
	if err != nil {
		t.Fatal(err)
	}
	serial := func() int64 {
		client, server := net.Pipe()
		defer client.Close()
		defer server.Close()
		go tls.Server(server, config).Handshake() //nolint:errcheck // the client tells
		c := tls.Client(client, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12})
		if err := c.Handshake(); err != nil {
			t.Fatal(err)
		}
		return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	if n := serial(); n != 1 {
		t.Errorf("got certificate %d, want 1", n)
	}
	certificate(t, dir, 2)
	<-time.After(time.Second)
	if n := serial(); n != 2 {
		t.Errorf("got certificate %d, want 2", n)
	}
}

func TestSocketIsPrivateAndReplacesOneThatWasLeft(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	first, err := access.BindSocket(path)
	if err != nil {
		t.Fatal(err)
	}
	if i, err := os.Stat(path); err != nil || i.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, %v", i.Mode(), err)
	}
	if _, err := access.BindSocket(path); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("a socket in use: %v", err)
	}
	first.(*net.UnixListener).SetUnlinkOnClose(false)
	first.Close()
	second, err := access.BindSocket(path)
	if err != nil {
		t.Fatalf("a socket that was left: %v", err)
	}
	second.Close()
	write(t, path, "data")
	if _, err := access.BindSocket(path); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("a file that is no socket: %v", err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "data" {
		t.Errorf("the file is %q, %v", b, err)
	}
}
