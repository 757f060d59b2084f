package explain

import (
	"context"
	"fmt"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

// online asks the server as any client would, and looks at the stored row beside it. It also returns the asOf of the
// answer, which a row within max_skew ahead of the clock moves.
func (e *Env) online(ctx context.Context, c *serving.Catalog, req *Request, u *feature.Use) (out Online, asOf eventtime.Instant, err error) {
	out = Online{Status: value.NotFound, Event: eventtime.None, Created: eventtime.None, Snapshot: eventtime.None}
	out.Table = c.Table(u.View)
	if !u.View.Online {
		out.Rule = "the view is not served online"
		if asOf = req.At; asOf == eventtime.None {
			asOf = e.Clock()
		}
		return out, asOf, nil
	}
	ask := &serving.Request{Entities: req.Keys, Features: []string{req.Ref}, AsOf: req.At, OnError: serving.Cells}
	res, err := e.Serving.Read(ctx, ask)
	if err != nil {
		return out, eventtime.None, err
	}
	cell := res.Columns[0].Cells[0]
	out.Status, out.Value, out.Defaulted, out.Reason = cell.Status, cell.Value, cell.Defaulted, cell.Reason
	if err := e.stored(ctx, u, res.Keys, &out); err != nil {
		return out, eventtime.None, err
	}
	out.Rule = out.inWords(u, res.AsOf)
	return out, res.AsOf, nil
}

// stored fills what the table holds for the key.
func (e *Env) stored(ctx context.Context, u *feature.Use, keys []serving.Key, out *Online) error {
	parts := make([]value.Value, len(u.Columns))
	for i, name := range u.Columns {
		for _, k := range keys {
			if k.Name == name {
				parts[i] = k.Values[0]
			}
		}
	}
	key, err := value.AppendKey(nil, parts)
	if err != nil {
		return err
	}
	read := &online.Read{Use: u, Table: out.Table, Keys: [][]byte{key}}
	if err := e.Online.Read(ctx, []*online.Read{read}); err != nil {
		return nil // the status tells it already
	}
	row := &read.Rows[0]
	out.Found, out.Deleted, out.Event, out.Created = row.Found, row.Deleted, row.Event, row.Created
	if row.Found {
		out.Snapshot = row.Snapshot
	}
	return nil
}

func (o *Online) inWords(u *feature.Use, at eventtime.Instant) string {
	switch {
	case o.Reason == serving.ReasonAsOf:
		return "the stored row is later than the moment: what was there before is not kept"
	case o.Reason == serving.ReasonFutureRow:
		return "the stored row is further ahead of the clock than max_skew"
	case o.Reason != "":
		return "the online store could not answer"
	case !o.Found && u.View.Windowed():
		return "the table has no row of this key: no run found an event of it in a window"
	case o.Deleted && u.View.Windowed():
		return "the stored row says that no event lies in a window any more"
	case !o.Found:
		return "the table has no row of this key; materialize or push it"
	case o.Deleted:
		return "the stored row is a delete"
	case o.Status == value.OutsideMaxAge:
		return fmt.Sprintf("the stored row is %s old, more than the ttl of %s", at.Sub(o.Event), u.View.TTL)
	case o.Status == value.NotFound:
		return "the stored row was written before the feature existed; materialize the view"
	case o.Status == value.NullValue:
		return "the stored row says null"
	}
	return "the stored row is visible"
}
