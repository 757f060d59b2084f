package drivers

import "github.com/truepoint/truepoint/online"

// Stamps implements online.Stamper: those of the driver, nil before it was opened and if it has none.
func (o *onDemand) Stamps() *online.Stamps {
	if d, ok := o.opened.Load().(online.Stamper); ok {
		return d.Stamps()
	}
	return nil
}
