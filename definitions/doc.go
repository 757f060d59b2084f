// Package definitions reads a feature repository: every *.yaml, *.yml and *.py below a directory becomes one
// feature.Set, whichever form its definitions have.
//
// Both forms meet in one place. A YAML document and a Python object each become a tree of strictyaml nodes with the
// place of every value; the tree is held against the shapes of this package and decoded by the same functions, so the
// same definition has the same fingerprint in both forms. Python files run once, in one python3 process, against an
// embedded pure-Python package that stands in for feast and truepoint and describes the objects as JSON.
//
// Load reports every fault of every file at once, each with file, line, column and excerpt.
package definitions
