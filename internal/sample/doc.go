// Package sample makes the repositories that `truepoint init` writes: definitions, a feature_store.yaml and data that
// work at once.
//
// The fraud template generates its history: 60 days of card transactions to a date, the daily feature tables that a
// nightly job would have computed from them, and a labelled spine. The history depends on the date alone, so that two
// people who name the same date have the same bytes.
package sample
