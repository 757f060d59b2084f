package onlinejson_test

import (
	"testing"

	"github.com/truepoint/truepoint/server/onlinejson"
	"github.com/truepoint/truepoint/serving"
)

func TestOwnAnswerNamesViewsThatAnOlderRevisionAnswers(t *testing.T) {
	t.Parallel()
	r := &serving.Response{Revision: 3, Older: []*serving.Older{{View: "v", Generation: 1, Revision: 2, Waiting: 2}, {View: "w", Generation: 4, Revision: 1, Waiting: 5}}}
	want := `{"as_of":"1970-01-01T00:00:00Z","revision":3,"entities":{},"results":[],"older":[` +
		`{"view":"v","generation":1,"revision":2,"waiting_generation":2},{"view":"w","generation":4,"revision":1,"waiting_generation":5}]}`
	if got := string(onlinejson.Append(nil, r)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
