// Package serving answers online reads: it resolves what a request asks for against the current definitions, reads all
// rows of all views in one call of the online store, fixes the request's asOf and judges every row by the same rule as
// the offline join (design/semantics.md 6).
package serving
