package state

import "context"

// A Swap is a compare-and-swap of one record, as by CompareAndSwap.
type Swap struct {
	Key      string
	Expected int64
	Value    []byte
}

// A Batcher is a Driver that changes several records in one transaction. It is an optional ability: BatcherOf finds it.
type Batcher interface {
	// SwapAll does all of swaps, whose keys differ, or none. It returns their new versions, in their order. Where records
	// have other versions than expected it changes nothing and returns the places of their swaps, ascending, which is not an
	// error. Values are not retained. After another error it is open whether all of it was done or none.
	SwapAll(ctx context.Context, swaps []Swap) (versions []int64, refused []int, err error)
}

// BatcherOf returns the ability of d, or of the driver that it shares the readings of; nil where there is none.
func BatcherOf(d Driver) Batcher {
	if s, shared := d.(*Shared); shared {
		d = s.Driver
	}
	b, _ := d.(Batcher)
	return b
}

// CheckSwaps returns the error of CheckKey for the first key that cannot name a record.
func CheckSwaps(swaps []Swap) error {
	for i := range swaps {
		if err := CheckKey(swaps[i].Key); err != nil {
			return err
		}
	}
	return nil
}
