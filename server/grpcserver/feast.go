package grpcserver

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/feast/types"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/server/onlineproto"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/protovalue"
)

// feastOnline is GetOnlineFeatures of both of Feast's services. A store that cannot answer fails the request: a client
// would take INVALID cells for nulls.
func (s *Server) feastOnline(ctx context.Context, q *servingpb.GetOnlineFeaturesRequest) (any, error) {
	r := &serving.Request{AsOf: eventtime.None, OnError: serving.Fail, Names: names(q.GetFullFeatureNames())}
	r.Service, r.Features = q.GetFeatureService(), q.GetFeatures().GetVal()
	r.Entities = appendColumns(nil, q.GetEntities())
	r.Entities = appendColumns(r.Entities, q.GetRequestContext())
	return s.read(ctx, r, onlineproto.AppendFeast)
}

func names(full bool) feature.Naming {
	if full {
		return feature.FullNames
	}
	return feature.ShortNames
}

// appendColumns appends the columns of a request in order of name: its own is not known.
func appendColumns(dst []input.Column, all map[string]*typespb.RepeatedValue) []input.Column {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		values := all[name].GetVal()
		dst = append(dst, input.FromRows(name, len(values), func(i int, t value.Type) (value.Value, error) {
			return protovalue.FromFeast(values[i], t)
		}))
	}
	return dst
}

// read asks the store and encodes its answer.
func (s *Server) read(ctx context.Context, q *serving.Request, write func([]byte, *serving.Response) []byte) (any, error) {
	began := time.Now()
	if err := s.opt.Gate.Enter(); err != nil {
		s.observe("", err, nil, began)
		return nil, err
	}
	defer s.opt.Gate.Leave()
	r, err := s.store.Online(ctx, q)
	if err != nil {
		s.observe("", err, nil, began)
		return nil, err
	}
	a := encode(func(dst []byte) []byte { return write(dst, r) })
	s.observe(q.Service, nil, r, began)
	if s.opt.FeatureLog != nil {
		s.opt.FeatureLog.Answered(r, q.Service, requestID(ctx), eventtime.Instant(began.UnixMicro()))
	}
	return a, nil
}

func (s *Server) observe(service string, err error, r *serving.Response, began time.Time) {
	if s.opt.Observer != nil {
		s.opt.Observer.Observe(service, err, r, time.Since(began))
	}
}

// feastPush is Push: one row to a push source.
func (s *Server) feastPush(ctx context.Context, q *servingpb.PushRequest) (any, error) {
	to, err := ingest.ParseTarget(q.GetTo())
	if err != nil {
		return nil, err
	}
	if q.GetStreamFeatureView() == "" {
		return nil, errs.New(errs.InvalidArgument, "no push source is named").WithID("T0828").WithHint("set stream_feature_view to its name")
	}
	row, err := rowOf(q.GetFeatures(), q.GetTypedFeatures())
	if err != nil {
		return nil, err
	}
	if _, err := s.store.Push(ctx, &ingest.Request{Source: q.GetStreamFeatureView(), Rows: row, To: to}); err != nil {
		return nil, err
	}
	return &servingpb.PushResponse{Status: true}, nil
}

// feastWrite is WriteToOnlineStore: one row to a view.
func (s *Server) feastWrite(ctx context.Context, q *servingpb.WriteToOnlineStoreRequest) (any, error) {
	if q.GetFeatureViewName() == "" {
		return nil, errs.New(errs.InvalidArgument, "no feature view is named").WithID("T0828").WithHint("set feature_view_name")
	}
	row, err := rowOf(q.GetFeatures(), q.GetTypedFeatures())
	if err != nil {
		return nil, err
	}
	if _, err := s.store.Push(ctx, &ingest.Request{View: q.GetFeatureViewName(), Rows: row, To: ingest.Online}); err != nil {
		return nil, err
	}
	return &servingpb.WriteToOnlineStoreResponse{Status: true}, nil
}

// rowOf returns the columns of one row, in order of name.
func rowOf(texts map[string]string, typed map[string]*typespb.Value) ([]input.Column, error) {
	switch {
	case len(texts) > 0 && len(typed) > 0:
		return nil, errs.New(errs.InvalidArgument, "both features and typed_features are given").WithID("T0828").WithHint("give the row in one of them")
	case len(texts) == 0 && len(typed) == 0:
		return nil, errs.New(errs.InvalidArgument, "the row is empty").WithID("T0828").WithHint("give it in typed_features")
	}
	var out []input.Column
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		out = append(out, input.FromTexts(name, []string{texts[name]}))
	}
	for _, name := range slices.Sorted(maps.Keys(typed)) {
		v := typed[name]
		out = append(out, input.FromRows(name, 1, func(_ int, t value.Type) (value.Value, error) { return protovalue.FromFeast(v, t) }))
	}
	return out, nil
}
