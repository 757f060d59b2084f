// Package config reads feature_store.yaml: Feast's keys as they are, and ours. The file is checked against one table of
// known keys, from which the published JSON Schema comes too; every fault is reported at once with its place, and
// keys of Feast that have no meaning here give one warning each.
//
// ${NAME} and ${NAME:-default} stand for environment variables inside values. Values that look like secrets are never
// printed: not by String or JSON of a Config, not in a fault, not in an excerpt.
package config
