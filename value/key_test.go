package value_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

type keyCase struct {
	name  string
	parts []value.Value
	types []value.Type
	want  string // hexadecimal, or "error"
}

// readKeyCases reads a script of spec/key; README.md there describes it.
func readKeyCases(t *testing.T, file string) []keyCase {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []keyCase
	var c keyCase
	for n, line := range strings.Split(string(data), "\n") {
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case line == "" || word == "#":
		case word == "key":
			c = keyCase{name: rest}
		case word == "=":
			c.want = strings.ReplaceAll(rest, " ", "")
			cases = append(cases, c)
		default:
			typ, err := value.ParseType(word)
			if err != nil {
				t.Fatalf("%s:%d: %v", file, n+1, err)
			}
			v, err := jsonvalue.Parse([]byte(rest), typ)
			if err != nil {
				t.Fatalf("%s:%d: %v", file, n+1, err)
			}
			c.parts, c.types = append(c.parts, v), append(c.types, typ)
		}
	}
	return cases
}

// keyFromColumns encodes parts through AppendKeyRow, as the second of two rows.
func keyFromColumns(types []value.Type, parts []value.Value) ([]byte, error) {
	cols := make([]*value.Column, len(parts))
	for i, p := range parts {
		cols[i] = value.NewColumn(types[i], 2)
		cols[i].Append(value.Value{})
		cols[i].Append(p)
	}
	return value.AppendKeyRow(nil, cols, 1)
}

func TestSpecKey(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../spec/key/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, f := range files {
		var before []byte
		for _, c := range readKeyCases(t, f) {
			got, err := value.AppendKey([]byte("x"), c.parts)
			fromColumns, columnsErr := keyFromColumns(c.types, c.parts)
			if c.want == "error" {
				if errs.CodeOf(err) != errs.InvalidArgument || errs.CodeOf(columnsErr) != errs.InvalidArgument || string(got) != "x" {
					t.Errorf("%s: got %x, %v, and %v from columns; want invalid arguments", c.name, got, err, columnsErr)
				}
				continue
			}
			got = got[1:]
			if err != nil || hex.EncodeToString(got) != c.want {
				t.Errorf("%s: got %x, %v, want %s", c.name, got, err, c.want)
			}
			if columnsErr != nil || !bytes.Equal(fromColumns, got) {
				t.Errorf("%s: columns give %x, %v, want %s", c.name, fromColumns, columnsErr, c.want)
			}
			back, err := value.DecodeKey(got)
			if err != nil || !slices.EqualFunc(back, c.parts, value.Value.Identical) {
				t.Errorf("%s: decoded to %v, %v, want %v", c.name, back, err, c.parts)
			}
			if bytes.Compare(before, got) >= 0 {
				t.Errorf("%s: %x is not after %x", c.name, got, before)
			}
			before = got
		}
	}
}

var keyKinds = []value.Kind{value.String, value.Int64, value.Int32, value.Bytes, value.UnixTimestamp, value.Uuid, value.Bool}

// drawKey draws up to three parts of key kinds.
func drawKey(t *rapid.T) []value.Value {
	parts := make([]value.Value, rapid.IntRange(0, 3).Draw(t, "parts"))
	for i := range parts {
		k := rapid.SampledFrom(keyKinds).Draw(t, "kind")
		parts[i] = drawScalar(t, k)
		if k == value.UnixTimestamp {
			parts[i] = value.OfInstant(eventtime.Floor(parts[i].Instant(), eventtime.Second))
		}
	}
	return parts
}

func TestKeyBytesCompareAsTheirValues(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := drawKey(t)
		b := drawKey(t)
		if len(a) > 0 && rapid.Bool().Draw(t, "share a prefix") {
			b = append(slices.Clone(a[:len(a)-1]), b...)
		}
		checkKeyOrder(t, a, b)
	})
}

// checkKeyOrder asserts that two keys compare as their lists of values do and that neither begins the other.
func checkKeyOrder(t interface{ Fatalf(string, ...any) }, a, b []value.Value) {
	ka, errA := value.AppendKey(nil, a)
	kb, errB := value.AppendKey(nil, b)
	if errA != nil || errB != nil {
		t.Fatalf("%v: %v; %v: %v", a, errA, b, errB)
	}
	want := slices.CompareFunc(a, b, value.Compare)
	if got := bytes.Compare(ka, kb); got != want {
		t.Fatalf("%v against %v: bytes %d, values %d", a, b, got, want)
	}
	if want != 0 && (bytes.HasPrefix(ka, kb) || bytes.HasPrefix(kb, ka)) {
		t.Fatalf("of %x and %x one is the beginning of the other", ka, kb)
	}
}

func TestKeyReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawKey(t)
		key, err := value.AppendKey(nil, want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := value.DecodeKey(key)
		if err != nil || !slices.EqualFunc(got, want, value.Value.Identical) {
			t.Fatalf("%x read back as %v, %v, want %v", key, got, err, want)
		}
	})
}

func TestKeyRefuses(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]value.Value{
		"InvalidUTF8":    value.OfString("\xff"),
		"AMegabyte":      value.OfString(strings.Repeat("x", 1<<20)),
		"ShortUuid":      value.OfText(value.Uuid, "x"),
		"NoTime":         value.OfInstant(eventtime.None),
		"OneByteTooLong": value.OfString(strings.Repeat("x", value.KeySizeMax-4)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if key, err := value.AppendKey(nil, []value.Value{part}); errs.CodeOf(err) != errs.InvalidArgument || len(key) > 0 {
				t.Fatalf("got %.40x, %v", key, err)
			}
		})
	}
	if key, err := value.AppendKey(nil, []value.Value{value.OfString(strings.Repeat("x", value.KeySizeMax-5))}); err != nil || len(key) != value.KeySizeMax {
		t.Fatalf("the longest key: %d bytes, %v", len(key), err)
	}
}

func TestCorruptKeyIsDataLoss(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "01", "00", "0200", "010000", "0101", "010102" + "00", "0103000000", "010661", "01066100", "0106610002" + "00",
		"0106ff000100", "0104000000000", "010400000000" + "00", "010800000000000000" + "0100", "010a0000", "010700fe000100",
	} {
		b, err := hex.DecodeString(text[:len(text)&^1])
		if err != nil {
			t.Fatal(err)
		}
		if got, err := value.DecodeKey(b); errs.CodeOf(err) != errs.DataLoss {
			t.Errorf("%x: got %v, %v, want data loss", b, got, err)
		}
	}
}
