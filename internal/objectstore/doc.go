// Package objectstore reads and writes objects in Amazon S3, Google Cloud Storage, Azure Blob Storage and what speaks
// their protocols. It gives what a store of history, a registry and a state need and a bucket can promise: reads of
// one version of an object, writes that happen only if an object is absent or still the one that was read, and
// listings.
//
// Credentials come from where the tools of each provider look for them: environment, profile, machine. No message
// holds a query of an address or of a request, since they can carry secrets.
package objectstore
