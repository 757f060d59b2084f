// Command reference writes the pages of docs/reference that are made of the program itself: the command line, the
// codes of errors and the functions of expressions. `make generate` runs it; a test says when a page is out of date.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/truepoint/truepoint/internal/cli"
)

func main() {
	dir := flag.String("dir", "docs/reference", "directory of the pages")
	flag.Parse()
	if err := write(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "reference:", err)
		os.Exit(1)
	}
}

// pages returns the text of every page by the name of its file.
func pages() (map[string]string, error) {
	verbs, err := cli.Reference()
	if err != nil {
		return nil, err
	}
	return map[string]string{"cli.md": verbs, "errors.md": codes(), "expressions.md": expressions()}, nil
}

func write(dir string) error {
	all, err := pages()
	if err != nil {
		return err
	}
	for name, text := range all {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
