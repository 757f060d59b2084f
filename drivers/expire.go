package drivers

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online"
)

// Expire implements online.Expirer by the driver's own, if it has it.
func (o *onDemand) Expire(ctx context.Context, table string, cells []online.Cell) (int64, error) {
	d, err := o.get(ctx)
	if err != nil {
		return 0, err
	}
	e, able := d.(online.Expirer)
	if !able {
		return 0, errs.New(errs.Unimplemented, "this online store cannot remove single rows")
	}
	n, err := e.Expire(ctx, table, cells)
	return n, o.coded(d, err)
}
