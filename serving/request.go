package serving

import (
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

// OnError says what a store that cannot answer means.
type OnError string

// The rules: Fail fails the request with Unavailable, Cells answers ERROR cells for the views concerned.
// The empty value leaves it to the service, and then to Request.Else.
const (
	Fail  OnError = "fail"
	Cells OnError = "cells"
)

// Reasons of ERROR cells. An on-demand feature has that of an input, or derive.ReasonExpression with more text.
const (
	ReasonStore     = "store_unavailable" // the online store could not be asked
	ReasonRow       = "row_unreadable"    // the stored row is corrupt, or newer than the definitions that this process has
	ReasonAsOf      = "as_of_not_kept"    // the stored row is later than the given as_of: what was there before is not kept
	ReasonFutureRow = "future_row"        // the stored row is further ahead of the clock than max_skew
)

// A Request asks for features of entities. Exactly one of Features and Service is set.
type Request struct {
	Entities []input.Column // join keys and request columns, all of one length; others are ignored unless Strict
	Features []string
	Service  string
	Names    feature.Naming
	AsOf     eventtime.Instant // None: the clock
	OnError  OnError
	Else     OnError // the rule when neither the request nor the service has one; empty: Fail
	Strict   bool    // an entity column that nothing needs is an error
}

// A Response has one item per entity row in every column, in request order.
type Response struct {
	AsOf     eventtime.Instant
	Revision registry.Revision // of the definitions that the request was resolved by
	Older    []*Older          // views of the answer that an older generation answers, by the definition of its own revision
	Rows     int
	Keys     []Key        // the join keys that were needed, in order of first need
	Columns  []Column     // the features in request order, duplicates kept
	Request  *value.Batch // the request columns that on-demand features needed, join keys aside; nil without on-demand features
}

// A Key is a join-key column of the request, read as its declared type.
type Key struct {
	Name   string
	Values []value.Value
}

// A Column is the answer for one feature.
type Column struct {
	Name  string
	View  string // alias of the use, or the on-demand view
	Field feature.Field
	Cells []Cell
}

// A Cell is one answer. Value is null unless Status is Present or Defaulted is set.
type Cell struct {
	Value     value.Value
	Status    value.Status
	Defaulted bool
	Event     eventtime.Instant // of the stored row, also of an expired one, or the latest of the inputs; None where there is none
	Reason    string            // of ERROR
}
