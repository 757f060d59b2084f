package expr

func arithmetic() []function {
	return []function{
		{name: "+", group: "Arithmetic", doc: "sum; of texts, one behind the other; of a time and a duration, a time", fold: true, overloads: append([]overload{
			of(addInts, integer, integer, integer), of(addFloats, float, float, float),
			of(moveTime, moment, moment, span), of(moveBack, moment, span, moment), of(addInts, span, span, span)},
			making(of(try2(getTexts, getTexts, getTexts, concat), text, text, text))...)},
		{name: "-", group: "Arithmetic", doc: "difference; negation with one operand; of two times, a duration", overloads: []overload{
			of(subInts, integer, integer, integer), of(subFloats, float, float, float), of(subInts, span, moment, moment),
			of(timeBefore, moment, moment, span), of(subInts, span, span, span),
			of(try1(getInts, getInts, negateInt), integer, integer), of(map1(getFloats, getFloats, negateFloat), float, float),
			of(try1(getInts, getInts, negateInt), span, span)}},
		{name: "*", group: "Arithmetic", doc: "product", overloads: []overload{of(mulInts, integer, integer, integer), of(mulFloats, float, float, float)}},
		{name: "/", group: "Arithmetic", doc: "quotient, always a Float: x/0 is ±Inf, 0/0 is NaN", overloads: []overload{of(divFloats, float, float, float)}},
		{name: "//", group: "Arithmetic", doc: "quotient, floored; of Int by 0, an ERROR cell", overloads: []overload{
			of(try2(getInts, getInts, getInts, floorDivideInts), integer, integer, integer), of(map2(getFloats, getFloats, getFloats, floorDivideFloats), float, float, float)}},
		{name: "%", group: "Arithmetic", doc: "remainder of //, with the sign of the divisor; of Int by 0, an ERROR cell", overloads: []overload{
			of(try2(getInts, getInts, getInts, moduloInts), integer, integer, integer), of(map2(getFloats, getFloats, getFloats, moduloFloats), float, float, float)}},
	}
}

func logic() []function {
	return []function{
		{name: "==", group: "Comparison", doc: "equal; NaN equals nothing", overloads: comparisons(equal[int64], equal[float64], equal[string], true)},
		{name: "!=", group: "Comparison", doc: "not equal", overloads: comparisons(differ[int64], differ[float64], differ[string], true)},
		{name: "<", group: "Comparison", doc: "less; texts compare bytewise", overloads: comparisons(less[int64], less[float64], less[string], false)},
		{name: "<=", group: "Comparison", doc: "less or equal", overloads: comparisons(atMost[int64], atMost[float64], atMost[string], false)},
		{name: ">", group: "Comparison", doc: "greater", overloads: comparisons(greater[int64], greater[float64], greater[string], false)},
		{name: ">=", group: "Comparison", doc: "greater or equal", overloads: comparisons(atLeast[int64], atLeast[float64], atLeast[string], false)},
		{name: "in", group: "Comparison", doc: "is one of a literal list", overloads: []overload{
			bound(inInts, boolean, integer, list), bound(inFloats, boolean, float, list), bound(inTexts, boolean, text, list)}},
		{name: "&&", group: "Logic", doc: "and; both sides are evaluated", fold: true, overloads: []overload{of(map2(getInts, getInts, getInts, and), boolean, boolean, boolean)}},
		{name: "||", group: "Logic", doc: "or; both sides are evaluated", fold: true, overloads: []overload{of(map2(getInts, getInts, getInts, or), boolean, boolean, boolean)}},
		{name: "!", group: "Logic", doc: "not", overloads: []overload{of(map1(getInts, getInts, not), boolean, boolean)}},
		{name: "if", group: "Null", doc: "if(c, a, b), also written c ? a : b: a where c is true, b where c is false or null", overloads: []overload{
			{args: []class{boolean, anything, anything}, result: anything, bind: chooseOf, lazy: true}}},
		{name: "coalesce", group: "Null", doc: "the first value that is not null", fold: true, overloads: []overload{
			{args: []class{anything, anything}, result: anything, bind: coalesceOf, lazy: true}}},
		{name: "is_null", group: "Null", doc: "whether the value is null; never null itself", overloads: []overload{
			{args: []class{anything}, result: boolean, kernel: isNull, lazy: true}}},
	}
}

// comparisons returns the overloads of a comparison; flags have no order.
func comparisons(i func([]int64, []int64, []int64), f func([]int64, []float64, []float64), s func([]int64, []string, []string), flags bool) []overload {
	ints := compare(getInts, i)
	all := []overload{of(ints, boolean, integer, integer), of(compare(getFloats, f), boolean, float, float), of(compare(getTexts, s), boolean, text, text),
		of(ints, boolean, date, date), of(ints, boolean, moment, moment), of(ints, boolean, span, span)}
	if flags {
		all = append(all, of(ints, boolean, boolean, boolean))
	}
	return all
}
