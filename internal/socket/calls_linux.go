package socket

import (
	"sync"
	"syscall"
	"unsafe"
)

// piecesMax is how many pieces one system call writes (IOV_MAX).
const piecesMax = 1024

// A receiving is the reading side of a connection, for one reading at a time.
type receiving struct {
	mu  sync.Mutex
	raw syscall.RawConn
	try func(fd uintptr) bool // once, made a function once
	to  []byte
	n   int
	err syscall.Errno
}

// read reads at least one byte; none at the end of the stream.
func (r *receiving) read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.to = p
	err := r.raw.Read(r.try)
	r.to = nil
	switch {
	case err != nil:
		return 0, err
	case r.err != 0:
		return 0, r.err
	}
	return r.n, nil
}

// once reads what is there; it returns false if that is nothing yet.
func (r *receiving) once(fd uintptr) bool {
	for {
		n, _, err := syscall.RawSyscall(syscall.SYS_READ, fd, uintptr(unsafe.Pointer(&r.to[0])), uintptr(len(r.to)))
		if err != syscall.EINTR {
			r.n, r.err = int(n), err
			return err != syscall.EAGAIN
		}
	}
}

// A sending is the writing side of a connection, for one writing at a time.
type sending struct {
	mu   sync.Mutex
	raw  syscall.RawConn
	try  func(fd uintptr) bool // once, made a function once
	all  []syscall.Iovec       // the pieces
	left []syscall.Iovec       // of all, what is not written yet
	n    int64                 // bytes written
	err  syscall.Errno
}

// write writes all pieces, and returns how many bytes of them it wrote.
func (s *sending) write(pieces ...[]byte) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n, s.err, s.all = 0, 0, s.all[:0]
	for _, p := range pieces {
		if len(p) > 0 {
			v := syscall.Iovec{Base: &p[0]}
			v.SetLen(len(p))
			s.all = append(s.all, v)
		}
	}
	s.left = s.all
	err := s.raw.Write(s.try)
	if s.left = nil; cap(s.all) > piecesMax {
		s.all = nil
	}
	clear(s.all)
	if err == nil && s.err != 0 {
		err = s.err
	}
	return s.n, err
}

// once writes as long as there is room; it returns false if something is left to be written then.
func (s *sending) once(fd uintptr) bool {
	for len(s.left) > 0 {
		n, _, err := syscall.RawSyscall(syscall.SYS_WRITEV, fd, uintptr(unsafe.Pointer(&s.left[0])), uintptr(min(len(s.left), piecesMax)))
		switch err {
		case 0:
			s.wrote(int(n))
		case syscall.EINTR:
		case syscall.EAGAIN:
			return false
		default:
			s.err = err
			return true
		}
	}
	return true
}

// wrote takes n bytes from what is left.
func (s *sending) wrote(n int) {
	s.n += int64(n)
	for n > 0 {
		first := &s.left[0]
		if length := int(first.Len); n >= length {
			n -= length
			s.left = s.left[1:]
			continue
		}
		first.Base = (*byte)(unsafe.Add(unsafe.Pointer(first.Base), n))
		first.SetLen(int(first.Len) - n)
		return
	}
}
