package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/errs"
)

func TestPagesAreCurrent(t *testing.T) {
	t.Parallel()
	all, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range all {
		got, err := os.ReadFile(filepath.Join("..", "..", "docs", "reference", name))
		if err != nil || string(got) != want {
			t.Errorf("docs/reference/%s is out of date (%v): run make generate", name, err)
		}
	}
}

func TestEveryCodeHasAMeaning(t *testing.T) {
	t.Parallel()
	for _, c := range errs.Codes() {
		if meanings()[c] == "" {
			t.Errorf("%s has none", c)
		}
	}
	if got, want := len(meanings()), len(errs.Codes()); got != want {
		t.Errorf("%d meanings of %d codes", got, want)
	}
}
