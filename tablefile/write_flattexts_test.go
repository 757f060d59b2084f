package tablefile_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"github.com/apache/arrow-go/v18/parquet/file"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// textFile writes texts as a file and reads it with our reader and the library.
func textFile(t *testing.T, items []string) string {
	c := value.NewColumn(value.Scalar(value.String), 0)
	c.Resize(len(items))
	copy(c.Texts, items)
	b := &value.Batch{}
	b.Add("text", c)
	text := encode(t, tablefile.Parquet, b)
	got, err := read("t.parquet", text, nil, wanted(b.Fields())...)
	if err != nil {
		t.Fatal(err)
	}
	library := byLibrary(t, text)
	for i, want := range items {
		if got.Columns[0].Texts[i] != want || library.Columns[0].Texts[i] != want {
			t.Fatalf("row %d: got %.40q, by the library %.40q, want %.40q", i, got.Columns[0].Texts[i], library.Columns[0].Texts[i], want)
		}
	}
	return text
}

// encodings returns those of the data pages of the first column chunk.
func encodings(t *testing.T, text string) string {
	r, err := file.NewParquetReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	chunk, err := r.MetaData().RowGroup(0).ColumnChunk(0)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(chunk.Encodings())
}

func TestTextsThatRepeatHaveADictionaryUntilItIsFull(t *testing.T) {
	t.Parallel()
	few, many, full := make([]string, 50_000), make([]string, 50_000), make([]string, 50_000)
	for i := range few {
		few[i] = fmt.Sprint("text ", i%100)
		many[i] = fmt.Sprint("text ", i)
		full[i] = few[i]
		if i > 5000 {
			full[i] = fmt.Sprintf("%d and %0100d", i/2, i/2) // 2.4 MB of different ones
		}
	}
	for name, c := range map[string]struct {
		items []string
		want  string
	}{
		"few":                  {few, "[RLE_DICTIONARY PLAIN RLE]"},
		"many":                 {many, "[PLAIN RLE]"},
		"many behind few":      {full, "[RLE_DICTIONARY PLAIN RLE PLAIN]"},
		"longer than it holds": {append([]string{"a", "a", strings.Repeat("b", 2<<20)}, few...), "[PLAIN RLE]"},
		"long behind few":      {append(append([]string{}, few[:20_000]...), strings.Repeat("b", 2<<20), "a"), "[RLE_DICTIONARY PLAIN RLE PLAIN]"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := encodings(t, textFile(t, c.items)); got != c.want {
				t.Errorf("got encodings %s, want %s", got, c.want)
			}
		})
	}
}

func TestTextThatReadersRefuseIsNotWritten(t *testing.T) {
	t.Parallel()
	zeros := make([]byte, 256<<20) // none is looked at, so that they take no memory
	c := value.NewColumn(value.Scalar(value.Bytes), 0)
	c.Append(value.OfText(value.Bytes, unsafe.String(&zeros[0], len(zeros))))
	b := &value.Batch{}
	b.Add("blob", c)
	w, err := tablefile.NewWriter(&bytes.Buffer{}, tablefile.Parquet, b.Fields())
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, w.Write(b), errs.InvalidArgument, `"blob"`, "268435456")
	wantError(t, w.Close(), errs.InvalidArgument, `"blob"`)
}
