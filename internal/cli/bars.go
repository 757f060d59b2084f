package cli

import (
	"sync"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/materialize"
)

// bars draws one line per view and phase while a person watches, and nothing otherwise.
type bars struct {
	mu       sync.Mutex
	progress *mpb.Progress
	lines    map[string]*mpb.Bar
	last     map[string]materialize.Phase
}

func newBars(t *screen.Terminal) *bars {
	b := &bars{lines: map[string]*mpb.Bar{}, last: map[string]materialize.Phase{}}
	if t.Live {
		b.progress = mpb.New(mpb.WithOutput(t.Out), mpb.WithWidth(max(10, min(30, t.Width-60))))
	}
	return b
}

// update is the Progress callback of a materialization.
func (b *bars) update(p materialize.Progress) {
	if b.progress == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	bar := b.lines[p.View]
	if b.last[p.View] != p.Phase {
		if bar != nil {
			bar.Abort(true)
		}
		b.last[p.View] = p.Phase
		delete(b.lines, p.View)
		if p.Phase == materialize.Done {
			return
		}
		bar = b.add(p)
		b.lines[p.View] = bar
	}
	bar.SetTotal(p.Total, false)
	bar.SetCurrent(p.Done)
}

func (b *bars) add(p materialize.Progress) *mpb.Bar {
	return b.progress.AddBar(p.Total,
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(p.View+" "+string(p.Phase)+" ", decor.WCSyncSpaceR)),
		mpb.AppendDecorators(decor.CountersNoUnit("%d/%d rows "), decor.AverageSpeed(0, "%.0f/s")),
	)
}

// stop removes what is still drawn.
func (b *bars) stop() {
	if b.progress == nil {
		return
	}
	b.mu.Lock()
	for _, bar := range b.lines {
		bar.Abort(true)
	}
	b.mu.Unlock()
	b.progress.Wait()
}
