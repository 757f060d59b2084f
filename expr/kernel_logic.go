package expr

import (
	"cmp"
	"slices"
)

func compare[T any](get func(*register) []T, f func(z []int64, x, y []T)) kernel {
	return func(n int, d *register, a []*register) { f(d.ints[:n], get(a[0])[:n], get(a[1])[:n]) }
}

func equal[T comparable](z []int64, x, y []T) {
	for i := range z {
		z[i] = flag(x[i] == y[i])
	}
}

func differ[T comparable](z []int64, x, y []T) {
	for i := range z {
		z[i] = flag(x[i] != y[i])
	}
}

func less[T cmp.Ordered](z []int64, x, y []T) {
	for i := range z {
		z[i] = flag(x[i] < y[i])
	}
}

func atMost[T cmp.Ordered](z []int64, x, y []T) {
	for i := range z {
		z[i] = flag(x[i] <= y[i])
	}
}

func greater[T cmp.Ordered](z []int64, x, y []T) { less(z, y, x) }
func atLeast[T cmp.Ordered](z []int64, x, y []T) { atMost(z, y, x) }

func and(x, y int64) int64 { return x & y }
func or(x, y int64) int64  { return x | y }
func not(x int64) int64    { return x ^ 1 }

func inInts(b binding) (kernel, error) {
	set := map[int64]bool{}
	for _, v := range b.list {
		set[v.(int64)] = true
	}
	return map1(getInts, getInts, func(x int64) int64 { return flag(set[x]) }), nil
}

func inTexts(b binding) (kernel, error) {
	set := map[string]bool{}
	for _, v := range b.list {
		set[v.(string)] = true
	}
	return map1(getTexts, getInts, func(x string) int64 { return flag(set[x]) }), nil
}

// inFloats compares as == does: NaN is in no list, and −0 is 0.
func inFloats(b binding) (kernel, error) {
	var set []float64
	for _, v := range b.list {
		f, ok := v.(float64)
		if !ok {
			f = float64(v.(int64))
		}
		set = append(set, f)
	}
	return map1(getFloats, getInts, func(x float64) int64 { return flag(slices.Contains(set, x)) }), nil
}

func isNull(n int, d *register, a []*register) {
	for i := range n {
		if why := a[0].fault(i); why != fine {
			d.raise(i, why)
			continue
		}
		d.ints[i] = flag(a[0].null(i))
	}
}

func chooseOf(b binding) (kernel, error) {
	switch b.shared.storage() {
	case storeInts:
		return choose(getInts), nil
	case storeFloats:
		return choose(getFloats), nil
	case storeTexts:
		return choose(getTexts), nil
	}
	return choose(getValues), nil
}

// choose is if: the branch that is not taken has no say, whether null or ERROR.
func choose[T any](get func(*register) []T) kernel {
	return func(n int, d *register, a []*register) {
		out := get(d)
		for i := range n {
			if why := a[0].fault(i); why != fine {
				d.raise(i, why)
				continue
			}
			from := a[2]
			if a[0].ints[i] != 0 && !a[0].null(i) {
				from = a[1]
			}
			take(d, from, out, get(from), i)
		}
	}
}

func coalesceOf(b binding) (kernel, error) {
	switch b.shared.storage() {
	case storeInts:
		return coalesce(getInts), nil
	case storeFloats:
		return coalesce(getFloats), nil
	case storeTexts:
		return coalesce(getTexts), nil
	}
	return coalesce(getValues), nil
}

// coalesce passes over nulls, not over ERRORs.
func coalesce[T any](get func(*register) []T) kernel {
	return func(n int, d *register, a []*register) {
		out := get(d)
		for i := range n {
			from := a[0]
			if from.null(i) && from.fault(i) == fine {
				from = a[1]
			}
			take(d, from, out, get(from), i)
		}
	}
}

// take copies row i of a register, with what it says of null and ERROR.
func take[T any](d, from *register, out, in []T, i int) {
	if why := from.fault(i); why != fine {
		d.raise(i, why)
		return
	}
	if from.null(i) {
		d.setNull(i)
		return
	}
	out[i] = in[i]
}
