package objectstore_test

import (
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/objectstore"
	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"s3://b/a/c.parquet":  "s3://b/a/c.parquet",
		"s3://b":              "s3://b/",
		"s3://b/a/":           "s3://b/a",
		"gs://b/part-?.csv":   "gs://b/part-?.csv",
		"gs://b/part-?=1.csv": "gs://b/part-?=1.csv",
		"s3://b/?/x?endpoint=http://h:1/&use_path_style=1":  "s3://b/?/x",
		"azblob://c/x?localemu=true":                        "azblob://c/x",
		"s3://b/x?localemu=true":                            "s3://b/x?localemu=true",
		"https://acc.blob.core.windows.net/c/d/registry.db": "azblob://c/d/registry.db",
	} {
		a, err := objectstore.Parse(text)
		if err != nil || a.String() != want {
			t.Errorf("%s: got %s, %v, want %s", text, a, err, want)
		}
	}
	for _, text := range []string{"", "data/x.csv", "http://b/x", "s3://", "s3:///x", "https://acc.blob.core.windows.net/c/d?sig=hunter2", "https://example.com/c/d",
		"azblob://c/x?sv=1&sig=hunter2", "s3://b/x?X-Amz-Signature=hunter2", "s3://b/x?region=r&secret_key=hunter2"} {
		_, err := objectstore.Parse(text)
		wantCode(t, err, errs.InvalidArgument)
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error shows a secret: %v", err)
		}
	}
}

func TestWithEndpoint(t *testing.T) {
	t.Parallel()
	parse := func(text string) objectstore.Address {
		a, err := objectstore.Parse(text)
		wantCode(t, err, errs.OK)
		return a
	}
	for text, want := range map[string]string{
		"s3://b/x":                    "s3://b/x?endpoint=http%3A%2F%2Fh%3A9&use_path_style=true",
		"s3://b/x?region=r":           "s3://b/x?region=r&endpoint=http%3A%2F%2Fh%3A9&use_path_style=true",
		"s3://b/x?endpoint=http://me": "s3://b/x?endpoint=http://me",
		"gs://b/x":                    "gs://b/x",
	} {
		if got := parse(text).WithEndpoint("http://h:9"); got != parse(want) {
			t.Errorf("%s: got %#v, want %#v", text, got, parse(want))
		}
	}
}

func TestNoMessageShowsAQuery(t *testing.T) {
	t.Parallel()
	got := objectstore.Masked(`Get "https://a.blob/c/x?sv=1&sig=abc": no route to azblob://c/y?sig=d and s3://b/z`)
	if want := `Get "https://a.blob/c/x": no route to azblob://c/y and s3://b/z`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	a, err := objectstore.Parse("s3://b/x?endpoint=http://127.0.0.1:1/secret&region=nowhere&anonymous=true")
	wantCode(t, err, errs.OK)
	s, err := objectstore.Open(t.Context(), a)
	if err == nil {
		_, err = s.Stat(t.Context(), a.Key)
	}
	if err == nil || strings.Contains(err.Error(), "region=") {
		t.Errorf("got %v", err)
	}
}

func TestEveryTextHasANameOfItsOwn(t *testing.T) {
	t.Parallel()
	texts := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a~=/.2F_-]{0,12}`), rapid.StringMatching(`[a/]{190,210}`))
	rapid.Check(t, func(t *rapid.T) {
		a, b := texts.Draw(t, "a"), texts.Draw(t, "b")
		name, spelled := objectstore.EncodeName(a)
		other, _ := objectstore.EncodeName(b)
		if (name == other) != (a == b) || len(name) > 200 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_~=") != "" {
			t.Fatalf("%q is %q, %q is %q", a, name, b, other)
		}
		if back, ok := objectstore.DecodeName(name); ok != spelled || spelled && back != a {
			t.Fatalf("%q is %q, which is %q, %v", a, name, back, ok)
		}
		if spelled && strings.HasPrefix(a, b) != strings.HasPrefix(name, objectstore.EncodePrefix(b)) {
			t.Fatalf("%q is %q, prefix %q is %q", a, name, b, objectstore.EncodePrefix(b))
		}
	})
}

func TestRenamedKeepsHowABucketIsReached(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"s3://b/a/x.csv": "s3://b/a/x.csv.new", "dir/x.csv": "dir/x.csv.new", "s3://b/x.csv?endpoint=http://127.0.0.1:9&region=a": "s3://b/x.csv.new?endpoint=http://127.0.0.1:9&region=a",
		"azblob://b/x.csv?domain=127.0.0.1:9": "azblob://b/x.csv.new?domain=127.0.0.1:9", "gs://b/x?y.csv": "gs://b/x?y.csv.new", "file:///x.csv": "file:///x.csv.new",
	} {
		if got := objectstore.Renamed(path, func(name string) string { return name + ".new" }); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}
