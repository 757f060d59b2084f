package embeddedonline

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// sealFile says what Pebble's directory looked like when its owner closed it. Pebble checks every block of its tables,
// but takes a log or manifest that ends early for one that was being written in a crash, and drops what stood there.
// After an orderly Close there is no such excuse: what differs from the seal is damage.
const (
	sealFile = "SEAL"
	sealTemp = "SEAL.new"
)

// inventory returns one line per file of Pebble's directory in order of name: size, checksum, name. Tables have
// checksums of their own, are big, and enter with their size alone.
func inventory(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if filepath.Ext(path) == ".sst" {
			i, err := e.Info()
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&out, "%d - %s\n", i.Size(), e.Name())
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&out, "%d %08x %s\n", len(b), crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)), e.Name())
	}
	return out.String(), nil
}

// seal writes the seal of a store in dir whose Pebble is closed.
func seal(dir string) error {
	text, err := inventory(filepath.Join(dir, pebbleDir))
	if err != nil {
		return err
	}
	return replaceFile(dir, sealTemp, sealFile, text)
}

// breakSeal compares the store in dir with its seal, if it has one, and removes that before Pebble is opened. Errors:
// DataLoss naming the first file that differs.
func breakSeal(dir string) error {
	path := filepath.Join(dir, sealFile)
	sealed, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // made just now, or its owner was killed: Pebble recovers it
	}
	if err != nil {
		return err
	}
	found, err := inventory(filepath.Join(dir, pebbleDir))
	if err != nil {
		return err
	}
	if line := difference(string(sealed), found); line != "" {
		return errs.New(errs.DataLoss, "online store %s is damaged: it was closed in good order, but %s", dir, line).WithID("T0607").
			WithHint("restore the directory from a backup, or move it away and materialize again")
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return syncDir(dir)
}

// difference describes the first line in which two inventories differ; empty if they do not.
func difference(sealed, found string) string {
	want, got := strings.Split(sealed, "\n"), strings.Split(found, "\n")
	for i := 0; i < max(len(want), len(got)); i++ {
		switch {
		case i >= len(want) || want[i] == "":
			if i < len(got) && got[i] != "" {
				return fmt.Sprintf("file %q was added", fileOf(got[i]))
			}
		case i >= len(got) || fileOf(got[i]) > fileOf(want[i]) || got[i] == "":
			return fmt.Sprintf("file %q is missing", fileOf(want[i]))
		case fileOf(got[i]) < fileOf(want[i]):
			return fmt.Sprintf("file %q was added", fileOf(got[i]))
		case got[i] != want[i]:
			return fmt.Sprintf("file %q has changed", fileOf(want[i]))
		}
	}
	return ""
}

func fileOf(line string) string { return line[strings.LastIndexByte(line, ' ')+1:] }
