package dataset_test

import (
	"os"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/dataset"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

const noon = eventtime.Instant(1773316800_000_000) // 2026-03-12T12:00:00Z

func sample() *dataset.Manifest {
	known := noon - 1
	return &dataset.Manifest{
		Name: "fraud_march", Project: "shop", Created: noon, Author: "ana@host:7", Revision: 4,
		Request: dataset.Request{Features: []string{"user:age"}, KnownAt: &known, TiesError: true},
		Spine:   dataset.Spine{From: dataset.FromFile, Text: "labels.csv", SHA256: "ab", TimeColumn: "event_timestamp", Zone: "Asia/Seoul", Unit: "ms", Columns: 2},
		Rows:    3,
		Columns: []value.Field{
			{Name: "user_id", Type: value.Scalar(value.Int64)}, {Name: "event_timestamp", Type: value.Scalar(value.UnixTimestamp)},
			{Name: "age", Type: value.Scalar(value.Float64)},
		},
		Features: []dataset.Feature{{Column: "age", Ref: "user:age", Fingerprint: "cd"}},
		Sources: []dataset.Source{{Name: "users", Manifest: offline.Manifest{
			Files: []offline.File{{Path: "data/users.parquet", Size: 10, Modified: noon - 5, Tag: "t"}}}}},
		Split: "time:0.8",
		Files: []dataset.File{
			{Part: dataset.Train, Path: "out.train.parquet", Rows: 2, Bytes: 9, SHA256: "01"},
			{Part: dataset.Test, Path: "out.test.parquet", Rows: 1, Bytes: 8, SHA256: "02"},
		},
	}
}

func TestManifestHasTheBytesOfTheFirstRelease(t *testing.T) {
	t.Parallel()
	got, err := sample().Encode()
	if err != nil {
		t.Fatal(err)
	}
	const path = "testdata/manifest-1.json"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got %s", got)
	}
	back, err := dataset.Decode(want, "it")
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := back.Encode(); string(again) != string(want) {
		t.Errorf("what is read differs from what was written: %s", again)
	}
}

func TestManifestOfANewerReleaseOrNoneIsRefused(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]errs.Code{
		`{"format": 2}`: errs.FailedPrecondition, `{}`: errs.DataLoss, `{"format": 1`: errs.DataLoss, `[]`: errs.DataLoss,
	} {
		if _, err := dataset.Decode([]byte(text), "the manifest"); errs.CodeOf(err) != code || !strings.Contains(err.Error(), "the manifest") {
			t.Errorf("%s: got %v, want %v", text, err, code)
		}
	}
}
