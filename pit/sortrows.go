package pit

import (
	"context"
	"slices"
)

// sortRows sorts rows. It looks at the context every sortRun rows.
func sortRows[T any](ctx context.Context, rows []T, order func(a, b T) int) error {
	const sortRun = 1 << 16
	for lo := 0; lo < len(rows); lo += sortRun {
		if run := rows[lo:min(lo+sortRun, len(rows))]; len(run) > 1 && !slices.IsSortedFunc(run, order) {
			slices.SortFunc(run, order)
		}
		if len(rows) > sortRun && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if len(rows) <= sortRun {
		return nil
	}
	from, to := rows, make([]T, len(rows))
	for width := sortRun; width < len(rows); width *= 2 {
		for lo := 0; lo < len(rows); lo += 2 * width {
			mid, hi := min(lo+width, len(rows)), min(lo+2*width, len(rows))
			if err := merge(ctx, to[lo:hi], from[lo:mid], from[mid:hi], order); err != nil {
				return err
			}
		}
		from, to = to, from
	}
	copy(rows, from)
	return nil
}

// merge merges the sorted a and b into dst, whose length is the sum of theirs.
func merge[T any](ctx context.Context, dst, a, b []T, order func(a, b T) int) error {
	for i := range dst {
		if i%(1<<16) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if len(b) == 0 || len(a) > 0 && order(a[0], b[0]) <= 0 {
			dst[i], a = a[0], a[1:]
		} else {
			dst[i], b = b[0], b[1:]
		}
	}
	return nil
}
