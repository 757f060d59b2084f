package tablefile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// parquetOf returns a Parquet file of one column "c".
func parquetOf(t *testing.T, typ value.Type, values ...value.Value) string {
	t.Helper()
	c := value.NewColumn(typ, len(values))
	for _, v := range values {
		c.Append(v)
	}
	b := &value.Batch{}
	b.Add("c", c)
	var out strings.Builder
	w, err := tablefile.NewWriter(&out, tablefile.Parquet, b.Fields())
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

func TestBadInput_75_TextAndNumbersAsTimesInParquet(t *testing.T) {
	t.Parallel()
	times := value.Scalar(value.UnixTimestamp)
	seoul, err := eventtime.LoadLocation("Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	words := parquetOf(t, value.Scalar(value.String), value.OfString("2026-03-12"), value.Value{}, value.OfString("2026-03-12T10:00:00+09:00"), value.OfString("2026-03-12 10:00:00"))
	got, err := readColumn("t.parquet", words, &tablefile.Options{Location: seoul}, column("c", times))
	if want := []string{"2026-03-11T15:00:00Z", "null", "2026-03-12T01:00:00Z", "2026-03-12T01:00:00Z"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("texts as times: got %q and %v, want %q", got, err, want)
	}
	_, err = readColumn("t.parquet", parquetOf(t, value.Scalar(value.String), value.OfString("2026-03-12"), value.OfString("12.03.2026")), nil, column("c", times))
	wantError(t, err, errs.InvalidArgument, "t.parquet", "row 2", `"c"`, "12.03.2026")

	seconds := parquetOf(t, value.Scalar(value.Int64), value.OfInt64(1773309600), value.OfInt64(1773309601))
	got, err = readColumn("t.parquet", seconds, &tablefile.Options{Unit: eventtime.Seconds}, column("c", times))
	if want := []string{"2026-03-12T10:00:00Z", "2026-03-12T10:00:01Z"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("numbers as times: got %q and %v, want %q", got, err, want)
	}
	moment := column("c", times)
	moment.Moment = true
	millis := parquetOf(t, value.Scalar(value.Int64), value.OfInt64(1773309600), value.OfInt64(1773309600123))
	_, err = readColumn("t.parquet", millis, &tablefile.Options{Unit: eventtime.Seconds}, moment)
	wantError(t, err, errs.OutOfRange, "t.parquet", "row 2", `"c"`, "1773309600123", "probably ms")
}
