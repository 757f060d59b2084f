package access

import (
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"os"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// A Role is what a caller may do; each may do what those before it may.
type Role uint8

// The roles: Read asks, Write pushes and materializes too, Admin may also look into the server.
const (
	nobody Role = iota
	Read
	Write
	Admin
)

var roleNames = [...]string{"nobody", "read", "write", "admin"}

// String returns the role as a file of tokens writes it.
func (r Role) String() string { return roleNames[r] }

// Tokens are the bearer tokens that a server takes, by what they may do. Nil Tokens take everybody for an Admin. They are
// safe for concurrent use.
type Tokens struct {
	file *watched[map[[sha256.Size]byte]Role]
}

// OpenTokens reads a file of tokens: a line each, the role and the SHA-256 of the token in hexadecimal digits, and what the
// user wants to note behind it. Empty lines and those that begin with # say nothing. The tokens themselves stand nowhere.
//
//	read e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 the ranking service
//
// The file is read again when it changes. Errors: NotFound or FailedPrecondition for a file that cannot be read,
// InvalidArgument with the place for a line that says something else, and for a file without tokens.
func OpenTokens(path string, log *slog.Logger) (*Tokens, error) {
	w, err := watch(log, func() (map[[sha256.Size]byte]Role, error) { return readTokens(path) }, path)
	if err != nil {
		return nil, err
	}
	return &Tokens{w}, nil
}

func readTokens(path string) (map[[sha256.Size]byte]Role, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, errs.Wrap(err, errs.FailedPrecondition, "cannot read the file of tokens").WithID("T0823").WithHint("check server.tokens_file")
	}
	out := map[[sha256.Size]byte]Role{}
	var faults errs.List
	line := 0
	for l := range strings.Lines(string(text)) {
		line++
		words := strings.Fields(l)
		if len(words) == 0 || words[0][0] == '#' {
			continue
		}
		role, hash, ok := tokenOf(words)
		if !ok {
			faults.Add(errs.New(errs.InvalidArgument, "a token is a role and a SHA-256 in 64 hexadecimal digits").WithID("T0823").
				WithHint("write read, write or admin, and what `printf %%s TOKEN | sha256sum` prints").At(errs.Position{File: path, Line: line}))
			continue
		}
		out[hash] = max(out[hash], role)
	}
	if len(out) == 0 {
		faults.Add(errs.New(errs.InvalidArgument, "there is no token in the file").WithID("T0823").At(errs.Position{File: path}).
			WithHint("add one, or remove server.tokens_file"))
	}
	return out, faults.Err()
}

func tokenOf(words []string) (role Role, hash [sha256.Size]byte, ok bool) {
	for r, name := range roleNames {
		if words[0] == name {
			role = Role(r)
		}
	}
	if role == nobody || len(words) < 2 || len(words[1]) != hex.EncodedLen(sha256.Size) {
		return nobody, hash, false
	}
	_, err := hex.Decode(hash[:], []byte(words[1]))
	return role, hash, err == nil
}

// Check returns nil if the caller that sent the text of an Authorization header may do what role may. Errors:
// Unauthenticated without a token or with one that is not known, PermissionDenied for one of a lesser role. Neither says
// anything about the token.
func (t *Tokens) Check(authorization string, role Role) error {
	if t == nil {
		return nil
	}
	const scheme = "Bearer "
	if len(authorization) <= len(scheme) || !strings.EqualFold(authorization[:len(scheme)], scheme) {
		return errs.New(errs.Unauthenticated, "this server wants a bearer token").WithID("T0824").
			WithHint("send the header Authorization: Bearer TOKEN")
	}
	has := t.file.get()[sha256.Sum256([]byte(authorization[len(scheme):]))] // to find a hash tells nothing of the token
	switch {
	case has == nobody:
		return errs.New(errs.Unauthenticated, "the token is not known here").WithID("T0824").WithHint("ask whoever runs the server for one")
	case has < role:
		return errs.New(errs.PermissionDenied, "a token with the role %s cannot do that: it takes %s", has, role).WithID("T0825").
			WithHint("use a token with that role")
	}
	return nil
}
