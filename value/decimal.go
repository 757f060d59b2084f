package value

import (
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// decimalDigitsMax bounds the digits of a decimal.
const decimalDigitsMax = 1000

// ParseDecimal returns the Decimal that text names: an optional minus, digits, and optionally a point and more
// digits. The text is kept as it is, trailing zeros included. Errors: InvalidArgument for any other text, an exponent
// included, and for more than 1,000 digits.
func ParseDecimal(text string) (Value, error) {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if !onlyDigits(whole) || point && !onlyDigits(fraction) {
		return Value{}, errs.New(errs.InvalidArgument, "%q is not a decimal number", clip(text)).WithID("T0113").
			WithHint("write digits with an optional point, such as -12.50")
	}
	if len(text) > decimalDigitsMax {
		return Value{}, errs.New(errs.InvalidArgument, "a decimal has at most %d digits", decimalDigitsMax).WithID("T0113")
	}
	return OfText(Decimal, text), nil
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// clip shortens text for an error message.
func clip(text string) string {
	if len(text) > 64 {
		return strings.ToValidUTF8(text[:64], "") + "…"
	}
	return text
}

// compareDecimals compares two valid decimal texts as numbers; −0 equals 0.
func compareDecimals(a, b string) int {
	aSign, aWhole, aFraction := splitDecimal(a)
	bSign, bWhole, bFraction := splitDecimal(b)
	if aSign != bSign {
		return compareInts(aSign, bSign)
	}
	c := compareInts(len(aWhole), len(bWhole))
	if c == 0 {
		c = strings.Compare(aWhole, bWhole)
	}
	if c == 0 {
		c = strings.Compare(aFraction, bFraction)
	}
	return c * aSign
}

func compareInts(a, b int) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// splitDecimal returns the sign (−1, 0, 1) and the digits before and after the point without idle zeros.
func splitDecimal(s string) (sign int, whole, fraction string) {
	s, negative := strings.CutPrefix(s, "-")
	whole, fraction, _ = strings.Cut(s, ".")
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	switch {
	case whole == "" && fraction == "":
		return 0, "", ""
	case negative:
		return -1, whole, fraction
	}
	return 1, whole, fraction
}
