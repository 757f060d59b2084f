//go:build unix

package embeddedonline

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// A lock is the ownership of a directory. The kernel gives it up when the process ends, however it ends.
type lock struct{ f *os.File }

// tryLock returns the lock of dir, or nil if another Store, here or in another process, has it.
func tryLock(dir string) (*lock, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err == nil {
		return &lock{f}, nil
	}
	f.Close()
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, nil
	}
	return nil, err
}

// announce writes where the owner listens into the lock file: its process id and the socket's path, relative to the
// directory if it lies there.
func (l *lock) announce(socket string) error {
	text := fmt.Sprintf("pid %d\nsocket %s\n", os.Getpid(), socket)
	if err := l.f.Truncate(0); err != nil {
		return err
	}
	_, err := l.f.WriteAt([]byte(text), 0)
	return err
}

// release gives the directory up.
func (l *lock) release() error { return errors.Join(l.f.Truncate(0), l.f.Close()) }

// An announcement is what an owner wrote into the lock file.
type announcement struct {
	pid    int
	socket string // absolute
}

// announced reads the announcement of dir's owner; ok is false while there is none.
func announced(dir string) (announcement, bool) {
	b, err := os.ReadFile(filepath.Join(dir, lockFile))
	if err != nil {
		return announcement{}, false
	}
	var a announcement
	head, rest, _ := strings.Cut(string(b), "\n")
	if _, err := fmt.Sscanf(head, "pid %d", &a.pid); err != nil {
		return announcement{}, false
	}
	line, end, whole := strings.Cut(rest, "\n")
	socket, named := strings.CutPrefix(line, "socket ")
	if !whole || end != "" || !named || socket == "" {
		return announcement{}, false
	}
	if !filepath.IsAbs(socket) {
		socket = filepath.Join(dir, socket)
	}
	a.socket = socket
	return a, true
}

// ownedPrivately reports whether path is a directory of this user that nobody else may enter.
func ownedPrivately(path string) error {
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR || int(st.Uid) != os.Getuid() || st.Mode&0o077 != 0 {
		return fmt.Errorf("%s is not a private directory of this user", path)
	}
	return nil
}
