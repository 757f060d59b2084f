package historical

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

// A spine is a checked left side: the user's columns as they are and, for the join, the key columns in their declared
// types and the instants.
type spine struct {
	columns *value.Batch
	keys    *value.Batch
	asOf    []eventtime.Instant
}

func buildSpine(ctx context.Context, src Source, sel *feature.Selection, req *Request) (*spine, error) {
	switch {
	case req.Range != nil && (req.Spine != nil || req.SpineTable != nil || req.SpineSQL != "" || req.AllKeys != ""):
		return nil, errs.New(errs.InvalidArgument, "the entity rows are given twice, once as a range of time").
			WithID("T0343").WithHint("give either --start and --end or entity rows")
	case req.SpineTable != nil:
		if req.Spine != nil || req.SpineSQL != "" || req.AllKeys != "" {
			return nil, errs.New(errs.InvalidArgument, "the entity rows are given twice, once as a table").
				WithID("T0343").WithHint("give one of --entities, --entities-sql and --all-keys")
		}
		rows, err := readAll(ctx, req.SpineTable, req.SpineTable.Fields())
		if err != nil {
			return nil, err
		}
		with := *req
		with.Spine, with.SpineTable = rows, nil
		return buildSpine(ctx, src, sel, &with)
	case req.Range != nil:
		return rangeSpine(ctx, src, sel, req)
	case req.SpineSQL != "" && (req.Spine != nil || req.AllKeys != ""):
		return nil, errs.New(errs.InvalidArgument, "the entity rows are given twice, once as a query").
			WithID("T0343").WithHint("give one of --entities, --entities-sql and --all-keys")
	case req.SpineSQL != "":
		rows, err := querySpine(ctx, src, req)
		if err != nil {
			return nil, err
		}
		with := *req
		with.Spine, with.SpineSQL = rows, ""
		return buildSpine(ctx, src, sel, &with)
	case req.AllKeys != "" && req.Spine != nil:
		return nil, errs.New(errs.InvalidArgument, "both entity rows and all keys of view %q are given", req.AllKeys).
			WithID("T0343").WithHint("give either --entities or --all-keys")
	case req.AllKeys != "":
		return allKeys(ctx, src, req)
	case req.Spine == nil:
		return nil, errs.New(errs.InvalidArgument, "no entity rows are given").WithID("T0343").
			WithHint("give --entities FILE, or --all-keys VIEW --as-of TIME")
	}
	if err := checkNames(sel, req.Spine); err != nil {
		return nil, err
	}
	return convertSpine(sel, req)
}

// checkNames refuses a spine column that is named like an output feature, and two of one name.
func checkNames(sel *feature.Selection, b *value.Batch) error {
	outputs := map[string]bool{}
	for _, o := range sel.Order {
		outputs[o.Name] = true
	}
	var faults errs.List
	seen := map[string]bool{}
	for _, n := range b.Names {
		if seen[n] {
			faults.Add(errs.New(errs.InvalidArgument, "the entity rows have two columns called %q", n).WithID("T0344"))
		}
		if outputs[n] {
			faults.Add(errs.New(errs.InvalidArgument, "the entity rows have a column %q, which is also the name of a feature asked for", n).
				WithID("T0345").WithHint("rename the column, or ask for full feature names (--full-feature-names)"))
		}
		seen[n] = true
	}
	return faults.Err()
}

func convertSpine(sel *feature.Selection, req *Request) (*spine, error) {
	r := newReading(sel, req)
	sp := r.read(req.Spine)
	return sp, r.err()
}

// Moments returns the asOf of every entity row of a request that has them in memory, None for null. Errors: as Join for
// entity rows.
func Moments(sel *feature.Selection, req *Request) ([]eventtime.Instant, error) {
	sp, err := convertSpine(sel, req)
	return sp.asOf, err
}

func missing(f value.Field, sel *feature.Selection, b *value.Batch) *errs.Error {
	need := make([]string, len(sel.Request))
	for i, r := range sel.Request {
		need[i] = r.Name + " (" + r.Type.String() + ")"
	}
	hint := errs.DidYouMean(f.Name, b.Names)
	if hint == "" {
		hint = fmt.Sprintf("needed are %s; the entity rows have %s", strings.Join(need, ", "), strings.Join(b.Names, ", "))
	}
	return errs.New(errs.InvalidArgument, "the entity rows have no column %q, %s", f.Name, role(f.Name, sel)).WithID("T0346").WithHint("%s", hint)
}

// role says what a request column is for, by its first use.
func role(column string, sel *feature.Selection) string {
	for i := range sel.Uses {
		u := &sel.Uses[i]
		for k, name := range u.Columns {
			if name == column {
				return fmt.Sprintf("the join key %q of view %q", u.Keys[k].Name, u.Alias)
			}
		}
	}
	return "which on-demand features take from the request"
}

// instantOf returns how rows of a time column become instants, by the column's type.
func instantOf(name string, c *value.Column, req *Request) (func(i int) (eventtime.Instant, error), error) {
	utc := value.Scalar(value.UnixTimestamp)
	switch c.Type.Kind {
	case value.UnixTimestamp:
		return func(i int) (eventtime.Instant, error) { return c.Instant(i), nil }, nil
	case value.Date:
		return func(i int) (eventtime.Instant, error) {
			v, err := value.Convert(c.At(i), utc)
			return v.Instant(), err
		}, nil
	case value.String:
		zone := req.Location
		if zone == nil {
			zone = time.UTC
		}
		return func(i int) (eventtime.Instant, error) { return eventtime.Parse(c.Texts[i], zone) }, nil
	case value.Int32, value.Int64:
		if req.Unit != "" {
			return func(i int) (eventtime.Instant, error) { return eventtime.MomentFromUnit(c.Ints[i], req.Unit) }, nil
		}
	}
	return nil, errs.New(errs.InvalidArgument, "time column %q of the entity rows is %s, expected a timestamp", name, c.Type).WithID("T0349").
		WithHint("store it as a timestamp, as RFC 3339 text, or as a number with --timestamp-unit s, ms, us or ns")
}
