package redisonline

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/redis/rueidis"

	"github.com/truepoint/truepoint/errs"
)

// A kind is what the first word of an error of the server stands for.
type kind struct {
	code errs.Code
	hint string
}

// transient are the errors that end by themselves; the command was not executed.
const transient = "the server is starting, failing over or moving slots: try again"

// kinds gives the kind of an error by its first word. Source: Redis 7.0, server.c, and the specification of Redis Cluster.
var kinds = map[string]kind{
	"LOADING": {errs.Unavailable, transient}, "MASTERDOWN": {errs.Unavailable, transient}, "CLUSTERDOWN": {errs.Unavailable, "redis-cli CLUSTER INFO says which slots are not served"},
	"TRYAGAIN": {errs.Unavailable, transient}, "READONLY": {errs.Unavailable, "this server is a replica: name the primary, or use redis_type: redis_sentinel or redis_cluster"},
	"NOREPLICAS": {errs.Unavailable, "the server wants more replicas than it has (min-replicas-to-write)"},
	"BUSY":       {errs.Unavailable, "a script of somebody else keeps the server busy: try again"},
	"OOM":        {errs.ResourceExhausted, "the server has no memory left: raise maxmemory, or remove what is not needed"},
	"MISCONF":    {errs.FailedPrecondition, "the server cannot save its data to disk and refuses writes: see its log"},
	"NOAUTH":     {errs.Unauthenticated, "the server wants a password: put it in connection_string or the key password"},
	"WRONGPASS":  {errs.Unauthenticated, "the server knows no such user and password: check username and password"},
	"NOPERM":     {errs.PermissionDenied, grant},
	"WRONGTYPE":  {errs.FailedPrecondition, foreign},
	"TRUEPOINT":  {errs.DataLoss, "a key of this store holds something else: remove it, and materialize again"},
	"MOVED":      {errs.FailedPrecondition, "the server is one of a Cluster: write redis_type: redis_cluster"},
	"CROSSSLOT":  {errs.FailedPrecondition, "the server is one of a Cluster: write redis_type: redis_cluster"},
}

const (
	grant   = "an administrator: ACL SETUSER name ~tp{}* +@read +@connection +@write +eval +evalsha +info +cluster; without +@write +eval +evalsha the user can serve and not write"
	foreign = "another program keeps something under these keys: choose another key_prefix or database"
)

// firstWord returns the first word of an error of the server, "" for other errors.
func firstWord(err error) string {
	var re *rueidis.RedisError
	if !errors.As(err, &re) {
		return ""
	}
	word, _, _ := strings.Cut(re.Error(), " ")
	return word
}

// Code implements online.Driver.
func (d *Driver) Code(err error) errs.Code {
	if c := errs.CodeOf(err); c != errs.Unknown {
		return c
	}
	if k, ok := kinds[firstWord(err)]; ok {
		return k.code
	}
	var re *rueidis.RedisError
	switch {
	case errors.As(err, &re):
		if strings.Contains(re.Error(), "invalid password") { // of servers before ACL
			return errs.Unauthenticated
		}
		return errs.Unknown
	case errors.Is(err, rueidis.ErrClosing) && d != nil && d.closed.Load():
		return errs.FailedPrecondition
	case lost(err):
		return errs.Unavailable
	}
	return errs.Unknown
}

// lost reports whether an error is of the way to the server: whether a command was executed is not known then.
func lost(err error) bool {
	var ne net.Error
	var se *os.SyscallError
	return errors.As(err, &ne) || errors.As(err, &se) || errors.Is(err, rueidis.ErrClosing) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, io.ErrClosedPipe) || errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, rueidis.ErrNoAddr) ||
		errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, context.DeadlineExceeded)
}

// explained gives an error of the server its code and what to do about it; others stay as they are. A caller that
// cancelled gets the error of its context, whatever the connection said.
func (d *Driver) explained(ctx context.Context, err error, what string) error {
	if err == nil {
		return nil
	}
	if d.closed.Load() {
		return errClosed()
	}
	if cerr := ctx.Err(); cerr != nil {
		return cerr
	}
	if _, bounded := ctx.Deadline(); bounded && errors.Is(err, context.DeadlineExceeded) { // the connection's timer was first
		return context.DeadlineExceeded
	}
	var own *errs.Error
	if errors.As(err, &own) {
		return err
	}
	if k, ok := kinds[firstWord(err)]; ok {
		return errs.Wrap(err, k.code, "Redis refuses to %s", what).WithID("T0652").WithHint("%s", k.hint)
	}
	if lost(err) {
		return errs.Wrap(err, errs.Unavailable, "Redis cannot be reached to %s", what).WithID("T0653").WithHint("check that the servers run and the address is right; writes may be repeated")
	}
	return errs.Wrap(err, d.Code(err), "Redis cannot %s", what)
}
