package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/benchmarks/synth"
	"github.com/clearsweep/clearsweep/cmd/program"
	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/pipeline/local"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

func benchCommand() *cobra.Command {
	var flags sweepFlags
	var b bench
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure a sweep on this machine: rows, bytes, processor, memory, time by stage",
		Long: `Bench makes an extract of a given size, or takes yours with the options of sweep,
sweeps it into a folder that is removed afterwards, and prints what that took.

The extract is made in the folder for temporary files, the outputs beside it; see
--folder. What else the machine does shows in the figures: compare runs that took
turns, and the time of the processor rather than that of the clock.

--json keeps the figures; --compare sets those of an earlier run beside them.

` + exitHelp,
		Example: `  clearsweep bench --rows 5000000
  clearsweep bench --config sweep.yaml --json before.json
  clearsweep bench --config sweep.yaml --compare before.json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return b.run(cmd, &flags) },
	}
	flags.register(cmd)
	cmd.Flags().Int64Var(&b.rows, "rows", 1_000_000, "`number` of charges of the extract that is made, unless you give your own")
	cmd.Flags().StringVar(&b.folder, "folder", "", "`folder` for the extract and the outputs; the system's own for temporary files")
	cmd.Flags().StringVar(&b.json, "json", "", "write the figures to this `file`")
	cmd.Flags().StringVar(&b.compare, "compare", "", "set the figures of this `file` beside them")
	_ = cmd.Flags().MarkHidden("out") // bench has its own
	return cmd
}

// bench is what bench was asked for.
type bench struct {
	rows                  int64
	folder, json, compare string
}

// figures are what a sweep took.
type figures struct {
	Version      string             `json:"version"`
	Cores        int                `json:"cores"`
	Workers      int                `json:"workers"`
	Rows         int64              `json:"rows"`
	Bytes        int64              `json:"bytes"`
	Wall         float64            `json:"wall_seconds"`
	CPU          float64            `json:"cpu_seconds"`
	PeakBytes    int64              `json:"peak_bytes"`
	StageSeconds map[string]float64 `json:"stage_seconds"`
}

func (b *bench) run(cmd *cobra.Command, flags *sweepFlags) (err error) {
	var before *figures
	if b.compare != "" {
		if before, err = readFigures(b.compare); err != nil {
			return usageError{err}
		}
	}
	folder, err := os.MkdirTemp(b.folder, "clearsweep-bench-")
	if err != nil {
		return usageError{fmt.Errorf("--folder: %w", err)}
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if !cmd.Flags().Changed("config") && !cmd.Flags().Changed("input") {
		if flags.configFile, err = b.extract(cmd.Context(), folder); err != nil {
			return err
		}
	}
	cfg, err := flags.config(cmd)
	if err != nil {
		return usageError{err}
	}
	cfg.Out = filepath.Join(folder, "out")
	var now figures
	if err := profiled(flags.profile, func() (err error) {
		now, err = measure(cmd.Context(), cfg)
		return err
	}); err != nil {
		return err
	}
	if b.json != "" {
		text, err := json.MarshalIndent(now, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(b.json, append(text, '\n'), 0o600); err != nil {
			return fmt.Errorf("--json: %w", err)
		}
	}
	return now.print(cmd.OutOrStdout(), before)
}

// extract makes an extract, and returns the configuration of its sweep.
func (b *bench) extract(ctx context.Context, folder string) (string, error) {
	extract := filepath.Join(folder, "extract")
	if _, err := synth.GenerateWide(ctx, extract, synth.Wide{Rows: b.rows, Seed: 1, Files: 1}); err != nil {
		return "", usageError{err}
	}
	return filepath.Join(extract, "sweep.yaml"), nil
}

// measure sweeps, and says what that took.
func measure(ctx context.Context, cfg pipeline.Config) (f figures, err error) {
	clock := time.Now //nolint:forbidigo // it is what is measured
	tuneCollector(cfg.Memory)
	if cfg.Version, cfg.Binary, err = program.Identify(); err != nil {
		return figures{}, err
	}
	start, cpu := clock(), processorTime()
	plan, err := pipeline.Open(ctx, cfg)
	if err != nil {
		return figures{}, usageError{err}
	}
	result, err := local.Run(ctx, plan, new(local.Progress), clock)
	if err != nil {
		return figures{}, interrupted(ctx, err)
	}
	f = figures{
		Version: cfg.Version, Cores: runtime.NumCPU(), Workers: cfg.Workers, Rows: result.Manifest.Totals.Read,
		Wall: clock().Sub(start).Seconds(), CPU: (processorTime() - cpu).Seconds(), PeakBytes: peakMemory(),
	}
	for _, in := range result.Manifest.Inputs {
		f.Bytes += in.Bytes
	}
	store, err := storage.OpenDisk(cfg.Out)
	if err != nil {
		return figures{}, err
	}
	run, err := writers.OpenRun(ctx, store, result.Manifest.RunID)
	if err != nil {
		return figures{}, err
	}
	f.StageSeconds = run.Commit.Seconds
	f.StageSeconds[local.Committing.String()] = f.Wall - allOf(f.StageSeconds)
	return f, nil
}

func allOf(seconds map[string]float64) (all float64) {
	for _, s := range seconds {
		all += s
	}
	return all
}

func readFigures(name string) (*figures, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("--compare: %w", err)
	}
	f := new(figures)
	if err := json.Unmarshal(text, f); err != nil || f.Rows == 0 || f.Wall <= 0 {
		return nil, errors.Join(fmt.Errorf("--compare: %s was not written by bench --json", name), err)
	}
	return f, nil
}

// print prints the figures, beside those before if there are any.
func (f *figures) print(w io.Writer, before *figures) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	if before != nil {
		fmt.Fprintln(table, "\tnow\tbefore\tratio\t")
	}
	for _, line := range []struct {
		name string
		of   func(*figures) float64
		form string
	}{
		{"rows", func(f *figures) float64 { return float64(f.Rows) }, "%.0f"},
		{"bytes", func(f *figures) float64 { return float64(f.Bytes) }, "%.0f"},
		{"seconds", func(f *figures) float64 { return f.Wall }, "%.2f"},
		{"rows/s", func(f *figures) float64 { return float64(f.Rows) / f.Wall }, "%.0f"},
		{"MB/s", func(f *figures) float64 { return float64(f.Bytes) / 1e6 / f.Wall }, "%.0f"},
		{"CPU seconds", func(f *figures) float64 { return f.CPU }, "%.2f"},
		{"rows/CPU second", func(f *figures) float64 { return float64(f.Rows) / f.CPU }, "%.0f"},
		{"peak MiB", func(f *figures) float64 { return float64(f.PeakBytes) / (1 << 20) }, "%.0f"},
	} {
		fmt.Fprintf(table, "%s\t"+line.form+"\t", line.name, line.of(f))
		if before != nil {
			fmt.Fprintf(table, line.form+"\t%.3f\t", line.of(before), line.of(f)/line.of(before))
		}
		fmt.Fprintln(table)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%d workers on %d cores, version %s\n\n", f.Workers, f.Cores, f.Version)
	for phase := local.Surveying; phase <= local.Committing; phase++ {
		if seconds, ok := f.StageSeconds[phase.String()]; ok {
			const width = 40
			bar := strings.Repeat("#", int(width*seconds/f.Wall+0.5))
			fmt.Fprintf(w, "%12s %8.2f s  %-*s %3.0f%%\n", phase, seconds, width, bar, 100*seconds/f.Wall)
		}
	}
	return nil
}
