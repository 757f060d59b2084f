package conformance_test

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A script of the servers that tests use prints their addresses, serves, and ends at once when it is told to.
func TestScriptsOfServersServeUntilTheyAreInterrupted(t *testing.T) {
	t.Parallel()
	for script, variable := range map[string]string{
		"redis.sh": "TRUEPOINT_TEST_REDIS", "postgres.sh": "TRUEPOINT_TEST_POSTGRES", "dynamodb.sh": "TRUEPOINT_TEST_DYNAMODB", "objectstores.sh": "TRUEPOINT_TEST_S3",
	} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			if os.Getenv(variable) == "" {
				t.Skip(variable + " is not set: its servers are missing here")
			}
			cmd := exec.CommandContext(t.Context(), "../../scripts/"+script)
			cmd.Env = append(os.Environ(), variable+"=")
			cmd.Stderr = os.Stderr
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := "", error(nil)
			for lines := bufio.NewReader(out); err == nil && !strings.HasPrefix(line, "export "+variable+"="); {
				line, err = lines.ReadString('\n')
			}
			if err != nil {
				t.Errorf("it printed no address: %v", err)
			}
			told := time.Now()
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			var status *exec.ExitError
			if err := cmd.Wait(); !errors.As(err, &status) || status.ExitCode() != 130 {
				t.Errorf("it ended with %v, want status 130", err)
			}
			if took := time.Since(told); took > 30*time.Second {
				t.Errorf("it took %s to end", took)
			}
		})
	}
}
