package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"dokaz/cmd/internal/wire"
	"dokaz/pipeline/catalog"

	"github.com/schollz/progressbar/v3"
)

// How often progress is told: on a terminal a bar is redrawn, elsewhere a line is written.
const (
	redraw    = time.Second
	plainLine = 10 * time.Second
)

// progress tells how far the workers are. The figures come from the catalog, so that they hold for all
// who work on the case.
type progress struct {
	terminal *terminal
	house    *wire.House
	bar      *progressbar.ProgressBar
	began    time.Time
	first    catalog.Pending
	received atomic.Int64 // bytes taken in by this run
	end      chan struct{}
	wg       sync.WaitGroup
}

func newProgress(t *terminal, h *wire.House) *progress {
	p := &progress{terminal: t, house: h, began: time.Now(), end: make(chan struct{})}
	if isTerminal(t.messages) {
		p.bar = progressbar.NewOptions(-1, progressbar.OptionSetWriter(t.messages), progressbar.OptionShowElapsedTimeOnFinish(),
			progressbar.OptionSetPredictTime(false), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(24), progressbar.OptionSetRenderBlankState(true))
	}
	return p
}

func (p *progress) start() {
	p.first, _ = p.read()
	p.wg.Go(func() {
		every := plainLine
		if p.bar != nil {
			every = redraw
		}
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-p.end:
				return
			case <-tick.C:
				p.tell()
			}
		}
	})
}

func (p *progress) stop() {
	close(p.end)
	p.wg.Wait()
	if p.bar != nil {
		_ = p.bar.Finish() // drawing only
	}
}

func (p *progress) read() (catalog.Pending, error) {
	return p.house.Catalog.Pending(context.Background())
}

func (p *progress) tell() {
	s, err := p.read()
	if err != nil {
		return // the catalog is busy or gone: whoever works on it says so
	}
	done := s.Items - s.Examining
	seconds := max(time.Since(p.began).Seconds(), 0.001)
	rate := float64(done-(p.first.Items-p.first.Examining)) / seconds
	left := "unknown time"
	if rate > 0 {
		left = time.Duration(float64(s.Examining) / rate * float64(time.Second)).Round(time.Second).String()
	}
	line := fmt.Sprintf("%d of %d items examined, %d reports pending, %d failed; %.1f items/s, %s/s received, %s left",
		done, s.Items, s.Following, s.Failed, rate, size(int64(float64(p.received.Load())/seconds)), left)
	if p.bar == nil {
		p.terminal.say("dokaz: %s\n", line)
		return
	}
	p.bar.ChangeMax(max(s.Items, 1))
	p.bar.Describe(line)
	_ = p.bar.Set(done) // drawing only
}
