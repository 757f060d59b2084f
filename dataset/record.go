package dataset

import (
	"cmp"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// Record returns the manifest of a set that was just made: all that follows from the request, the result and the
// definitions. Name, project, author, time, origin, split and files are the caller's to fill in.
func Record(set *feature.Set, req *historical.Request, res *historical.Result) *Manifest {
	m := &Manifest{
		Format: Format, Revision: res.Revision, Rows: res.Rows, InStore: res.InStore, Columns: res.Batch.Fields(),
		Request: Request{
			Features: req.Features, Service: req.Service, FullNames: req.Names == feature.FullNames,
			KnownAsOf: req.Known == pit.KnownAtAsOf, NullFeatures: req.OnNull == historical.NullFeatures, TiesError: req.TiesError,
		},
		Spine: Spine{TimeColumn: req.TimeColumn, Unit: req.Unit, Columns: len(res.Batch.Columns) - len(res.Features)},
	}
	if req.Known == pit.KnownAtInstant {
		at := req.KnownAt
		m.Request.KnownAt = &at
	}
	if req.Location != nil && req.Location != time.UTC {
		m.Spine.Zone = req.Location.String()
	}
	if m.Spine.TimeColumn == "" {
		m.Spine.TimeColumn = historical.DefaultTimeColumn
	}
	if req.AllKeys != "" && len(req.Features) == 0 && req.Service == "" {
		for _, f := range res.Features { // a request for every feature of a view names none
			m.Request.Features = append(m.Request.Features, feature.Ref{View: req.AllKeys, Feature: f.Field.Name}.String())
		}
	}
	views := map[string]string{}
	for _, v := range res.Views {
		views[v.Alias] = v.View
	}
	for _, f := range res.Features {
		ref := feature.Ref{View: cmp.Or(views[f.View], f.View), Feature: f.Field.Name}
		m.Features = append(m.Features, Feature{Column: f.Name, Ref: ref.String(), Fingerprint: fingerprint(set, ref.View)})
	}
	for _, s := range res.Sources {
		m.Sources = append(m.Sources, Source{Name: s.Source, Manifest: s.Manifest})
	}
	return m
}

// fingerprint returns the fingerprint of a view, or nothing where there is none of the name.
func fingerprint(set *feature.Set, view string) string {
	if v, ok := set.View(view); ok {
		return v.Fingerprint(set)
	}
	if v, ok := set.OnDemandView(view); ok {
		return v.Fingerprint(set)
	}
	return ""
}

// request returns the request that makes the set again, without entity rows: these are the first columns of its files.
func (m *Manifest) request() (*historical.Request, error) {
	req := &historical.Request{
		TimeColumn: m.Spine.TimeColumn, Unit: m.Spine.Unit, AsOf: eventtime.None,
		Features: m.Request.Features, Service: m.Request.Service, TiesError: m.Request.TiesError,
	}
	var err error
	if req.Location, err = eventtime.LoadLocation(m.Spine.Zone); err != nil {
		return nil, errs.Wrap(err, errs.FailedPrecondition, "dataset %q", m.Name)
	}
	if m.Request.FullNames {
		req.Names = feature.FullNames
	}
	if m.Request.NullFeatures {
		req.OnNull = historical.NullFeatures
	}
	switch {
	case m.Request.KnownAsOf:
		req.Known = pit.KnownAtAsOf
	case m.Request.KnownAt != nil:
		req.Known, req.KnownAt = pit.KnownAtInstant, *m.Request.KnownAt
	}
	return req, nil
}

// spine returns the columns of the entity rows.
func (m *Manifest) spine() []value.Field { return m.Columns[:min(m.Spine.Columns, len(m.Columns))] }
