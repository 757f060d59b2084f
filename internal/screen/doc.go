// Package screen is how the command line speaks: what a terminal can show, tables that fit it, answers in the formats
// of -o, and errors with the place they are about.
//
// Colour is used on a terminal only and never carries meaning alone. Everything works with NO_COLOR, TERM=dumb, a
// locale without UTF-8 and 20 columns.
package screen
