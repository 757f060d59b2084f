// Command truepoint is the feature store: command line, feature server and materializer in one program.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/cli"
	"github.com/truepoint/truepoint/tablefile"
)

func main() {
	tablefile.UseQuickSnappy()
	os.Exit(run(clock))
}

// run executes the command line of this process. The first interrupt asks the command to stop at its next safe point;
// the second ends the process at once.
func run(now eventtime.Clock) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return cli.Run(ctx, &cli.Environment{
		Args:   os.Args[1:],
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		Env:    os.LookupEnv,
		Clock:  now,
	})
}

// clock reads the time of day, floored to the microsecond.
func clock() eventtime.Instant { return eventtime.Instant(time.Now().UnixMicro()) }
