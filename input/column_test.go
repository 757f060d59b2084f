package input_test

import (
	"fmt"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/input"
)

func TestRowsRefusesAColumnThatStandsTwiceAmongFewAndMany(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 32, 33, 1_000} {
		var columns []input.Column
		for i := range n {
			columns = append(columns, input.FromTokens(fmt.Sprint("c", i), []string{"1", "2"}))
		}
		if rows, err := input.Rows(columns); rows != 2 || err != nil {
			t.Errorf("%d columns: %d rows, %v", n, rows, err)
		}
		columns[n-1].Name = "c0"
		if _, err := input.Rows(columns); len(errs.All(err)) != 1 || errs.All(err)[0].ID != "T0371" {
			t.Errorf("%d columns, the last called as the first: %v", n, err)
		}
	}
}
