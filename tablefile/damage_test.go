package tablefile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// readAll reads every column of a file as the type that is closest to its own.
func readAll(name, text string) (*value.Batch, error) {
	f, err := open(name, text, nil)
	if err != nil {
		return nil, err
	}
	fields, err := f.Fields()
	if err != nil {
		return nil, err
	}
	var columns []tablefile.Column
	for _, c := range fields {
		columns = append(columns, column(c.Name, c.Type))
	}
	return readFile(f, columns)
}

// show returns all values of a batch as text.
func show(b *value.Batch) string {
	var out []string
	for i, c := range b.Columns {
		out = append(out, fmt.Sprintf("%s %v %q", b.Names[i], c.Type, texts(c)))
	}
	return strings.Join(out, "\n")
}

// footer returns the position of the footer of a Parquet file.
func footer(text string) int {
	n := len(text)
	return n - 8 - int(uint32(text[n-8])|uint32(text[n-7])<<8|uint32(text[n-6])<<16)
}

func TestBadInput_72_whole_files_or_errors_that_name_them(t *testing.T) {
	t.Parallel()
	body := fixture(t, "gzip.parquet")
	for name, c := range map[string]struct {
		text  string
		code  errs.Code
		words []string
	}{
		"0 bytes":          {"", errs.InvalidArgument, []string{"is empty"}},
		"wrong first word": {"PAR2" + body[4:], errs.DataLoss, []string{"not a whole Parquet file", `begins with "PAR2"`}},
		"wrong last word":  {body[:len(body)-1] + "2", errs.DataLoss, []string{"not a whole Parquet file"}},
		"3 bytes":          {body[:3], errs.DataLoss, []string{"not a whole Parquet file"}},
		"12 bytes":         {body[:8] + "PAR1", errs.DataLoss, []string{"not a whole Parquet file"}},
		"footer cut off":   {body[:footer(body)], errs.DataLoss, []string{"not a whole Parquet file"}},
		"last byte lost":   {body[:len(body)-1], errs.DataLoss, []string{"not a whole Parquet file"}},
		"rows lost":        {body[:4] + body[200:], errs.DataLoss, nil},
		"a CSV file":       {"id,x\n1,2\n", errs.DataLoss, []string{"extension of its format"}},
	} {
		_, err := readAll("damaged.parquet", c.text)
		t.Run(name, func(t *testing.T) { wantError(t, err, c.code, append(c.words, "damaged.parquet")...) })
	}
}

// ours returns a small file that we wrote.
func ours(t *testing.T) string {
	numbers, texts := value.NewColumn(value.Scalar(value.Int64), 0), value.NewColumn(value.Scalar(value.String), 0)
	lists := value.NewColumn(value.ArrayOf(value.Scalar(value.Float64)), 0)
	for i := range 100 {
		if i%9 == 0 {
			numbers.Append(value.Value{})
		} else {
			numbers.Append(value.OfInt64(int64(i)))
		}
		texts.Append(value.OfString(fmt.Sprint(i % 5)))
		lists.Append(value.OfList(value.Array, slices.Repeat([]value.Value{value.OfFloat64(float64(i))}, i%3)))
	}
	b := &value.Batch{}
	b.Add("number", numbers)
	b.Add("text", texts)
	b.Add("list", lists)
	return encode(t, tablefile.Parquet, b)
}

// TestBadInput_72_flipped_bits flips a bit of every byte of a file, of every fifth in most files. What it asks for: an error that names the file, or
// an answer, but no panic and no memory beyond reason; and where pages have checksums (index, and what we write), never
// another value.
func TestBadInput_72_flipped_bits(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"ours", "index", "none", "zstd_v2", "delta", "int96", "duckdb", "pandas"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := name + ".parquet"
			summed := name == "index" || name == "ours"
			body := ours(t)
			if name != "ours" {
				body = fixture(t, file)
			}
			whole, err := readAll(file, body)
			if err != nil {
				t.Fatal(err)
			}
			want, step := show(whole), 5
			if summed {
				step = 1
			}
			for at := 0; at < len(body); at += step {
				flipped := []byte(body)
				flipped[at] ^= 1 << (at % 8)
				got, err := readAll(file, string(flipped))
				if err != nil && !strings.Contains(err.Error(), file) {
					t.Fatalf("byte %d: %v does not name the file", at, err)
				}
				if err == nil && summed && at < footer(body) && show(got) != want {
					t.Errorf("byte %d: got %s, want an error or %s", at, show(got), want)
				}
			}
		})
	}
}

func TestBadInput_79_names_of_columns(t *testing.T) {
	t.Parallel()
	ids := value.NewColumn(value.Scalar(value.Int64), 1)
	ids.Append(value.OfInt64(7))
	for _, name := range []string{
		"with space", " leading", `"quoted"`, "it's", "a,b", "a;b", "new\nline", "dot.in.name", "é", "日本語", "e\u0301", "\u202eRTL", "DROP TABLE x; --", "a/b", `back\slash`,
		"__index_level_0__", strings.Repeat("n", 300), "1", "null", "select",
	} {
		for _, format := range []tablefile.Format{tablefile.Parquet, tablefile.CSV, tablefile.JSONLines} {
			var file strings.Builder
			w, err := tablefile.NewWriter(&file, format, []value.Field{{Name: name, Type: ids.Type}})
			if err != nil {
				t.Errorf("%v, %.20q: %v", format, name, err)
				continue
			}
			b := &value.Batch{}
			b.Add(name, ids)
			if err := w.Write(b); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			f, err := tablefile.Open(t.Context(), source{"f", file.String()}, format, &tablefile.Options{Infer: true})
			if err != nil {
				t.Errorf("%v, %.20q: %v", format, name, err)
				continue
			}
			got, err := readFile(f, []tablefile.Column{column(name, ids.Type)})
			if err != nil || f.Names()[0] != name || got.Rows != 1 || got.Columns[0].Ints[0] != 7 {
				t.Errorf("%v, %.20q: got %q, %v, %v", format, name, f.Names(), got, err)
			}
		}
	}
}

// FuzzParquet reads damaged files: an error that names the file, or as many rows in every column as it claims; no panic,
// and no memory beyond what its size allows.
func FuzzParquet(f *testing.F) {
	for _, name := range []string{"index", "none", "zstd_v2", "delta", "int96", "duckdb", "polars", "fast"} {
		f.Add([]byte(fixture(f, name+".parquet")))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		b, err := readAll("t.parquet", string(body))
		if err != nil {
			if !strings.Contains(err.Error(), "t.parquet") {
				t.Fatalf("%v does not name the file", err)
			}
			return
		}
		for i, c := range b.Columns {
			if c.Len() != b.Rows {
				t.Fatalf("column %q has %d rows of %d", b.Names[i], c.Len(), b.Rows)
			}
		}
	})
}

func TestBadInput_78_columns_of_one_name(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"same.csv": "id,x,id\n1,2,3\n", "case.csv": "id,x,ID\n1,2,3\n", "same.jsonl": `{"id":1,"x":2,"id":3}`, "case.jsonl": "{\"id\":1}\n{\"ID\":2}\n",
	} {
		_, err := open(name, text, nil)
		t.Run(name, func(t *testing.T) { wantError(t, err, errs.InvalidArgument, name, `"id"`) })
	}
	for _, names := range [][2]string{{"id", "id"}, {"id", "Id"}} {
		c := value.NewColumn(value.Scalar(value.Int64), 0)
		b := &value.Batch{}
		b.Add(names[0], c)
		b.Add(names[1], c)
		var out strings.Builder
		if _, err := tablefile.NewWriter(&out, tablefile.Parquet, b.Fields()); errs.CodeOf(err) != errs.InvalidArgument {
			t.Errorf("%v: a file that nobody could read is written: %v", names, err)
		}
	}
}
