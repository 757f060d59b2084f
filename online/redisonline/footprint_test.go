package redisonline_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/truepoint/truepoint/internal/redistest"
	"github.com/truepoint/truepoint/online/redisonline"
)

func TestFootprintIsWhatAServerUses(t *testing.T) {
	t.Parallel()
	c := redistest.Connect(t, redistest.Database(t))
	for _, size := range [][2]int{{20, 40}, {20, 44}, {20, 45}, {12, 400}, {300, 100}, {40, 3000}, {10, 70_000}} {
		key, row := size[0], size[1]
		name := fmt.Sprintf("%0*d", key+21, 7)
		if err := c.Do(context.Background(), c.B().Set().Key(name).Value(fmt.Sprintf("%0*d", row, 1)).Build()).Error(); err != nil {
			t.Fatal(err)
		}
		used, err := c.Do(context.Background(), c.B().MemoryUsage().Key(name).Build()).AsInt64()
		if err != nil {
			t.Fatal(err)
		}
		if got := redisonline.Footprint(key, row); math.Abs(float64(got)-float64(used)-12) > 40+float64(used)/20 {
			t.Errorf("key of %d, row of %d bytes: %d, the server says %d beside its table", key, row, got, used)
		}
	}
}
