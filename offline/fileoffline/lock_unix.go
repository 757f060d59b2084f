//go:build unix

package fileoffline

import (
	"context"
	"os"

	"golang.org/x/sys/unix"
)

// lock takes the exclusive lock of a file, which it creates, and waits for it as long as ctx allows. The operating
// system gives the lock back when its holder dies.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	got := make(chan error, 1)
	go func() {
		for {
			err := unix.Flock(int(f.Fd()), unix.LOCK_EX)
			if err != unix.EINTR {
				got <- err
				return
			}
		}
	}()
	select {
	case err := <-got:
		if err != nil {
			f.Close()
			return nil, err
		}
		return func() { f.Close() }, nil
	case <-ctx.Done():
		go func() { // the lock call cannot be interrupted; it ends when the holder is done, at most one append later
			<-got
			f.Close()
		}()
		return nil, ctx.Err()
	}
}
