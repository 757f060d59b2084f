package access

import (
	"net"
	"net/netip"
	"strings"
)

// Loopback reports whether address, a host with or without a port, is this machine's loopback: localhost or an address
// of 127.0.0.0/8 or ::1. No name is looked up.
func Loopback(address string) bool {
	host := address
	if h, _, err := net.SplitHostPort(address); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
