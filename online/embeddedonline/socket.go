package embeddedonline

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
)

// socketPathMax is the longest path, in bytes, that every system can bind a Unix socket to, with a margin.
const socketPathMax = 100

func itoa(n int) string { return strconv.Itoa(n) }

// listen binds the owner's socket and returns it with the path to announce. Whatever lies at the path is stale: the
// caller holds the lock. The socket's directory is private, so that nobody can connect before the mode is set.
func listen(dir string) (*net.UnixListener, string, error) {
	path, name, err := socketPath(dir)
	if err != nil {
		return nil, "", err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, "", err
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, "", err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, "", err
	}
	return l, name, nil
}

// socketPath makes the socket's directory and returns the path to bind and the one to announce: inside dir, or, if
// that is too long, under a hash of dir in the user's runtime directory.
func socketPath(dir string) (path, announce string, err error) {
	inside := filepath.Join(runDir, "owner.sock")
	if path = filepath.Join(dir, inside); len(path) <= socketPathMax {
		return path, inside, privateDir(filepath.Join(dir, runDir))
	}
	hash := sha256.Sum256([]byte(dir))
	name := hex.EncodeToString(hash[:8]) + ".sock"
	var faults []error
	for _, parent := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir(), "/tmp"} {
		room := filepath.Join(parent, "truepoint-"+itoa(os.Getuid()))
		if path = filepath.Join(room, name); !filepath.IsAbs(path) || len(path) > socketPathMax {
			continue
		}
		if err := privateDir(room); err != nil {
			faults = append(faults, err)
			continue
		}
		return path, path, nil
	}
	return "", "", errors.Join(append(faults, errors.New("no place for the socket of the online store: set XDG_RUNTIME_DIR to a private directory with a short path"))...)
}

// privateDir makes a directory of this user that nobody else may enter, or checks that it is one.
func privateDir(path string) error {
	if err := os.Mkdir(path, 0o700); err == nil || !errors.Is(err, fs.ErrExist) {
		return err
	}
	return ownedPrivately(path)
}
