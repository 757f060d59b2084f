package expr_test

import (
	"slices"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/expr"
)

func TestColumnsNeedNoTypes(t *testing.T) {
	t.Parallel()
	got, err := expr.Columns("b > 1 && coalesce(view.x, a, b) in [1, 2] ? `two words` : 'c'")
	if want := []string{"a", "b", "two words", "view.x"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if _, err := expr.Columns("a +"); errs.CodeOf(err) != errs.InvalidArgument {
		t.Errorf("got %v", err)
	}
}
