package jsonvalue_test

import (
	"testing"

	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

func TestParseTokenIsParse(t *testing.T) {
	t.Parallel()
	tokens := []string{"", "0", "-0", "-1", "01", "-", "7", "123456789012345678", "1234567890123456789", "9223372036854775807", "9223372036854775808",
		"2147483647", "2147483648", "-2147483648", "1.0", "1e3", "+1", " 1", "1 ", `"1"`, `""`, `"a"`, `"a\n"`, `"é"`, "\"\x7f\"", "\"\xff\"", `"a"b"`, `"`, "null", "true", "[1]"}
	for _, token := range tokens {
		for _, k := range []value.Kind{value.Int32, value.Int64, value.String, value.Bool, value.Float64, value.Bytes} {
			got, gotErr := jsonvalue.ParseToken(token, value.Scalar(k))
			want, wantErr := jsonvalue.Parse([]byte(token), value.Scalar(k))
			if (gotErr == nil) != (wantErr == nil) || gotErr != nil && gotErr.Error() != wantErr.Error() || !got.Identical(want) {
				t.Errorf("%q as %s: got %v, %v, want %v, %v", token, k, got, gotErr, want, wantErr)
			}
		}
	}
}

func TestParseTokenOfKeysCostsNoMemory(t *testing.T) {
	for token, k := range map[string]value.Kind{"-123456": value.Int64, `"user-7"`: value.String} {
		typ := value.Scalar(k)
		if n := testing.AllocsPerRun(100, func() {
			if _, err := jsonvalue.ParseToken(token, typ); err != nil {
				t.Error(err)
			}
		}); n > 0 {
			t.Errorf("%s: %.0f allocations, want none", token, n)
		}
	}
}

func TestANumberHasOneExponent(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1eE5", "1Ee5", "1ee5", "1e"} {
		if jsonvalue.Valid([]byte(text)) == nil {
			t.Errorf("%s: accepted", text)
		}
	}
}
