package main

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestBucketStoreScripts runs every script of testdata/bucket on each object store that the environment names (make
// test-stores). $BUCKET is a directory of its own in a bucket, and $PARAMETERS what follows the key in an address.
func TestBucketStoreScripts(t *testing.T) {
	t.Parallel()
	for name, variable := range map[string]string{"s3": "TRUEPOINT_TEST_S3", "gs": "TRUEPOINT_TEST_GS", "azblob": "TRUEPOINT_TEST_AZBLOB"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := os.Getenv(variable)
			if address == "" {
				t.Skipf("%s is not set: make test-stores starts a server and sets it", variable)
			}
			testscript.Run(t, testscript.Params{
				Dir: filepath.Join("testdata", "bucket"), RequireExplicitExec: true, RequireUniqueNames: true, UpdateScripts: os.Getenv("UPDATE") != "",
				Setup: func(e *testscript.Env) error {
					at, parameters, found := strings.Cut(address, "?")
					if found {
						parameters = "?" + parameters
					}
					e.Setenv("BUCKET", strings.TrimRight(at, "/")+"/"+rand.Text())
					e.Setenv("PARAMETERS", parameters)
					for _, login := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "STORAGE_EMULATOR_HOST", "AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_KEY"} {
						e.Setenv(login, os.Getenv(login))
					}
					return setup(e)
				},
				Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status},
			})
		})
	}
}
