package redisonline

import (
	"context"
	"net"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
)

// Options tunes a Driver. The zero value of every member means its default.
type Options struct {
	// Prefix begins all keys, so that several stores share a server. Default "tp".
	Prefix string
	// KeyTTL is for how long the server keeps cells of views with a ttl, from when they were written; less than such a view
	// needs counts as what it needs. Default: for ever.
	KeyTTL eventtime.Duration
	// Replicated makes every write wait until a replica of each primary has it, so that it survives the loss of a primary.
	Replicated bool
	// Warn is told what works but should be known. Default: nobody.
	Warn func(*errs.Error)
	// Dial reaches a node, below TLS if there is any. Default: TCP, within the timeout of the Address.
	Dial func(ctx context.Context, address string) (net.Conn, error)
}
