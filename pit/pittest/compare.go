package pittest

import (
	"context"
	"fmt"
	"slices"

	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// SameResults returns an error that names the first difference between two results: statuses, times, row positions,
// reports, and values bit for bit.
func SameResults(got, want *pit.Result) error {
	if len(got.Views) != len(want.Views) {
		return fmt.Errorf("got %d views, want %d", len(got.Views), len(want.Views))
	}
	for i := range want.Views {
		if err := sameViews(&got.Views[i], &want.Views[i]); err != nil {
			return fmt.Errorf("view %d: %w", i, err)
		}
	}
	return SameWindows(got.Windows, want.Windows)
}

// SameWindows returns an error that names the first difference between two answers of windows, as SameResults does.
func SameWindows(got, want []pit.WindowResult) error {
	if len(got) != len(want) {
		return fmt.Errorf("got %d views of windows, want %d", len(got), len(want))
	}
	for i := range want {
		if err := sameWindows(&got[i], &want[i]); err != nil {
			return fmt.Errorf("windows %d: %w", i, err)
		}
	}
	return nil
}

func sameWindows(got, want *pit.WindowResult) error {
	if len(got.Status) != len(want.Status) || len(got.Columns) != len(want.Columns) {
		return fmt.Errorf("got %d rows of %d columns, want %d of %d", len(got.Status), len(got.Columns), len(want.Status), len(want.Columns))
	}
	for i := range want.Status {
		if got.Status[i] != want.Status[i] || got.Event[i] != want.Event[i] {
			return fmt.Errorf("row %d: got %v of %v, want %v of %v", i, got.Status[i], got.Event[i], want.Status[i], want.Event[i])
		}
	}
	if err := sameColumns(got.Columns, want.Columns); err != nil {
		return err
	}
	return sameReports(got.Report, want.Report)
}

func sameViews(got, want *pit.ViewResult) error {
	if len(got.Status) != len(want.Status) || len(got.Columns) != len(want.Columns) {
		return fmt.Errorf("got %d rows of %d columns, want %d of %d", len(got.Status), len(got.Columns), len(want.Status), len(want.Columns))
	}
	for i := range want.Status {
		g := fmt.Sprint(got.Status[i], got.Event[i], got.Row[i])
		if w := fmt.Sprint(want.Status[i], want.Event[i], want.Row[i]); g != w {
			return fmt.Errorf("row %d: got %s, want %s", i, g, w)
		}
	}
	if !slices.Equal(got.Created, want.Created) {
		return fmt.Errorf("created times: got %v, want %v", got.Created, want.Created)
	}
	if err := sameColumns(got.Columns, want.Columns); err != nil {
		return err
	}
	return sameReports(got.Report, want.Report)
}

func sameColumns(got, want []*value.Column) error {
	for f, w := range want {
		g := got[f]
		if g.Len() != w.Len() || !g.Type.Equal(w.Type) {
			return fmt.Errorf("feature %d: got %d rows of %s, want %d of %s", f, g.Len(), g.Type, w.Len(), w.Type)
		}
		for i := range w.Len() {
			if !g.At(i).Identical(w.At(i)) {
				return fmt.Errorf("row %d, feature %d: got %s, want %s", i, f, Text(g.At(i)), Text(w.At(i)))
			}
		}
	}
	return nil
}

func sameReports(got, want pit.Report) error {
	if !slices.Equal(got.Ambiguous, want.Ambiguous) {
		return fmt.Errorf("ambiguous cells: got %v, want %v", got.Ambiguous, want.Ambiguous)
	}
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		return fmt.Errorf("report: got %s, want %s", g, w)
	}
	return nil
}

// SameWinners returns an error that names the first difference between two lists of winners. It loads got in runs of step
// winners, and all of it.
func SameWinners(ctx context.Context, got, want pit.Winners, step int) error {
	if got.Len() != want.Len() {
		return fmt.Errorf("got %d winners, want %d", got.Len(), want.Len())
	}
	for lo := 0; lo < want.Len(); lo += step {
		hi := min(lo+step, want.Len())
		g, err := got.Load(ctx, lo, hi)
		if err != nil {
			return err
		}
		w, err := want.Load(ctx, lo, hi)
		if err != nil {
			return err
		}
		if err := sameColumns(g, w); err != nil {
			return fmt.Errorf("winners from %d: %w", lo, err)
		}
	}
	for i := range want.Len() {
		g := fmt.Sprintf("%x %v %v %v", got.Key(i), got.Event(i), got.Created(i), got.Deleted(i))
		if w := fmt.Sprintf("%x %v %v %v", want.Key(i), want.Event(i), want.Created(i), want.Deleted(i)); g != w {
			return fmt.Errorf("winner %d: got %s, want %s", i, g, w)
		}
	}
	return sameReports(got.Report(), want.Report())
}
