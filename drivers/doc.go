// Package drivers is the list of stores that this binary is linked with, and makes the parts of a truepoint.Store from
// a feature_store.yaml. Nothing registers itself: what is not named here is not there.
package drivers
