// Command peers runs clearsweep and DuckDB on one extract in turn, and says whether
// they did the same job, in what time and in what memory.
//
//	synth --profile bench ─► extract
//	PAIRS times: clearsweep sweep, DuckDB job.sql, or the other way round
//	equal.sql: every decision and every row of the update files is the same
//
// 'make bench-peers' installs DuckDB and runs it. Both programs have what the machine
// has; neither is given a special path: sweep is the ordinary sweep of a policy pack.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// options say what to run.
type options struct {
	program   string // the built clearsweep
	folder    string // for the extract and the outputs
	rows      int
	pairs     int
	shuffled  bool
	memory    string // of clearsweep
	grouping  string // of clearsweep
	peerLimit string // memory limit of DuckDB; empty for none
}

func main() {
	var o options
	flag.StringVar(&o.program, "program", "bin/clearsweep", "the built program")
	flag.StringVar(&o.folder, "folder", "bench", "where the extract and the outputs go")
	flag.IntVar(&o.rows, "rows", 5_000_000, "rows of the extract")
	flag.IntVar(&o.pairs, "pairs", 5, "pairs of runs")
	flag.BoolVar(&o.shuffled, "shuffled", false, "put the rows of the extract in any order")
	flag.StringVar(&o.memory, "memory", "512MiB", "memory of clearsweep")
	flag.StringVar(&o.grouping, "grouping", "auto", "grouping of clearsweep")
	flag.StringVar(&o.peerLimit, "peer-memory", "", "memory limit of DuckDB, such as 512MB; none if empty")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := o.run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// measured is what one run took.
type measured struct {
	wall, cpu time.Duration
	peak      int64 // bytes of memory
}

func (o options) run(ctx context.Context, w io.Writer) error {
	name := strconv.Itoa(o.rows)
	if o.shuffled {
		name += "-shuffled"
	}
	extract := filepath.Join(o.folder, "extract-"+name)
	if err := o.extract(ctx, extract); err != nil {
		return err
	}
	ours, peer := filepath.Join(o.folder, "out-"+name), filepath.Join(o.folder, "duckdb-"+name)
	var a, b []measured
	for i := range o.pairs {
		runs := []func() error{
			func() error { return appended(&a, func() (measured, error) { return o.sweep(ctx, extract, ours) }) },
			func() error { return appended(&b, func() (measured, error) { return o.duckdb(ctx, extract, peer) }) },
		}
		if i%2 == 1 {
			slices.Reverse(runs)
		}
		for _, run := range runs {
			if err := run(); err != nil {
				return err
			}
		}
		fmt.Fprintf(w, "pair %d: clearsweep %.2f s, DuckDB %.2f s, ratio %.3f\n", i+1, a[i].wall.Seconds(), b[i].wall.Seconds(),
			a[i].wall.Seconds()/b[i].wall.Seconds())
	}
	report(w, o.rows, a, b)
	if err := o.compare(ctx, ours, peer); err != nil {
		return err
	}
	fmt.Fprintln(w, "the decisions and the update files are equal, row for row")
	return nil
}

func appended(to *[]measured, run func() (measured, error)) error {
	m, err := run()
	*to = append(*to, m)
	return err
}

// extract makes the extract, unless it is there.
func (o options) extract(ctx context.Context, folder string) error {
	if _, err := os.Stat(filepath.Join(folder, "sweep.yaml")); err == nil {
		return nil
	}
	args := []string{"synth", "--profile", "bench", "--files", "1", "--rows", strconv.Itoa(o.rows), "--out", folder}
	if o.shuffled {
		args = append(args, "--shuffle")
	}
	_, err := child(ctx, o.program, args...)
	return err
}

// sweep runs clearsweep into a new folder.
func (o options) sweep(ctx context.Context, extract, out string) (measured, error) {
	if err := os.RemoveAll(out); err != nil {
		return measured{}, err
	}
	return child(ctx, o.program, "sweep", "--config", filepath.Join(extract, "sweep.yaml"), "--memory", o.memory, "--grouping", o.grouping, "--out", out)
}

const peers = "benchmarks/peers"

// duckdb runs the job in SQL into a new folder.
func (o options) duckdb(ctx context.Context, extract, out string) (measured, error) {
	if err := os.RemoveAll(out); err != nil {
		return measured{}, err
	}
	args := []string{
		filepath.Join(peers, "duckdb.js"), filepath.Join(peers, "job.sql"),
		"CSV=" + filepath.Join(extract, "charges-001.csv"), "CODES=" + filepath.Join(extract, "peer-codes.csv"), "OUT=" + out,
	}
	if o.peerLimit != "" {
		args = append(args, "MEMORY="+o.peerLimit)
	}
	return child(ctx, "node", args...)
}

// compare is an error unless both outputs say the same.
func (o options) compare(ctx context.Context, ours, peer string) error {
	current, err := filepath.EvalSymlinks(filepath.Join(ours, "current"))
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "node", filepath.Join(peers, "duckdb.js"), filepath.Join(peers, "equal.sql"), "OURS="+current, "PEER="+peer) //nolint:gosec // our own files
	cmd.Stderr = os.Stderr
	differences, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	counts := strings.Fields(string(differences))
	if len(counts) == 0 {
		return errors.New("compare: nothing was compared")
	}
	if slices.ContainsFunc(counts, func(n string) bool { return n != "0" }) {
		return fmt.Errorf("the outputs differ: %q", counts)
	}
	return nil
}

// child runs a program to its end, and measures it.
func child(ctx context.Context, program string, args ...string) (measured, error) {
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // the programs that are compared
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	start := time.Now() //nolint:forbidigo // it is what is measured
	err := cmd.Run()
	m := measured{wall: time.Since(start)}
	if err != nil {
		return m, errors.Join(fmt.Errorf("%s: %w", program, err), errors.New(said.String()))
	}
	m.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		m.peak = usage.Maxrss << 10
	}
	return m, nil
}

// report prints the medians, and the ratios pair by pair.
func report(w io.Writer, rows int, a, b []measured) {
	fmt.Fprintf(w, "\n%-12s %8s %8s %10s %12s\n", "", "wall s", "CPU s", "peak MiB", "rows/s")
	for _, line := range []struct {
		name string
		of   []measured
	}{{"clearsweep", a}, {"DuckDB", b}} {
		wall := median(line.of, func(m measured) float64 { return m.wall.Seconds() })
		fmt.Fprintf(w, "%-12s %8.2f %8.2f %10.0f %12.0f\n", line.name, wall,
			median(line.of, func(m measured) float64 { return m.cpu.Seconds() }),
			median(line.of, func(m measured) float64 { return float64(m.peak) / (1 << 20) }), float64(rows)/wall)
	}
	for _, ratio := range []struct {
		name string
		of   func(measured) float64
	}{
		{"wall", func(m measured) float64 { return m.wall.Seconds() }},
		{"CPU", func(m measured) float64 { return m.cpu.Seconds() }},
		{"peak memory", func(m measured) float64 { return float64(m.peak) }},
	} {
		var ratios []float64
		for i := range a {
			ratios = append(ratios, ratio.of(a[i])/ratio.of(b[i]))
		}
		slices.Sort(ratios)
		fmt.Fprintf(w, "clearsweep / DuckDB, %s: median %.3f (%.3f to %.3f)\n", ratio.name, middle(ratios), ratios[0], ratios[len(ratios)-1])
	}
}

func median(of []measured, value func(measured) float64) float64 {
	var values []float64
	for _, m := range of {
		values = append(values, value(m))
	}
	slices.Sort(values)
	return middle(values)
}

// middle is the median of sorted values.
func middle(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
