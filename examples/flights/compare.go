package main

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/registry/sqliteregistry"
	"github.com/truepoint/truepoint/value"
)

// What is asked for.
const (
	project = "flights"
	service = "delay_model"
	label   = "late"
)

// A comparison is the training set as defined against the one of a join by event time alone.
type comparison struct {
	rows, leakedRows int
	features         []featureComparison
}

// A featureComparison tells how many cells of one feature leak, and its correlation with the label both ways.
type featureComparison struct {
	view, name            string
	cells, leaked         int
	honestCorr, leakyCorr float64
}

// share returns which part of the cells leaks.
func (f *featureComparison) share() float64 { return float64(f.leaked) / float64(f.cells) }

// repository opens the definitions and files of a flights repository.
func repository(ctx context.Context, dir string) (src historical.Source, done func() error, err error) {
	reg, err := sqliteregistry.Open(ctx, filepath.Join(dir, "data", "registry.db"))
	if err != nil {
		return src, nil, err
	}
	stored, err := reg.Read(ctx, project, registry.Newest)
	if err == nil {
		src.Set, err = registry.DecodeSet(stored)
	}
	if err != nil {
		return src, nil, errs.Join(err, reg.Close())
	}
	src.Revision, src.Offline = stored.Revision, fileoffline.New(dir, nil)
	return src, func() error { return errs.Join(reg.Close(), src.Offline.Close()) }, nil
}

// spine reads the flights. Those without a tail number are kept, with null features.
func spine(ctx context.Context, dir string) (*value.Batch, error) {
	return offline.ReadTable(ctx, filepath.Join(dir, "data", "flights_spine.parquet"), nil)
}

func compare(ctx context.Context, dir string) (c *comparison, err error) {
	src, done, err := repository(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errs.Join(err, done()) }()
	flights, err := spine(ctx, dir)
	if err != nil {
		return nil, err
	}
	req := &historical.Request{Spine: flights, Service: service, OnNull: historical.NullFeatures}
	honest, err := historical.Join(ctx, src, req)
	if err != nil {
		return nil, err
	}
	src.Set = knownAtEvent(src.Set)
	leaky, err := historical.Join(ctx, src, req)
	if err != nil {
		return nil, err
	}
	return tabulate(honest, leaky, flights.Column(label)), nil
}

// knownAtEvent returns the definitions as somebody would write them who does not think of when rows become known.
func knownAtEvent(set *feature.Set) *feature.Set {
	out := *set
	out.Sources = slices.Clone(set.Sources)
	for i, s := range out.Sources {
		changed := *s
		changed.Availability = eventtime.Availability{}
		out.Sources[i] = &changed
	}
	return &out
}

func tabulate(honest, leaky *historical.Result, label *value.Column) *comparison {
	c := &comparison{rows: honest.Batch.Rows}
	leaked := make([]bool, c.rows)
	for f := range honest.Features {
		name := honest.Features[f].Name
		a, b := honest.Batch.Column(name), leaky.Batch.Column(name)
		fc := featureComparison{view: honest.Features[f].View, name: name, cells: c.rows}
		for i := range c.rows {
			if !a.At(i).Identical(b.At(i)) {
				fc.leaked++
				leaked[i] = true
			}
		}
		fc.honestCorr = correlation(a, label)
		fc.leakyCorr = correlation(b, label)
		c.features = append(c.features, fc)
	}
	for _, l := range leaked {
		if l {
			c.leakedRows++
		}
	}
	return c
}

// correlation returns Pearson's r of a feature with a Bool label, over the rows that have both.
func correlation(f, label *value.Column) float64 {
	var n, sx, sy, sxx, syy, sxy float64
	for i := range f.Len() {
		if f.Null(i) || label.Null(i) || math.IsNaN(f.At(i).Float()) {
			continue
		}
		x, y := f.At(i).Float(), 0.0
		if label.At(i).Bool() {
			y = 1
		}
		n++
		sx, sy, sxx, syy, sxy = sx+x, sy+y, sxx+x*x, syy+y*y, sxy+x*y
	}
	return (n*sxy - sx*sy) / math.Sqrt((n*sxx-sx*sx)*(n*syy-sy*sy))
}

// String returns the comparison as a table.
func (c *comparison) String() string {
	var b strings.Builder
	cells, leaked := 0, 0
	fmt.Fprintf(&b, "%-18s %-18s %10s %8s   %s\n", "VIEW", "FEATURE", "LEAKED", "SHARE", "CORRELATION WITH late")
	fmt.Fprintf(&b, "%-18s %-18s %10s %8s   %-9s %s\n", "", "", "cells", "", "honest", "by event time alone")
	for _, f := range c.features {
		fmt.Fprintf(&b, "%-18s %-18s %10d %7.2f%%   %+.3f    %+.3f\n", f.view, f.name, f.leaked, 100*f.share(), f.honestCorr, f.leakyCorr)
		cells, leaked = cells+f.cells, leaked+f.leaked
	}
	fmt.Fprintf(&b, "\nof %d flights x %d features, %d cells (%.1f %%) in %d rows (%.1f %%)\n", c.rows, len(c.features), leaked,
		100*float64(leaked)/float64(cells), c.leakedRows, 100*float64(c.leakedRows)/float64(c.rows))
	b.WriteString("would have been built from what nobody knew at the scheduled departure\n")
	return b.String()
}
