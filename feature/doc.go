// Package feature is the domain: entities, data sources, feature views, services, and the Set that holds all of a
// project. A definition is plain data; Validate finds every fault of a Set at once, Fingerprint hashes what affects
// values, Select turns feature references or a service into the uses of views that offline joins and online reads
// share.
package feature
