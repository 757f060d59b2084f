package expr

// A kernel computes the first n rows of d from its arguments. Where its overload is not lazy, d is already null and
// ERROR where an argument is; a kernel may write anything there.
type kernel func(n int, d *register, a []*register)

// map1 returns the kernel of a function that is defined everywhere.
func map1[A, R any](in func(*register) []A, out func(*register) []R, f func(A) R) kernel {
	return func(n int, d *register, a []*register) {
		x, y := in(a[0])[:n], out(d)[:n]
		for i, v := range x {
			y[i] = f(v)
		}
	}
}

// map2 is map1 for two arguments.
func map2[A, B, R any](first func(*register) []A, second func(*register) []B, out func(*register) []R, f func(A, B) R) kernel {
	return func(n int, d *register, a []*register) {
		x, y, z := first(a[0])[:n], second(a[1])[:n], out(d)[:n]
		for i, v := range x {
			z[i] = f(v, y[i])
		}
	}
}

// try1 returns the kernel of a function that may give a reason instead of a value. It is not called for nulls.
func try1[A, R any](in func(*register) []A, out func(*register) []R, f func(A) (R, reason)) kernel {
	return func(n int, d *register, a []*register) {
		x, y := in(a[0])[:n], out(d)[:n]
		for i, v := range x {
			if d.null(i) {
				continue
			}
			r, why := f(v)
			if y[i] = r; why != fine {
				d.raise(i, why)
			}
		}
	}
}

// try2 is try1 for two arguments.
func try2[A, B, R any](first func(*register) []A, second func(*register) []B, out func(*register) []R, f func(A, B) (R, reason)) kernel {
	return func(n int, d *register, a []*register) {
		x, y, z := first(a[0])[:n], second(a[1])[:n], out(d)[:n]
		for i, v := range x {
			if d.null(i) {
				continue
			}
			r, why := f(v, y[i])
			if z[i] = r; why != fine {
				d.raise(i, why)
			}
		}
	}
}

func same[T any](v T) T { return v }

// flag returns a truth value as registers hold it.
func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
