package grpcserver

import (
	"context"
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/feast/types"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/protovalue"
)

// decodeFeast reads a GetOnlineFeaturesRequest, which both of Feast's services have. A store that cannot answer fails the
// request: a client would take INVALID cells for nulls.
func decodeFeast(x *exchange) error {
	if plainFeast(scan(x.message), &x.request, &x.columns) {
		return nil
	}
	return anyFeast(x.message, &x.request)
}

// anyFeast reads what is not plain.
func anyFeast(m message, r *serving.Request) error {
	q := &servingpb.GetOnlineFeaturesRequest{}
	if err := proto.Unmarshal([]byte(m), q); err != nil {
		return unreadable(err)
	}
	*r = serving.Request{AsOf: eventtime.None, OnError: serving.Fail, Names: names(q.GetFullFeatureNames())}
	r.Service, r.Features = q.GetFeatureService(), q.GetFeatures().GetVal()
	r.Entities = appendColumns(nil, q.GetEntities())
	r.Entities = appendColumns(r.Entities, q.GetRequestContext())
	return nil
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
