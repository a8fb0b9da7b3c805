// Command peers runs clearsweep and others on one extract in turn, and says whether
// they did the same job, in what time and in what memory.
//
//	synth --profile bench ─► extract
//	PAIRS times: clearsweep sweep, DuckDB job.sql, Polars polars/job.js, or the other way round
//	equal.sql: every decision and every row of the update files is the same
//
// 'make bench-peers' installs the others and runs it; Polars only if asked. All programs have
// what the machine has; none is given a special path: sweep is the ordinary sweep of a policy pack.
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
	polars    bool   // Polars too
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
	flag.BoolVar(&o.polars, "polars", false, "run Polars too, which takes some 1.2 KB of memory a row")
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

// engine is a program that does the job, and what its runs took.
type engine struct {
	name string
	out  string // folder for what it writes, made anew by each run
	job  func(ctx context.Context, o *options, extract, out string) (measured, error)
	runs []measured
}

// engines are clearsweep, and its peers.
func (o *options) engines(name string) []*engine {
	list := []*engine{{name: "clearsweep", out: "out-" + name, job: sweep}, {name: "DuckDB", out: "duckdb-" + name, job: duckdb}}
	if o.polars {
		list = append(list, &engine{name: "Polars", out: "polars-" + name, job: polars})
	}
	for _, e := range list {
		e.out = filepath.Join(o.folder, e.out)
	}
	return list
}

func (o *options) run(ctx context.Context, w io.Writer) error {
	name := strconv.Itoa(o.rows)
	if o.shuffled {
		name += "-shuffled"
	}
	extract := filepath.Join(o.folder, "extract-"+name)
	if err := o.extract(ctx, extract); err != nil {
		return err
	}
	all := o.engines(name)
	ours, peers := all[0], all[1:]
	for i := range o.pairs {
		turn := slices.Clone(all)
		if i%2 == 1 {
			slices.Reverse(turn)
		}
		for _, e := range turn {
			if err := os.RemoveAll(e.out); err != nil {
				return err
			}
			m, err := e.job(ctx, o, extract, e.out)
			if err != nil {
				return err
			}
			e.runs = append(e.runs, m)
		}
		fmt.Fprintf(w, "pair %d: clearsweep %.2f s", i+1, ours.runs[i].wall.Seconds())
		for _, p := range peers {
			fmt.Fprintf(w, ", %s %.2f s, ratio %.3f", p.name, p.runs[i].wall.Seconds(), ours.runs[i].wall.Seconds()/p.runs[i].wall.Seconds())
		}
		fmt.Fprintln(w)
	}
	report(w, o.rows, all)
	for _, p := range peers {
		if err := compare(ctx, ours.out, p.out); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		fmt.Fprintf(w, "the decisions and the update files are equal to those of %s, row for row\n", p.name)
	}
	return nil
}

// extract makes the extract, unless it is there.
func (o *options) extract(ctx context.Context, folder string) error {
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

func sweep(ctx context.Context, o *options, extract, out string) (measured, error) {
	return child(ctx, o.program, "sweep", "--config", filepath.Join(extract, "sweep.yaml"), "--memory", o.memory, "--grouping", o.grouping, "--out", out)
}

// scripts is where the jobs of the peers are.
const scripts = "benchmarks/peers"

func duckdb(ctx context.Context, o *options, extract, out string) (measured, error) {
	args := append([]string{filepath.Join(scripts, "duckdb.js"), filepath.Join(scripts, "job.sql")}, named(extract, out)...)
	if o.peerLimit != "" {
		args = append(args, "MEMORY="+o.peerLimit)
	}
	return child(ctx, "node", args...)
}

func polars(ctx context.Context, _ *options, extract, out string) (measured, error) {
	return child(ctx, "node", append([]string{filepath.Join(scripts, "polars", "job.js")}, named(extract, out)...)...)
}

// named are the files of a peer's job.
func named(extract, out string) []string {
	return []string{"CSV=" + filepath.Join(extract, "charges-001.csv"), "CODES=" + filepath.Join(extract, "peer-codes.csv"), "OUT=" + out}
}

// compare is an error unless both outputs say the same.
func compare(ctx context.Context, ours, peer string) error {
	current, err := filepath.EvalSymlinks(filepath.Join(ours, "current"))
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "node", filepath.Join(scripts, "duckdb.js"), filepath.Join(scripts, "equal.sql"), "OURS="+current, "PEER="+peer) //nolint:gosec // our own files
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
func report(w io.Writer, rows int, all []*engine) {
	fmt.Fprintf(w, "\n%-12s %8s %8s %10s %12s %14s %10s\n", "", "wall s", "CPU s", "peak MiB", "rows/s", "rows/CPU s", "KB/row")
	for _, e := range all {
		wall, cpu, peak := median(e.runs, measured.wallSeconds), median(e.runs, measured.cpuSeconds), median(e.runs, measured.bytes)
		fmt.Fprintf(w, "%-12s %8.2f %8.2f %10.0f %12.0f %14.0f %10.2f\n", e.name, wall, cpu, peak/(1<<20), float64(rows)/wall, float64(rows)/cpu, peak/float64(1000*rows))
	}
	fmt.Fprintf(w, "%-12s %8s %8s %10s %12s %14s %10s  as published, of another layout and machine\n", "gogen 0.2", "", "", "", "", "14000-30000", "5-8")
	ours := all[0].runs
	for _, peer := range all[1:] {
		for _, ratio := range []struct {
			name string
			of   func(measured) float64
		}{{"wall", measured.wallSeconds}, {"CPU", measured.cpuSeconds}, {"peak memory", measured.bytes}} {
			var ratios []float64
			for i := range ours {
				ratios = append(ratios, ratio.of(ours[i])/ratio.of(peer.runs[i]))
			}
			slices.Sort(ratios)
			fmt.Fprintf(w, "clearsweep / %s, %s: median %.3f (%.3f to %.3f)\n", peer.name, ratio.name, middle(ratios), ratios[0], ratios[len(ratios)-1])
		}
	}
}

func (m measured) wallSeconds() float64 { return m.wall.Seconds() }

func (m measured) cpuSeconds() float64 { return m.cpu.Seconds() }

func (m measured) bytes() float64 { return float64(m.peak) }

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
