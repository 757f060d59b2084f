package measure_test

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
)

func TestRatiosArePairByPair(t *testing.T) {
	t.Parallel()
	cost := func(s ...int) (out []measure.Cost) {
		for _, n := range s {
			out = append(out, measure.Cost{Wall: time.Duration(n) * time.Second, CPU: time.Second})
		}
		return out
	}
	got := measure.Ratios(cost(2, 9, 4), cost(1, 3, 4), measure.Wall)
	if want := (measure.Spread{Median: 2, Min: 1, Max: 3}); got != want || got.String() != "2.00× (1.00–3.00)" {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if m := measure.Middle(cost(5, 1, 3)); m.Wall != 3*time.Second {
		t.Errorf("middle: got %v, want 3 s", m.Wall)
	}
}

func TestCostIsWhatAProcessTellsOrElseTook(t *testing.T) {
	t.Parallel()
	told, err := measure.Run(exec.Command("echo", "cost 1500000000 20 7.5"))
	if want := (measure.Cost{Wall: 1500 * time.Millisecond, CPU: 20, Peak: 7.5}); err != nil || told != want {
		t.Errorf("got %v, %v; want %v", told, err, want)
	}
	took, err := measure.Run(exec.Command("true"))
	if err != nil || took.Wall <= 0 || took.Peak <= 0 {
		t.Errorf("got %v, %v; want a time and a memory", took, err)
	}
	if _, err := measure.Run(exec.Command("false")); err == nil {
		t.Error("got no error from a command that fails")
	}
	if m, err := measure.Memory(os.Getpid(), "VmRSS"); err != nil || m < 1 {
		t.Errorf("got %f MiB, %v", m, err)
	}
}

func TestCPUTimeCountsTheProcessesThatAProcessStarted(t *testing.T) {
	t.Parallel()
	busy := exec.Command("sh", "-c", "(while :; do :; done) & echo; wait")
	out, err := busy.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	busy.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := busy.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = syscall.Kill(-busy.Process.Pid, syscall.SIGKILL)
		_ = busy.Wait()
	}()
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; {
		used, err := measure.CPUOf(busy.Process.Pid)
		if err != nil {
			t.Fatal(err)
		}
		if used >= 50*time.Millisecond {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("got %v of a shell that waits for a loop", used)
		}
	}
}
