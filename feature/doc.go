// Package feature is the domain: entities, data sources, feature views, on-demand views, services, and the Set that
// holds all of a project. A definition is plain data; Complete says what follows from it, Validate finds every fault of
// a Set at once, Fingerprint hashes what affects values, Select turns feature references or a service into the uses of
// views, and the expressions to compute from them, that offline joins and online reads share.
//
// A window view is a View with Aggregations: engines ask View.Spec, View.Filter and Aggregation.Bounds what to compute,
// and View.Snapshot whether values exist at refreshes alone.
package feature
