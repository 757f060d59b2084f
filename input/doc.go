// Package input holds columns whose type is not known until a request has been resolved: the keys of an online read,
// the rows of a push. The edges build them from JSON tokens, command-line texts or typed columns; the engines read each
// row as the type that the definitions declare, so that every edge accepts exactly the same values.
package input
