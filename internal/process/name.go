package process

import (
	"cmp"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"
)

// Name returns the name of this process. The mark is missing where the system does not tell it.
func Name() string {
	account := "unknown"
	if u, err := user.Current(); err == nil {
		account = u.Username
	}
	name := fmt.Sprintf("%s@%s:%d", account, host(), os.Getpid())
	if m := mark(os.Getpid()); m != "" {
		name += "/" + m
	}
	return name
}

func host() string {
	name, _ := os.Hostname()
	return cmp.Or(name, "unknown")
}

// Dead reports whether the process called name is known to have ended: it was of this host, boot and namespace, and
// its process id is now nobody's, a later process's, or that of a process that has ended and waits to be collected.
// It is false for every name that cannot be judged.
func Dead(name string) bool {
	short, theirs, _ := strings.Cut(name, "/")
	at := strings.LastIndexByte(short, ':')
	if at < 0 || theirs == "" {
		return false
	}
	pid, err := strconv.Atoi(short[at+1:])
	if err != nil || pid <= 0 {
		return false
	}
	if _, theirHost, _ := strings.Cut(short[:at], "@"); theirHost != host() {
		return false
	}
	ours := mark(os.Getpid())
	return ours != "" && where(ours) == where(theirs) && mark(pid) != theirs
}

// where returns the part of a mark that says in which boot and namespace a process id is meant.
func where(mark string) string { return mark[:max(strings.LastIndexByte(mark, '.'), 0)] }
