// Package strictyaml reads YAML files that people write: it keeps the place of every value, expands nothing that it
// was not asked to, and checks a document against a Shape, the one table of known keys from which the published JSON
// Schema is generated too.
//
// A document becomes a tree of Nodes. Scalars keep the text that stands in the file; what it means is decided by the
// Shape, so that NO stays the text NO where a text is expected, and 017, 1e3 or 1.5 are refused where a whole number
// is. Faults are collected, never only the first; each names file, line and column, and Sources.Annotate adds the
// excerpt.
//
// Input is bounded: BytesMax a file, DepthMax nested values, NodesMax values after aliases are expanded.
package strictyaml
