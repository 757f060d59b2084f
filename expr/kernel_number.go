package expr

import "math"

func addFloats(n int, d *register, a []*register) {
	x, y, z := a[0].floats[:n], a[1].floats[:n], d.floats[:n]
	for i := range z {
		z[i] = x[i] + y[i]
	}
}

func subFloats(n int, d *register, a []*register) {
	x, y, z := a[0].floats[:n], a[1].floats[:n], d.floats[:n]
	for i := range z {
		z[i] = x[i] - y[i]
	}
}

func mulFloats(n int, d *register, a []*register) {
	x, y, z := a[0].floats[:n], a[1].floats[:n], d.floats[:n]
	for i := range z {
		z[i] = x[i] * y[i]
	}
}

func divFloats(n int, d *register, a []*register) {
	x, y, z := a[0].floats[:n], a[1].floats[:n], d.floats[:n]
	for i := range z {
		z[i] = x[i] / y[i]
	}
}

// addInts sums; two operands of one sign with a sum of the other have overflowed.
func addInts(n int, d *register, a []*register) {
	x, y, z := a[0].ints[:n], a[1].ints[:n], d.ints[:n]
	for i := range z {
		s := x[i] + y[i]
		if z[i] = s; (x[i]^s)&(y[i]^s) < 0 {
			d.raise(i, overflow)
		}
	}
}

func subInts(n int, d *register, a []*register) {
	x, y, z := a[0].ints[:n], a[1].ints[:n], d.ints[:n]
	for i := range z {
		s := x[i] - y[i]
		if z[i] = s; (x[i]^y[i])&(x[i]^s) < 0 {
			d.raise(i, overflow)
		}
	}
}

func mulInts(n int, d *register, a []*register) {
	x, y, z := a[0].ints[:n], a[1].ints[:n], d.ints[:n]
	for i := range z {
		v, w := x[i], y[i]
		p := v * w
		if z[i] = p; v != 0 && (p/v != w || v == -1 && w == math.MinInt64) {
			d.raise(i, overflow)
		}
	}
}

func floorDivideInts(x, y int64) (int64, reason) {
	if y == 0 {
		return 0, zeroDivisor
	}
	if x == math.MinInt64 && y == -1 {
		return 0, overflow
	}
	q := x / y
	if x%y != 0 && (x < 0) != (y < 0) {
		q--
	}
	return q, fine
}

func floorDivideFloats(x, y float64) float64 { return math.Floor(x / y) }

func moduloInts(x, y int64) (int64, reason) {
	if y == 0 {
		return 0, zeroDivisor
	}
	if y == -1 {
		return 0, fine
	}
	r := x % y
	if r != 0 && (r < 0) != (y < 0) {
		r += y
	}
	return r, fine
}

// moduloFloats returns the remainder with the sign of y, as Python does: −1 % +Inf is +Inf.
func moduloFloats(x, y float64) float64 {
	r := math.Mod(x, y)
	if r == 0 {
		return math.Copysign(0, y)
	}
	if (r < 0) != (y < 0) {
		r += y
	}
	return r
}

func negateInt(x int64) (int64, reason) {
	if x == math.MinInt64 {
		return 0, overflow
	}
	return -x, fine
}

func negateFloat(x float64) float64 { return -x }

func absInt(x int64) (int64, reason) {
	if x < 0 {
		return negateInt(x)
	}
	return x, fine
}

func signInt(x int64) int64 { return flag(x > 0) - flag(x < 0) }

// signFloat keeps NaN, and the zeros as they are.
func signFloat(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

func leastInt(x, y int64) int64    { return min(x, y) }
func greatestInt(x, y int64) int64 { return max(x, y) }
func isNaN(x float64) int64        { return flag(math.IsNaN(x)) }
func isInf(x float64) int64        { return flag(math.IsInf(x, 0)) }

func clampInts(n int, d *register, a []*register) {
	x, low, high, z := a[0].ints[:n], a[1].ints[:n], a[2].ints[:n], d.ints[:n]
	for i := range z {
		z[i] = min(max(x[i], low[i]), high[i])
	}
}

func clampFloats(n int, d *register, a []*register) {
	x, low, high, z := a[0].floats[:n], a[1].floats[:n], a[2].floats[:n], d.floats[:n]
	for i := range z {
		z[i] = math.Min(math.Max(x[i], low[i]), high[i])
	}
}

// widenInts makes Floats of Ints: to the nearest.
func widenInts(n int, d *register, a []*register) {
	x, z := a[0].ints[:n], d.floats[:n]
	for i := range z {
		z[i] = float64(x[i])
	}
}
