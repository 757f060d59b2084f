package tablefile_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

var (
	ints  = value.Scalar(value.Int64)
	strs  = value.Scalar(value.String)
	times = value.Scalar(value.UnixTimestamp)
)

func wantTexts(t *testing.T, got []string, err error, want ...string) {
	t.Helper()
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q and %v, want %q", got, err, want)
	}
}

func TestBadInput_83_CSVByteOrderMarkIsSkipped(t *testing.T) {
	t.Parallel()
	got, err := readColumn("t.csv", "\xEF\xBB\xBFa,b\n1,2\n", nil, column("a", ints))
	wantTexts(t, got, err, "1")
	_, err = open("t.csv", "\xFF\xFEa\x00", nil)
	wantError(t, err, errs.InvalidArgument, "t.csv:1", "UTF-16")
}

func TestBadInput_83_RaggedCSVNamesTheLine(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"short": "a,b\n1,2\n\"x\ny\",2\n3\n", "long": "a,b\n1,2\n\"x\ny\",2\n3,4,5\n",
	} {
		_, err := open(name+".csv", text, nil)
		wantError(t, err, errs.InvalidArgument, name+".csv:5", "fields")
	}
}

func TestBadInput_83_CSVQuotesHoldLineBreaksAndQuotes(t *testing.T) {
	t.Parallel()
	got, err := readColumn("t.csv", "a,b\r\n\"x\r\ny\",1\r\n\"say \"\"hi\"\"\",2\r\n\",\",3", nil, column("a", strs))
	wantTexts(t, got, err, "x\r\ny", `say "hi"`, ",")
}

func TestBadInput_83_OtherSeparatorsAreExplicit(t *testing.T) {
	t.Parallel()
	_, err := readColumn("t.csv", "a;b\n1;2\n", nil, column("a", ints))
	wantError(t, err, errs.InvalidArgument, `has no column "a"`, "separator")
	got, err := readColumn("t.csv", "a;b\n1;2\n", &tablefile.Options{Separator: ';'}, column("b", ints))
	wantTexts(t, got, err, "2")
	for _, text := range []string{"", ",,", `"`, "a", "\n", "é", "\x00"} {
		if _, err := tablefile.ParseSeparator(text); err == nil {
			t.Errorf("separator %q was accepted", text)
		}
	}
}

func TestBadInput_83_WordsForNullAndFormulasAreStrings(t *testing.T) {
	t.Parallel()
	text := "s\nNA\nnull\nNULL\n=cmd()\n\n\"\"\n"
	b, err := read("t.csv", text, nil, column("s", strs))
	if err != nil {
		t.Fatal(err)
	}
	c := b.Columns[0]
	wantTexts(t, texts(c), nil, "NA", "null", "NULL", "=cmd()", "null", "")
	if c.Null(2) || !c.Null(4) || c.Null(5) {
		t.Error("an empty field is null without quotes, the empty string in quotes, and words are words")
	}
	got, err := readColumn("t.csv", "n,x\n,1\n\"\",2\n3,3\n", nil, column("n", ints))
	wantTexts(t, got, err, "null", "null", "3")
	_, err = readColumn("t.csv", "n\n1\nNA\n", nil, column("n", ints))
	wantError(t, err, errs.InvalidArgument, "t.csv:3", "row 2", `"n"`, "NA")
}

func TestBadInput_83_ALineOfAMillionColumnsReads(t *testing.T) {
	t.Parallel()
	var head, line strings.Builder
	for i := range 1_000_000 {
		fmt.Fprintf(&head, "c%d,", i)
		line.WriteString("1,")
	}
	got, err := readColumn("t.csv", head.String()+"last\n"+line.String()+"7\n", nil, column("c999998", ints))
	wantError(t, err, errs.ResourceExhausted, "t.csv:1", "columns")
	text := strings.Replace(head.String(), "c0,", "", 1) + "last\n" + line.String()[2:] + "7\n"
	got, err = readColumn("t.csv", text, nil, column("last", ints))
	wantTexts(t, got, err, "7")
}

func TestCSVFaultsNameTheLine(t *testing.T) {
	t.Parallel()
	for text, words := range map[string][]string{
		"a\n1\nx\"y\n":         {":3", "quote"},
		"a\n1\n\"x\"y\n":       {":3", "closing quote"},
		"a\n1\n\"x\n\n\n":      {":3", "no closing quote"},
		"":                     {"empty"},
		"a,a\n":                {"two columns", `"a"`},
		"Id,iD\n":              {"case"},
		"a\n\xFF\n":            nil,
		"\"a\nb\",c\n1,2\n1\n": {":4", "1 fields"},
	} {
		_, err := open("t.csv", text, nil)
		if words == nil {
			_, err = readColumn("t.csv", text, nil, column("a", strs))
			words = []string{":2", "row 1", "UTF-8"}
		}
		t.Run(fmt.Sprintf("%q", text), func(t *testing.T) { wantError(t, err, errs.InvalidArgument, append(words, "t.csv")...) })
	}
}

func TestCSVPartsAreBoundedAndRepeatable(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("n,s\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "%d,\"line\n%d\"\n\n", i, i)
	}
	f, err := open("t.csv", b.String(), &tablefile.Options{PartRows: 7})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := f.Select([]tablefile.Column{column("n", ints), column("s", strs)})
	if err != nil || len(parts) != 143 {
		t.Fatalf("got %d parts and %v, want 143", len(parts), err)
	}
	for range 2 {
		got, err := readFile(f, []tablefile.Column{column("n", ints), column("s", strs)})
		if err != nil || got.Rows != 1000 || got.Columns[0].At(999).Int() != 999 || got.Columns[1].At(999).Text() != "line\n999" {
			t.Fatalf("got %d rows and %v", got.Rows, err)
		}
	}
	late := strings.Replace(b.String(), "\n900,", "\nx900,", 1)
	_, err = readColumn("t.csv", late, &tablefile.Options{PartRows: 7}, column("n", ints))
	wantError(t, err, errs.InvalidArgument, "t.csv:2702", "row 901", `"n"`)
}

func TestCSVTypesAreInferredFromAllRows(t *testing.T) {
	t.Parallel()
	text := "i,zip,f,big,mixed,b,at,naive,none,wide\n" +
		"1,007,1,9223372036854775807,1,true,2026-03-12T10:00:00Z,2026-03-12 10:00:00,,9007199254740993\n" +
		"-2,123,2.5e3,9223372036854775808,x,false,2026-03-12T10:00:00+09:00,2026-03-12 10:00:00,,1.5\n" +
		",1,NaN,1,1,,,,,\n"
	f, err := open("t.csv", text, &tablefile.Options{Infer: true})
	if err != nil {
		t.Fatal(err)
	}
	fields, err := f.Fields()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range fields {
		got = append(got, x.Type.String())
	}
	wantTexts(t, got, nil, "Int64", "String", "Float64", "String", "String", "Bool", "UnixTimestamp", "String", "String", "String")
	if _, err := readFile(f, wanted(fields)); err != nil {
		t.Errorf("inferred types do not read: %v", err)
	}
}

func TestBadInput_91_NumbersAsTimesNeedAUnitAndPlausibleYears(t *testing.T) {
	t.Parallel()
	moment := tablefile.Column{Name: "at", File: "at", Type: times, Moment: true}
	_, err := readColumn("t.csv", "at\n1773309600\n", nil, moment)
	wantError(t, err, errs.InvalidArgument, "t.csv:2", "row 1", `"at"`)
	got, err := readColumn("t.csv", "at\n1773309600\n2026-03-12T10:00:00Z\n", &tablefile.Options{Unit: eventtime.Seconds}, moment)
	wantTexts(t, got, err, "2026-03-12T10:00:00Z", "2026-03-12T10:00:00Z")
	_, err = readColumn("t.csv", "at\n1773309600000\n", &tablefile.Options{Unit: eventtime.Seconds}, moment)
	wantError(t, err, errs.OutOfRange, "row 1", "ms")
	birth := column("at", times)
	_, err = readColumn("t.csv", "at\n-1\n", &tablefile.Options{Unit: eventtime.Seconds}, moment)
	wantError(t, err, errs.OutOfRange, "row 1", "1970")
	got, err = readColumn("t.csv", "at\n-315619200\n", &tablefile.Options{Unit: eventtime.Seconds}, birth)
	wantTexts(t, got, err, "1960-01-01T00:00:00Z")
	_, err = readColumn("t.jsonl", `{"at":1773309600}`, nil, moment)
	wantError(t, err, errs.InvalidArgument, "t.jsonl:1", "unit")
	got, err = readColumn("t.jsonl", `{"at":1773309600000}`, &tablefile.Options{Unit: eventtime.Milliseconds}, moment)
	wantTexts(t, got, err, "2026-03-12T10:00:00Z")
}

func TestBadInput_88_89_TextTimesThatDoNotExistAreErrors(t *testing.T) {
	t.Parallel()
	york, err := eventtime.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	opt := &tablefile.Options{Location: york}
	for _, text := range []string{"2026-03-08 02:30:00", "2026-03-12T10:00:60Z", "2026-03-12T24:00:00Z", "\"2026-03-12T10:00:00,5Z\"", "yesterday"} {
		_, err := readColumn("t.csv", "x,at\n1,"+text+"\n", opt, column("at", times))
		wantError(t, err, errs.InvalidArgument, "t.csv:2", "row 1", `"at"`)
	}
	got, err := readColumn("t.csv", "at\n2026-11-01 01:30:00\n2026-03-12T10:00:00-00:00\n2026-03-12T10:00:00+14:00\n2026-03-12T10:00:00.1234567891Z\n", opt, column("at", times))
	wantTexts(t, got, err, "2026-11-01T05:30:00Z", "2026-03-12T10:00:00Z", "2026-03-11T20:00:00Z", "2026-03-12T10:00:00.123456Z")
}

func TestBadInput_90_EdgesOfTimeAreExact(t *testing.T) {
	t.Parallel()
	edges := []string{"1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z", "2262-04-11T23:47:16.854776Z", "0001-01-01T00:00:00Z"}
	c := value.NewColumn(times, 0)
	for _, e := range edges {
		i, err := eventtime.Parse(e, nil)
		if err != nil {
			t.Fatal(err)
		}
		c.Append(value.OfInstant(i))
	}
	b := &value.Batch{}
	b.Add("at", c)
	for _, format := range []tablefile.Format{tablefile.Parquet, tablefile.CSV, tablefile.JSONLines} {
		name := "t." + format.String()
		got, err := readColumn(name, encodeTable(t, format, b), nil, column("at", times))
		wantTexts(t, got, err, edges...)
	}
	_, err := readColumn("t.csv", "at\n10000-01-01T00:00:00Z\n", nil, column("at", times))
	if err == nil {
		t.Error("year 10000 was accepted")
	}
}

// encodeTable is encode for plain tests.
func encodeTable(t *testing.T, format tablefile.Format, b *value.Batch) string {
	t.Helper()
	var out bytes.Buffer
	w, err := tablefile.NewWriter(&out, format, b.Fields())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// FuzzCSV compares our reader with the standard library's: what both accept they read alike, but for \r\n in quotes,
// which the library rewrites, and lines that are empty, which it drops.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{
		"a,b\n1,2\n", "a\n\"x\ny\"\n", "\xEF\xBB\xBFa\r\n1\r\n", "a,b\n1\n", "a\n\"\n", "a\nx\"\n", "a\n\"\"\"\"\n", "a,b\n\"1\",\"\"\n\n,\n", "a\n\r\r\n", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := open("t.csv", text, &tablefile.Options{PartRows: 2, Infer: true})
		if err != nil {
			return
		}
		fields, err := file.Fields()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readFile(file, wanted(fields)); err != nil && strings.ToValidUTF8(text, "") == text {
			t.Fatalf("inferred types do not read: %v", err)
		}
		if strings.Contains(text, "\r") || len(fields) == 1 || strings.ToValidUTF8(text, "") != text {
			return
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\xEF\xBB\xBF")))
		want, err := r.ReadAll()
		if err != nil {
			t.Fatalf("the library refuses %q: %v", text, err)
		}
		got, err := readFile(file, stringColumns(file.Names()))
		if err != nil || got.Rows != len(want)-1 {
			t.Fatalf("got %d rows and %v, want %d", got.Rows, err, len(want)-1)
		}
		for r, record := range want[1:] {
			for c, cell := range record {
				if got.Columns[c].At(r).Text() != cell {
					t.Fatalf("row %d, column %d is %q, want %q", r, c, got.Columns[c].At(r).Text(), cell)
				}
			}
		}
	})
}

func stringColumns(names []string) []tablefile.Column {
	var out []tablefile.Column
	for _, n := range names {
		out = append(out, column(n, strs))
	}
	return out
}
