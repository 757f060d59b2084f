package explain

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

// differencesShown bounds how many differing cells a report tells.
const differencesShown = 20

// Verify reads entities online and recomputes the same features offline by the oracle, at the asOf of the answer and by
// the definitions that serve it: a view whose new generation is not complete is compared in its older form.
// Errors: those of both reads; a difference is no error, the report counts it.
func Verify(ctx context.Context, env *Env, req *VerifyRequest) (*VerifyReport, error) {
	res, err := env.Serving.Read(ctx, &serving.Request{
		Entities: req.Entities, Features: req.Features, Service: req.Service, Names: feature.FullNames, AsOf: req.AsOf, OnError: serving.Cells,
	})
	if err != nil {
		return nil, err
	}
	c, err := env.Serving.Current(ctx)
	if err != nil {
		return nil, err
	}
	if res.Revision != c.Revision {
		return nil, errs.New(errs.Aborted, "the definitions moved from revision %d to %d while they were compared", res.Revision, c.Revision)
	}
	spine, err := spineOf(res)
	if err != nil {
		return nil, err
	}
	want, err := historical.Join(ctx, historical.Source{Set: c.Set, Revision: c.Revision, Offline: env.Offline}, &historical.Request{
		Spine: spine, TimeColumn: asOfColumn, Features: req.Features, Service: req.Service, Names: feature.FullNames, Engine: historical.Naive,
	})
	if err != nil {
		return nil, err
	}
	return compare(res, want), nil
}

// asOfColumn is the spine's time column. No feature or key can have this name.
const asOfColumn = "__as_of"

// spineOf returns the entities of an answer as a spine, all at its asOf.
func spineOf(res *serving.Response) (*value.Batch, error) {
	b := &value.Batch{}
	for _, k := range res.Keys {
		typ, err := typeOf(k)
		if err != nil {
			return nil, err
		}
		c := value.NewColumn(typ, res.Rows)
		for _, v := range k.Values {
			c.Append(v)
		}
		b.Add(k.Name, c)
	}
	if res.Request != nil {
		for i, name := range res.Request.Names {
			b.Add(name, res.Request.Columns[i])
		}
	}
	times := value.NewColumn(value.Scalar(value.UnixTimestamp), res.Rows)
	for range res.Rows {
		times.Append(value.OfInstant(res.AsOf))
	}
	b.Add(asOfColumn, times)
	return b, nil
}

// typeOf returns the type of a key column: keys are scalars, so any value tells it.
func typeOf(k serving.Key) (value.Type, error) {
	if len(k.Values) == 0 {
		return value.Type{}, errs.New(errs.InvalidArgument, "no entities are given to compare").WithID("T0381")
	}
	return value.Scalar(k.Values[0].Kind()), nil
}

func compare(have *serving.Response, want *historical.Result) *VerifyReport {
	r := &VerifyReport{AsOf: have.AsOf, Status: map[string]int64{}}
	byName := map[string]*historical.Feature{}
	for i := range want.Features {
		byName[want.Features[i].Name] = &want.Features[i]
	}
	for c := range have.Columns {
		col := &have.Columns[c]
		f, values := byName[col.Name], want.Batch.Column(col.Name)
		for i := range col.Cells {
			off := Side{Status: f.Status[i], Value: values.At(i), Event: f.Event[i]}
			r.add(col.Name, i, &col.Cells[i], off)
		}
	}
	return r
}

func (r *VerifyReport) add(name string, row int, cell *serving.Cell, off Side) {
	r.Cells++
	r.Status[off.Status.String()]++
	if cell.Status == value.Error {
		r.Unknown++
		return
	}
	same := cell.Status.Agrees(off.Status) && cell.Value.Identical(off.Value)
	if same && (cell.Status == value.Present || cell.Status == value.NullValue) {
		same = cell.Event == off.Event
	}
	if same {
		r.Agreed++
		return
	}
	if len(r.Differs) < differencesShown {
		on := Side{Status: cell.Status, Value: cell.Value, Event: cell.Event}
		r.Differs = append(r.Differs, Difference{Feature: name, Row: row, Online: on, Offline: off})
	}
}
