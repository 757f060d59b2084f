package value_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

type goldenRow struct {
	name      string
	tombstone bool
	schema    *value.Schema
	version   value.Version
	cells     []value.Value
	bytes     []byte
}

// readGoldenRows reads a fixture; the head of testdata/row-1.txt describes the form.
func readGoldenRows(t *testing.T, file string) []goldenRow {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rows []goldenRow
	var r goldenRow
	for n, line := range strings.Split(string(data), "\n") {
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case line == "" || word == "#":
		case word == "row":
			r = goldenRow{schema: &value.Schema{}}
			f := strings.Fields(rest)
			r.name, r.tombstone = f[0], f[1] == "-"
			if id, err := strconv.ParseUint(f[1], 10, 32); err == nil {
				r.schema.ID = uint32(id)
			}
			r.version = value.Version{Event: goldenInstant(t, f[2]), Created: goldenInstant(t, f[3]), Snapshot: goldenInstant(t, f[4])}
		case word == "=":
			if r.bytes, err = hex.DecodeString(strings.ReplaceAll(rest, " ", "")); err != nil {
				t.Fatalf("%s:%d: %v", file, n+1, err)
			}
			rows = append(rows, r)
		default:
			typ, err := value.ParseType(word)
			if err != nil {
				t.Fatalf("%s:%d: %v", file, n+1, err)
			}
			name := fmt.Sprintf("f%d", len(r.cells))
			r.schema.Fields = append(r.schema.Fields, value.Field{Name: name, Type: typ})
			r.cells = append(r.cells, goldenCell(t, typ, rest))
		}
	}
	return rows
}

func goldenInstant(t *testing.T, text string) eventtime.Instant {
	t.Helper()
	if text == "none" {
		return eventtime.None
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return eventtime.Instant(n)
}

func goldenCell(t *testing.T, typ value.Type, text string) value.Value {
	t.Helper()
	if digits, ok := strings.CutPrefix(text, "bits "); ok {
		bits, err := strconv.ParseUint(digits, 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		if typ.Kind == value.Float32 {
			return value.OfFloat32(math.Float32frombits(uint32(bits)))
		}
		return value.OfFloat64(math.Float64frombits(bits))
	}
	v, err := jsonvalue.Parse([]byte(text), typ)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestRowsOfFormat1AreStillRead(t *testing.T) {
	t.Parallel()
	rows := readGoldenRows(t, "testdata/row-1.txt")
	if len(rows) < 9 {
		t.Fatalf("only %d rows", len(rows))
	}
	for _, r := range rows {
		h, err := value.ReadRow(r.bytes)
		if want := (value.Header{Schema: r.schema.ID, Version: r.version, Tombstone: r.tombstone}); err != nil || h != want {
			t.Errorf("%s: header %+v, %v, want %+v", r.name, h, err, want)
		}
		if r.tombstone {
			continue
		}
		got := make([]value.Value, len(r.cells))
		if err := value.DecodeRow(r.schema, r.bytes, got); err != nil {
			t.Errorf("%s: %v", r.name, err)
		}
		for i, want := range r.cells {
			if !got[i].Identical(want) {
				t.Errorf("%s: cell %d is %v, want %v", r.name, i, got[i], want)
			}
		}
	}
}

func TestRowsAreStillWrittenInFormat1(t *testing.T) {
	t.Parallel()
	for _, r := range readGoldenRows(t, "testdata/row-1.txt") {
		got, err := value.AppendTombstone(nil, r.version), error(nil)
		if !r.tombstone {
			got, err = value.AppendRow(nil, r.schema, r.version, r.cells)
		}
		if err != nil || !bytes.Equal(got, r.bytes) {
			t.Errorf("%s: wrote %x, %v, want %x", r.name, got, err, r.bytes)
		}
	}
}
