package grpcserver

import (
	"google.golang.org/protobuf/proto"

	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/protovalue"
)

// decodeOwn reads a GetOnlineRequest.
func decodeOwn(x *exchange) error {
	if plainOwn(scan(x.message), &x.request, &x.columns) {
		return nil
	}
	return anyOwn(x.message, &x.request)
}

// anyOwn reads what is not plain.
func anyOwn(m message, r *serving.Request) error {
	q := &truepointv1.GetOnlineRequest{}
	if err := proto.Unmarshal([]byte(m), q); err != nil {
		return unreadable(err)
	}
	*r = serving.Request{
		Features: q.GetFeatures(), Service: q.GetFeatureService(), Names: names(q.GetFullFeatureNames()),
		AsOf: eventtime.None, Else: serving.Cells, Strict: q.GetStrict(), Entities: make([]input.Column, len(q.GetEntities())),
	}
	var err error
	if r.OnError, err = onErrorOf(q.GetOnError()); err != nil {
		return err
	}
	if q.AsOfMicros != nil {
		if r.AsOf, err = eventtime.FromUnit(*q.AsOfMicros, eventtime.Microseconds); err != nil {
			return errs.Wrap(err, errs.CodeOf(err), "as_of_micros is no instant")
		}
	}
	var faults errs.List
	for i, c := range q.GetEntities() {
		if r.Entities[i], err = columnOf(c); err != nil {
			faults.Add(errs.Wrap(err, errs.InvalidArgument, "entity column %q", c.GetName()).WithID("T0829"))
		}
	}
	return faults.Err()
}

func onErrorOf(e truepointv1.OnError) (serving.OnError, error) {
	switch e {
	case truepointv1.OnError_ON_ERROR_UNSPECIFIED:
		return "", nil
	case truepointv1.OnError_ON_ERROR_FAIL:
		return serving.Fail, nil
	case truepointv1.OnError_ON_ERROR_CELLS:
		return serving.Cells, nil
	}
	return "", errs.New(errs.InvalidArgument, "on_error has the unknown value %d", e).WithID("T0829").WithHint("use ON_ERROR_FAIL or ON_ERROR_CELLS")
}

// columnOf returns a column of a request. A Struct is read by the names of its fields, which must be those that are declared.
func columnOf(m *truepointv1.Column) (input.Column, error) {
	c, err := protovalue.FromColumn(m.GetValues())
	if err != nil {
		return input.Column{}, err
	}
	return input.FromRows(m.GetName(), c.Len(), func(i int, t value.Type) (value.Value, error) {
		if t.Kind == value.Struct && !sameFields(t.Fields, c.Type.Fields) {
			return value.Value{}, errs.New(errs.InvalidArgument, "expected %s, got %s", t, c.Type).WithID("T0829")
		}
		return value.Convert(c.At(i), t)
	}), nil
}

// sameFields reports whether fields have the same names, and those within them, in one order.
func sameFields(a, b []value.Field) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Name != b[i].Name || a[i].Type.Kind == value.Struct && !sameFields(a[i].Type.Fields, b[i].Type.Fields) {
			return false
		}
	}
	return true
}
