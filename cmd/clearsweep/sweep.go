package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/cmd/program"
	"github.com/clearsweep/clearsweep/cmd/sweepfile"
	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/pipeline/local"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

func sweepCommand() *cobra.Command {
	var flags sweepFlags
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Decide every charge of an extract and write what agencies must update",
		Long: `Sweep reads extracts, decides every charge of every person under one policy as
of one date, and writes below OUT/runs/<run>/ the determinations, persons, reviews
and rejects (Parquet), the agencies' update files (CSV and fixed width), the
worklists and the manifest. Nothing there counts until OUT/commits/<run>.json
exists; OUT/current then points to the run.

The same input, layout, policy, parameters, date and version always give the
same run: a sweep that is committed already is found and not done again.

Give the options as flags, or in a file with --config; a flag goes before the
file. Its keys: inputs, lists and codes (a path or a list), layout, policy, params (a
map), crosswalk, repairs, answers, require_signed, signatures, agencies, recipients, keep_raw_rejects (a public key or a list), as_of, out, scratch, workers, memory, grouping, update_forms, max_rejects, require_signoff,
variants, unpack (a map), s3 (a map).

Extracts may be compressed with gzip, zstd or bzip2, or packed in zip archives,
each file in one a source of its own. What a file is its first bytes tell. One
that is damaged, or that expands beyond the --unpack limits, stops the sweep.

Inputs and outputs may lie in S3, as s3://bucket/prefix. Credentials come by the
AWS SDK's default chain: environment, profile, or the role of the machine.

` + exitHelp,
		Example: `  clearsweep sweep --input 'extract/*.csv' --layout us-ca/doj-extract \
      --policy us-ca/prop64-county-options --param county=SACRAMENTO --param dismiss=11357,11358 \
      --as-of 2026-11-23 --out out
  clearsweep sweep --config sweep.yaml`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.config(cmd)
			if err != nil {
				return usageError{err}
			}
			return profiled(flags.profile, func() error { return sweep(cmd, cfg, flags.who) })
		},
	}
	flags.register(cmd)
	return cmd
}

// sweep runs cfg and prints what came out.
func sweep(cmd *cobra.Command, cfg pipeline.Config, who string) (err error) {
	clock := time.Now //nolint:forbidigo // times are printed and kept in the commit; they decide nothing
	start := clock()
	tuneCollector(cfg.Memory)
	if cfg.Version, cfg.Binary, err = program.Identify(); err != nil {
		return err
	}
	plan, err := pipeline.Open(cmd.Context(), cfg)
	if errors.Is(err, storage.ErrUnavailable) || cmd.Context().Err() != nil {
		return interrupted(cmd.Context(), err)
	}
	if err != nil {
		return usageError{err}
	}
	log := sweepLog{out: plan.Out(), who: who, clock: clock}
	if err := log.started(cmd.Context(), cfg); err != nil {
		return err
	}
	var progress local.Progress
	stop := showProgress(cmd.ErrOrStderr(), &progress)
	result, err := local.Run(cmd.Context(), plan, &progress, clock)
	stop()
	if err = errors.Join(err, log.ended(cmd.Context(), result, err)); err != nil {
		return interrupted(cmd.Context(), err)
	}
	return printResult(cmd.OutOrStdout(), plan, result, clock().Sub(start))
}

// tuneCollector lets garbage stand until it is ten times what is in use, or the memory that the user gave
// is full: a sweep keeps little for long, and fewer collections take less time, but memory that the system has
// not given yet takes some too. What the collector does not count, the program itself for one, has the rest
// of memory.
func tuneCollector(memory int64) {
	debug.SetMemoryLimit(memory - memory/10)
	debug.SetGCPercent(1000)
}

// profiled runs do, and writes a CPU profile of it if a file is named.
func profiled(name string, do func() error) error {
	if name == "" {
		return do()
	}
	f, err := os.Create(name)
	if err != nil {
		return usageError{fmt.Errorf("--profile: %w", err)}
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return errors.Join(err, f.Close())
	}
	err = do()
	pprof.StopCPUProfile()
	return errors.Join(err, f.Close())
}

// interrupted names the cause of an error that a signal brought about.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) && !errors.Is(err, writers.ErrInDoubt) {
		return errors.New("interrupted; nothing was published")
	}
	return err
}

type sweepFlags struct {
	configFile string
	file       sweepfile.File
	s3         s3Flags
	params     []string
	asOf       string
	memory     string
	profile    string
	who        string
}

func (f *sweepFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.configFile, "config", "", "read the options from this YAML `file`")
	flags.StringArrayVar((*[]string)(&f.file.Inputs), "input", nil, "`path` or glob of extracts, or a folder of them; may be repeated")
	flags.StringArrayVar((*[]string)(&f.file.Lists), "input-list", nil, "CSV or JSON `file` that lists extracts, with the bytes, rows and hash of each; may be repeated")
	flags.StringVar(&f.file.Layout, "layout", "", "`name` or path of the extracts' layout; see 'clearsweep layout list'")
	flags.StringVar(&f.file.Policy, "policy", "", "`name` or path of the policy pack; see 'clearsweep policy list'")
	flags.StringArrayVar(&f.params, "param", nil, "`key=value` of a parameter of the policy; lists are separated by commas; may be repeated")
	flags.StringVar(&f.asOf, "as-of", "", "the `date` on which the law is asked, as 2006-01-02; required, never taken from the clock")
	flags.StringVar(&f.file.Out, "out", "", "`folder` of the outputs, or s3://bucket/prefix")
	flags.StringVar(&f.file.Scratch, "scratch", "", "`folder` on a local disk for what does not fit in memory; OUT when that is a folder")
	flags.IntVar(&f.file.Workers, "workers", runtime.GOMAXPROCS(0), "ranges or parts in work at once; changes no result")
	flags.StringVar(&f.memory, "memory", "512MiB", "memory to use, `size` such as 512MiB or 2GiB; changes no result")
	flags.StringVar(&f.file.Grouping, "grouping", string(pipeline.Auto), "whether the extracts come grouped by person: auto, contiguous or `partition`; changes no decision")
	flags.StringVar(&f.file.UpdateForms, "update-forms", "both", "`form` of the update files: csv, fixed or both")
	flags.StringVar(&f.profile, "profile", "", "write a CPU profile to this `file`, for 'go tool pprof'")
	codesFlag(cmd, (*[]string)(&f.file.Codes))
	flags.StringVar(&f.who, "who", os.Getenv("CLEARSWEEP_WHO"), "`name` of the person or job, for the journal of OUT, without which the sweep then does not run; CLEARSWEEP_WHO when not given")
	flags.StringVar(&f.file.Crosswalk, "crosswalk", "", "reviewed `file` of person keys that are one person's: id,person_id,reviewed_by,reviewed_on")
	flags.StringArrayVar((*[]string)(&f.file.KeepRawRejects), "keep-raw-rejects", nil, "keep the rows that are rejected, encrypted for this public `key` of age (age1...) or a file of some; may be repeated")
	flags.StringArrayVar((*[]string)(&f.file.EncryptFor), "encrypt-for", nil, "encrypt all files of the run for this public `key` of age (age1...) or a file of some; may be repeated")
	flags.StringVar(&f.file.Recipients, "recipients", "", "`file` of public keys of age for whom each agency's update files are encrypted: agency,recipient")
	flags.StringVar(&f.file.RequireSigned, "require-signed", "", "`file` of public keys, PEM, one of which must have signed the policy; see 'clearsweep policy sign'")
	flags.StringVar(&f.file.Signatures, "signatures", "", "`file` of signatures of policies, as 'clearsweep policy sign' prints them")
	flags.StringVar(&f.file.Answers, "answers", "", "`file` of facts that people have found for reviews; see 'clearsweep review export'")
	flags.StringVar(&f.file.Agencies, "agencies", "", "`file` that says which agencies hear of a charge; the state's that ships when not given")
	flags.StringVar(&f.file.Repairs, "repairs", "", "`file` of rejected rows that somebody has mended, to be read in their place; see 'clearsweep rejects open'")
	flags.BoolVar(&f.file.Variants, "variants", false, "decide under the what-ifs of the policy too, and count what they and each condition change")
	flags.BoolVar(&f.file.RequireSignoff, "require-signoff", false, "refuse a policy that no lawyer has signed (signed_off: false)")
	flags.Int64Var(&f.file.MaxRejects, "max-rejects", sweepfile.DefaultMaxRejects, "stop when more than this `number` of rows is rejected; -1 never stops")
	registerUnpack(flags, &f.file.Unpack)
	f.s3.register(flags)
}

// config is the configuration of file and flags together, flags first.
func (f *sweepFlags) config(cmd *cobra.Command) (pipeline.Config, error) {
	file := sweepfile.File{Workers: f.file.Workers, MaxRejects: f.file.MaxRejects}
	if f.configFile != "" {
		if err := file.Read(f.configFile); err != nil {
			return pipeline.Config{}, err
		}
	}
	if err := f.override(cmd, &file); err != nil {
		return pipeline.Config{}, err
	}
	return file.Config()
}

func (f *sweepFlags) override(cmd *cobra.Command, file *sweepfile.File) error {
	set := cmd.Flags().Changed
	if set("input") {
		file.Inputs = f.file.Inputs
	}
	if set("input-list") {
		file.Lists = f.file.Lists
	}
	for name, to := range map[string]struct{ to, from *string }{
		"layout":         {&file.Layout, &f.file.Layout},
		"policy":         {&file.Policy, &f.file.Policy},
		"out":            {&file.Out, &f.file.Out},
		"scratch":        {&file.Scratch, &f.file.Scratch},
		"as-of":          {&file.AsOf, &f.asOf},
		"memory":         {&file.Memory, &f.memory},
		"recipients":     {&file.Recipients, &f.file.Recipients},
		"agencies":       {&file.Agencies, &f.file.Agencies},
		"answers":        {&file.Answers, &f.file.Answers},
		"require-signed": {&file.RequireSigned, &f.file.RequireSigned},
		"signatures":     {&file.Signatures, &f.file.Signatures},
		"repairs":        {&file.Repairs, &f.file.Repairs},
		"crosswalk":      {&file.Crosswalk, &f.file.Crosswalk},
		"grouping":       {&file.Grouping, &f.file.Grouping},
		"update-forms":   {&file.UpdateForms, &f.file.UpdateForms},
	} {
		if set(name) {
			*to.to = *to.from
		}
	}
	if set("workers") {
		file.Workers = f.file.Workers
	}
	if set("max-rejects") {
		file.MaxRejects = f.file.MaxRejects
	}
	if set("codes") {
		file.Codes = f.file.Codes
	}
	if set("keep-raw-rejects") {
		file.KeepRawRejects = f.file.KeepRawRejects
	}
	if set("encrypt-for") {
		file.EncryptFor = f.file.EncryptFor
	}
	if set("variants") {
		file.Variants = f.file.Variants
	}
	if set("require-signoff") {
		file.RequireSignoff = f.file.RequireSignoff
	}
	overrideUnpack(cmd, &file.Unpack, f.file.Unpack)
	var err error
	if file.S3, err = f.s3.over(cmd, file.S3); err != nil {
		return err
	}
	given := map[string]bool{}
	for _, param := range f.params {
		key, value, ok := strings.Cut(param, "=")
		if !ok || given[key] {
			return fmt.Errorf("--param %s: write key=value, each key once, the elements of a list separated by commas", key)
		}
		given[key] = true
		if file.Params == nil {
			file.Params = map[string]any{}
		}
		file.Params[key] = value
	}
	return nil
}
