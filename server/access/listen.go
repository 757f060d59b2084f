package access

import (
	"errors"
	"io/fs"
	"net"
	"os"

	"golang.org/x/sys/unix"

	"github.com/truepoint/truepoint/errs"
)

// Bind listens on a TCP address. open says that everybody who reaches it may use it. Errors: FailedPrecondition for an
// address that is in use or cannot be bound, PermissionDenied for one beyond this machine unless open.
func Bind(address string, open bool) (net.Listener, error) {
	if !open && !Loopback(address) {
		return nil, errs.New(errs.PermissionDenied, "the server has no authentication and does not listen on %s", address).
			WithID("T0805").WithHint("bind 127.0.0.1, or add --insecure if everybody who reaches that address may read and write")
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, errs.Wrap(err, errs.FailedPrecondition, "cannot listen on %s", address).WithID("T0806").
			WithHint("stop what uses the port, or choose another")
	}
	return l, nil
}

// BindSocket listens on a Unix socket that only the user of this process can reach. A socket that a process left behind,
// and on which nobody listens, is replaced. Errors: FailedPrecondition for a path on which somebody listens, that is no
// socket, or that cannot be made.
func BindSocket(path string) (net.Listener, error) {
	refused := func(err error) error {
		return errs.Wrap(err, errs.FailedPrecondition, "cannot listen on the socket %s", path).WithID("T0821").
			WithHint("stop what listens there, or choose another path")
	}
	if err := removeStale(path); err != nil {
		return nil, refused(err)
	}
	mask := unix.Umask(0o177) // the mode counts from the first moment; files of other goroutines are at worst too private
	l, err := net.Listen("unix", path)
	unix.Umask(mask)
	if err != nil {
		return nil, refused(err)
	}
	return l, nil
}

// removeStale removes a socket on which nobody listens.
func removeStale(path string) error {
	i, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case i.Mode().Type() != fs.ModeSocket:
		return errors.New("a file that is no socket is there")
	}
	c, err := net.Dial("unix", path)
	if err == nil {
		return errors.Join(errors.New("somebody listens there"), c.Close())
	}
	if !errors.Is(err, unix.ECONNREFUSED) {
		return err
	}
	return os.Remove(path)
}
