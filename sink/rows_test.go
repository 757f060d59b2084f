package sink_test

import (
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/value"
)

func rows(t *testing.T, keys []value.Field, parts ...value.Value) *sink.Rows {
	t.Helper()
	key, err := value.AppendKey(nil, parts)
	if err != nil {
		t.Fatal(err)
	}
	return &sink.Rows{
		Use:     &feature.Use{View: &feature.View{Name: "clicks"}, Keys: keys},
		Encoded: [][]byte{key}, Event: []eventtime.Instant{1}, Created: []eventtime.Instant{eventtime.None}, Snapshot: 2,
	}
}

func TestErrorsNameTheRowByItsJoinKeys(t *testing.T) {
	t.Parallel()
	region, user := value.Field{Name: "region", Type: value.Scalar(value.Int64)}, value.Field{Name: "user_id", Type: value.Scalar(value.String)}
	two := rows(t, []value.Field{region, user}, value.OfInt64(-3), value.OfString("u\n7"))
	two.Event[0] = eventtime.None
	if err := two.Check(); errs.CodeOf(err) != errs.InvalidArgument || !strings.Contains(err.Error(), `row of region=-3, user_id="u\n7" for view "clicks" has no valid event time`) {
		t.Errorf("two keys: %v", err)
	}
	none := rows(t, nil)
	none.Created[0] = eventtime.Max + 1
	if err := none.Check(); !strings.Contains(err.Error(), `row for view "clicks" has a created time`) {
		t.Errorf("no key: %v", err)
	}
	torn := rows(t, []value.Field{user}, value.OfString("u7"))
	torn.Encoded[0] = []byte{0xAB}
	if got := torn.Name(0); got != `row of key ab for view "clicks"` {
		t.Errorf("bytes that are no key: %s", got)
	}
}
