package value_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

func TestPartsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		typ := drawType(t, 2)
		want := drawValue(t, typ)
		b, err := value.AppendPart(nil, &typ, want)
		if err != nil {
			t.Fatal(err)
		}
		got, rest, err := value.ReadPart(append(b, "rest"...), &typ)
		if err != nil || !got.Identical(want) || string(rest) != "rest" {
			t.Fatalf("%s %v read back as %v with %q left, %v", typ, want, got, rest, err)
		}
		for n := range b {
			if _, _, err := value.ReadPart(b[:n], &typ); errs.CodeOf(err) != errs.DataLoss {
				t.Fatalf("%d of the %d bytes %x: %v", n, len(b), b, err)
			}
		}
	})
}

func TestPartsOfAnotherTypeAreRefused(t *testing.T) {
	t.Parallel()
	typ := value.Scalar(value.Int64)
	for _, v := range []value.Value{value.OfInt32(1), value.OfString("1"), {}} {
		if b, err := value.AppendPart([]byte("x"), &typ, v); errs.CodeOf(err) != errs.InvalidArgument || string(b) != "x" {
			t.Errorf("%v: %q, %v", v, b, err)
		}
	}
}
