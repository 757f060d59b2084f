package historical

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

// sqlSource is the type of sources that lie wherever the offline store runs SQL.
const sqlSource = "sql"

// querySpine reads the entity rows of a query in the offline store, all columns of all rows.
func querySpine(ctx context.Context, src Source, req *Request) (out *value.Batch, err error) {
	if q, ok := src.Offline.(offline.Querier); ok {
		out, err := q.Query(ctx, &offline.Query{Text: req.SpineSQL, Sources: src.Set.Sources, Location: req.Location})
		if err != nil {
			return nil, src.failed(err)
		}
		return out, nil
	}
	s := &feature.Source{Name: "entities", Type: sqlSource, Query: req.SpineSQL, TimestampField: req.TimeColumn}
	if s.TimestampField == "" {
		s.TimestampField = DefaultTimeColumn
	}
	if req.Location != nil {
		s.Timezone = req.Location.String()
	}
	s.TimestampUnit = string(req.Unit)
	columns, err := src.Offline.Columns(ctx, s)
	if errs.CodeOf(err) == errs.Unimplemented {
		return nil, errs.New(errs.Unimplemented, "the offline store runs no SQL, so that a query gives no entity rows").WithID("T0923").
			WithHint("export the rows to a file and give --entities FILE, or use offline_store: {type: postgres, …} or {type: duckdb}")
	}
	if err != nil {
		return nil, src.failed(err)
	}
	snap, err := src.Offline.Open(ctx, s, columns, nil)
	if err != nil {
		return nil, src.failed(err)
	}
	defer func() { err = errs.Join(err, snap.Close()) }()
	if out, err = readAll(ctx, snap, columns); err != nil {
		return nil, src.failed(err)
	}
	return out, nil
}

// failed gives a raw error of the offline store its code.
func (s Source) failed(err error) error {
	if errs.CodeOf(err) != errs.Unknown {
		return err
	}
	return errs.Wrap(err, s.Offline.Code(err), "read the entity rows")
}
