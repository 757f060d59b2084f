package explain

import (
	"context"

	"github.com/truepoint/truepoint/online"
)

// A Size tells how much the online table that serves a view holds.
type Size struct {
	View     string
	Rows     int64 // tombstones included
	KeyBytes int64 // of their keys, encoded
	RowBytes int64 // of them, packed
}

// Sizes returns the sizes of views that are served online, of all of these when none is named, in order of name. It reads
// every row.
func Sizes(ctx context.Context, env *Env, views ...string) ([]Size, error) {
	chosen, states, err := env.chosen(ctx, views)
	if err != nil {
		return nil, err
	}
	var out []Size
	for _, v := range chosen {
		if !v.Online {
			continue
		}
		s := Size{View: v.Name}
		err := env.Online.Scan(ctx, v.TableAt(env.Project, states[v.Name].Serving(v)), func(c online.Cell) bool {
			s.Rows++
			s.KeyBytes, s.RowBytes = s.KeyBytes+int64(len(c.Key)), s.RowBytes+int64(len(c.Row))
			return true
		})
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}
