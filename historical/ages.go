package historical

import (
	"slices"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// agesMax bounds how many ages of one feature are kept.
const agesMax = 1 << 20

// An AgeReport describes how old the values of one feature were at their rows' asOf: asOf minus event time, of the cells
// with a value. Quantiles are the least age that at least so much of the cells do not exceed, in whole microseconds;
// beyond 1,048,576 cells they are those of every second, fourth, … cell in row order. Max is exact.
type AgeReport struct {
	Cells int64              `json:"cells"`
	P50   eventtime.Duration `json:"p50"`
	P90   eventtime.Duration `json:"p90"`
	P99   eventtime.Duration `json:"p99"`
	Max   eventtime.Duration `json:"max"`
}

// ages collects the ages of one feature in row order.
type ages struct {
	kept   []eventtime.Duration
	stride int64 // every stride-th age is kept; a power of two
	seen   int64
	max    eventtime.Duration
}

func (a *ages) add(age eventtime.Duration) {
	a.max = max(a.max, age)
	a.stride = max(a.stride, 1)
	if a.seen%a.stride == 0 {
		if len(a.kept) == agesMax {
			a.thin()
		}
		if a.seen%a.stride == 0 {
			a.kept = append(a.kept, age)
		}
	}
	a.seen++
}

// thin drops every second age.
func (a *ages) thin() {
	for i := range agesMax / 2 {
		a.kept[i] = a.kept[2*i]
	}
	a.kept, a.stride = a.kept[:agesMax/2], a.stride*2
}

// report returns the distribution, nil without an age.
func (a *ages) report() *AgeReport {
	if a.seen == 0 {
		return nil
	}
	slices.Sort(a.kept)
	at := func(percent int) eventtime.Duration { return a.kept[(len(a.kept)*percent+99)/100-1] }
	return &AgeReport{Cells: a.seen, P50: at(50), P90: at(90), P99: at(99), Max: a.max}
}

// addFeature adds the ages of the cells of a feature that have a value.
func (a *ages) addFeature(f *Feature, asOf []eventtime.Instant) {
	for i, s := range f.Status {
		if s == value.Present && f.Event[i] != eventtime.None && asOf[i] != eventtime.None {
			a.add(asOf[i].Sub(f.Event[i]))
		}
	}
}

// report returns the report of a feature.
func (r *Result) report(f *Feature) *FeatureReport {
	for v := range r.Views {
		for i := range r.Views[v].Features {
			if r.Views[v].Alias == f.View && r.Views[v].Features[i].Name == f.Name {
				return &r.Views[v].Features[i]
			}
		}
	}
	return &FeatureReport{}
}
