package expr

import "math"

func numbers() []function {
	unary := func(f func(float64) float64) []overload {
		return []overload{of(map1(getFloats, getFloats, f), float, float)}
	}
	return []function{
		{name: "abs", group: "Numbers", doc: "absolute value", overloads: []overload{
			of(try1(getInts, getInts, absInt), integer, integer), of(map1(getFloats, getFloats, math.Abs), float, float)}},
		{name: "sign", group: "Numbers", doc: "−1, 0 or 1; NaN of NaN", overloads: []overload{
			of(map1(getInts, getInts, signInt), integer, integer), of(map1(getFloats, getFloats, signFloat), float, float)}},
		{name: "floor", group: "Numbers", doc: "greatest whole number that is not greater", overloads: unary(math.Floor)},
		{name: "ceil", group: "Numbers", doc: "least whole number that is not less", overloads: unary(math.Ceil)},
		{name: "round", group: "Numbers", doc: "nearest whole number, halves away from zero", overloads: unary(math.Round)},
		{name: "sqrt", group: "Numbers", doc: "square root; NaN below zero", overloads: unary(math.Sqrt)},
		{name: "exp", group: "Numbers", doc: "e to the power of x", overloads: unary(math.Exp)},
		{name: "ln", aliases: []string{"log"}, group: "Numbers", doc: "natural logarithm; −Inf of 0, NaN below", overloads: unary(math.Log)},
		{name: "log10", group: "Numbers", doc: "decimal logarithm", overloads: unary(math.Log10)},
		{name: "pow", group: "Numbers", doc: "x to the power of y", overloads: []overload{of(map2(getFloats, getFloats, getFloats, math.Pow), float, float, float)}},
		{name: "min", aliases: []string{"least"}, group: "Numbers", doc: "least argument; NaN if one is", fold: true, overloads: []overload{
			of(map2(getInts, getInts, getInts, leastInt), integer, integer, integer), of(map2(getFloats, getFloats, getFloats, math.Min), float, float, float),
			of(map2(getInts, getInts, getInts, leastInt), moment, moment, moment)}},
		{name: "max", aliases: []string{"greatest"}, group: "Numbers", doc: "greatest argument; NaN if one is", fold: true, overloads: []overload{
			of(map2(getInts, getInts, getInts, greatestInt), integer, integer, integer), of(map2(getFloats, getFloats, getFloats, math.Max), float, float, float),
			of(map2(getInts, getInts, getInts, greatestInt), moment, moment, moment)}},
		{name: "clamp", group: "Numbers", doc: "clamp(x, low, high): min(max(x, low), high)", overloads: []overload{
			of(clampInts, integer, integer, integer, integer), of(clampFloats, float, float, float, float)}},
		{name: "is_nan", group: "Numbers", doc: "whether the value is NaN", overloads: []overload{of(map1(getFloats, getInts, isNaN), boolean, float)}},
		{name: "is_inf", group: "Numbers", doc: "whether the value is +Inf or −Inf", overloads: []overload{of(map1(getFloats, getInts, isInf), boolean, float)}},
	}
}

func texts() []function {
	pair := func(f func(a, b string) int64) []overload {
		return []overload{of(map2(getTexts, getTexts, getInts, f), boolean, text, text)}
	}
	return []function{
		{name: "length", aliases: []string{"size"}, group: "Texts", doc: "number of code points", overloads: []overload{of(map1(getTexts, getInts, length), integer, text)}},
		{name: "lower", group: "Texts", doc: "in small letters, code point by code point (Unicode)", overloads: making(of(try1(getTexts, getTexts, lower), text, text))},
		{name: "upper", group: "Texts", doc: "in capital letters, code point by code point (Unicode)", overloads: making(of(try1(getTexts, getTexts, upper), text, text))},
		{name: "trim", group: "Texts", doc: "without white space (Unicode) at both ends", overloads: []overload{of(map1(getTexts, getTexts, trim), text, text)}},
		{name: "contains", group: "Texts", doc: "contains(s, part)", overloads: pair(contains)},
		{name: "starts_with", aliases: []string{"startsWith"}, group: "Texts", doc: "starts_with(s, beginning)", overloads: pair(startsWith)},
		{name: "ends_with", aliases: []string{"endsWith"}, group: "Texts", doc: "ends_with(s, end)", overloads: pair(endsWith)},
		{name: "substr", group: "Texts", doc: "substr(s, start, count): code points from start (0 is the first) on; without count, all; places outside the text are empty", overloads: []overload{
			of(map2(getTexts, getInts, getTexts, substrFrom), text, text, integer), of(substrings, text, text, integer, integer)}},
		{name: "replace", group: "Texts", doc: "replace(s, old, new): every occurrence, from the left; an empty old changes nothing", overloads: making(of(replaces, text, text, text, text))},
		{name: "concat", group: "Texts", doc: "one behind the other, as +", fold: true, overloads: making(of(try2(getTexts, getTexts, getTexts, concat), text, text, text))},
		{name: "matches", group: "Texts", doc: "matches(s, pattern): whether the RE2 pattern, a literal, occurs in s; ^ and $ bind it to the ends", overloads: making(bound(matchesOf, boolean, text, word))},
	}
}

func casts() []function {
	return []function{
		{name: "int", group: "Casts", doc: "Int of a Float (towards zero), a Bool or a decimal text; an ERROR cell where there is none", overloads: []overload{
			of(map1(getInts, getInts, same), integer, integer), of(try1(getFloats, getInts, intOfFloat), integer, float),
			of(map1(getInts, getInts, same), integer, boolean), of(try1(getTexts, getInts, intOfText), integer, text)}},
		{name: "double", aliases: []string{"float"}, group: "Casts", doc: "Float of an Int, a Bool or a text; an ERROR cell where there is none", overloads: []overload{
			of(map1(getFloats, getFloats, same), float, float), of(widenInts, float, boolean), of(try1(getTexts, getFloats, floatOfText), float, text)}},
		{name: "string", group: "Casts", doc: "the shortest text that reads back as the value; times in RFC 3339", overloads: making(
			of(map1(getTexts, getTexts, same), text, text), of(map1(getInts, getTexts, textOfInt), text, integer), of(map1(getFloats, getTexts, textOfFloat), text, float),
			of(map1(getInts, getTexts, textOfBool), text, boolean), of(map1(getInts, getTexts, textOfDate), text, date), of(map1(getInts, getTexts, textOfTime), text, moment))},
		{name: "bool", group: "Casts", doc: `Bool of an Int (not 0) or of the texts "true" and "false"; an ERROR cell of another text`, overloads: []overload{
			of(map1(getInts, getInts, same), boolean, boolean), of(map1(getInts, getInts, truth), boolean, integer), of(try1(getTexts, getInts, boolOfText), boolean, text)}},
	}
}
