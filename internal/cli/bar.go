package cli

import (
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/truepoint/truepoint/internal/screen"
)

// bar is one progress line while a person watches, and nothing otherwise.
type bar struct {
	progress *mpb.Progress
	line     *mpb.Bar
}

func newBar(t *screen.Terminal, what string) *bar {
	b := &bar{}
	if t.Live {
		b.progress = mpb.New(mpb.WithOutput(t.Out), mpb.WithWidth(max(10, min(30, t.Width-50))))
		b.line = b.progress.AddBar(0, mpb.BarRemoveOnComplete(), mpb.PrependDecorators(decor.Name(what+" ")),
			mpb.AppendDecorators(decor.CountersNoUnit("%d/%d rows "), decor.AverageSpeed(0, "%.0f/s")))
	}
	return b
}

// update moves the bar; it may be called from any goroutine.
func (b *bar) update(done, total int64) {
	if b.line != nil {
		b.line.SetTotal(total, false)
		b.line.SetCurrent(done)
	}
}

// stop removes the bar.
func (b *bar) stop() {
	if b.line != nil {
		b.line.Abort(true)
		b.progress.Wait()
	}
}
