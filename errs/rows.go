package errs

import (
	"fmt"
	"strings"
)

// rowsShown bounds how many row numbers a message lists.
const rowsShown = 20

// Rows collects which rows of one column are at fault. The zero value is ready to use. It is not safe for concurrent use.
type Rows struct {
	first error
	shown []string
	count int
}

// Add says that row i, which is numbered from 0, has err. Messages number rows from 1.
func (r *Rows) Add(i int, err error) {
	if r.first == nil {
		r.first = err
	}
	if r.count++; len(r.shown) < rowsShown {
		r.shown = append(r.shown, fmt.Sprint(i+1))
	}
}

// First returns the error of the row that was added first, nil if there is none.
func (r *Rows) First() error { return r.first }

// String returns the rows as messages name them: "row 2, 5", and after twenty of them " and 7 more".
func (r *Rows) String() string {
	list := "row " + strings.Join(r.shown, ", ")
	if r.count > len(r.shown) {
		return fmt.Sprintf("%s and %d more", list, r.count-len(r.shown))
	}
	return list
}
