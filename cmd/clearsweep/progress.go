package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/clearsweep/clearsweep/pipeline/local"
)

// showProgress shows progress on w until stop is called: a bar on a terminal,
// a plain line every ten seconds elsewhere.
func showProgress(w io.Writer, progress *local.Progress) (stop func()) {
	done, finished := make(chan struct{}), make(chan struct{})
	show := showLines
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		show = showBar
	}
	go func() {
		defer close(finished)
		show(w, progress, done)
	}()
	return func() {
		close(done)
		<-finished
	}
}

const lineEvery = 10 * time.Second

func showLines(w io.Writer, progress *local.Progress, done <-chan struct{}) {
	tick := time.NewTicker(lineEvery)
	defer tick.Stop()
	last := progress.Snapshot()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			now := progress.Snapshot()
			fmt.Fprintf(w, "%s %s, %d rows, %d rejected, %.0f rows/s\n",
				now.Phase, share(now), now.Rows, now.Rejects, float64(now.Rows-last.Rows)/lineEvery.Seconds())
			last = now
		}
	}
}

// share is how much of its phase a run has done.
func share(s local.Snapshot) string {
	if s.Total == 0 {
		return ""
	}
	return fmt.Sprintf("%3.0f%%", 100*float64(s.Done)/float64(s.Total))
}

const barEvery = 200 * time.Millisecond

// showBar draws one bar for each phase: what, how much, how fast, how long
// still.
func showBar(w io.Writer, progress *local.Progress, done <-chan struct{}) {
	bars := mpb.New(mpb.WithOutput(w), mpb.WithWidth(48), mpb.WithRefreshRate(barEvery))
	defer bars.Wait()
	var bar *mpb.Bar
	last := local.Snapshot{Phase: -1}
	tick := time.NewTicker(barEvery)
	defer tick.Stop()
	for {
		now := progress.Snapshot()
		if now.Phase != last.Phase {
			finish(bar, last.Total)
			bar = newBar(bars, progress, now)
		}
		last = now
		bar.SetTotal(max(now.Total, 1), false)
		bar.SetCurrent(now.Done)
		select {
		case <-done:
			finish(bar, last.Total)
			return
		case <-tick.C:
		}
	}
}

// newBar is the bar of the phase that begins.
func newBar(bars *mpb.Progress, progress *local.Progress, now local.Snapshot) *mpb.Bar {
	done := decor.CountersNoUnit("%d / %d parts", decor.WC{W: 22})
	speed := decor.Name("")
	switch now.Phase {
	case local.Surveying:
		done = decor.CountersKibiByte("% .1f / % .1f", decor.WC{W: 22})
	case local.Preparing, local.Passing:
		done = decor.CountersKibiByte("% .1f / % .1f", decor.WC{W: 22})
		speed = rowsPerSecond(progress)
	case local.Settling:
	case local.Committing:
		done = decor.Name("", decor.WC{W: 22})
	}
	return bars.AddBar(max(now.Total, 1),
		mpb.PrependDecorators(decor.Name(now.Phase.String(), decor.WC{W: 11, C: decor.DindentRight}), done),
		mpb.AppendDecorators(decor.Percentage(decor.WC{W: 5}), speed,
			decor.OnComplete(decor.AverageETA(decor.ET_STYLE_GO, decor.WC{W: 9}), "")),
	)
}

// rowsPerSecond shows how many rows were read each second since now.
func rowsPerSecond(progress *local.Progress) decor.Decorator {
	start := time.Now() //nolint:forbidigo // a speed on a terminal decides nothing
	rate := 0.0
	return decor.Any(func(s decor.Statistics) string {
		rows := progress.Snapshot().Rows
		if !s.Completed {
			rate = float64(rows) / max(time.Since(start).Seconds(), barEvery.Seconds())
		}
		return fmt.Sprintf(" %d rows, %.0f rows/s", rows, rate)
	})
}

// finish fills a bar whose phase is over.
func finish(bar *mpb.Bar, total int64) {
	if bar != nil {
		bar.SetTotal(max(total, 1), false)
		bar.SetCurrent(max(total, 1))
		bar.SetTotal(-1, true)
	}
}
