package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/benchmarks/corpus"
	"github.com/clearsweep/clearsweep/benchmarks/synth"
)

func synthCommand() *cobra.Command {
	cfg := synth.Defaults()
	var out, format, profile string
	var shuffle bool
	cmd := &cobra.Command{
		Use:   "synth",
		Short: "Make a deterministic synthetic extract of any size, with the truth beside it",
		Long: `Synth invents the charges of a Californian repository: histories of one to
thousands of charges, spelling variants of statutes, missing dispositions, rows
that cannot be read, persons spread over files. Equal options give equal bytes.

It writes to OUT charges-*.csv (layout generic/charges), charges-*.txt (layout
generic/charges-fixed) or charges-*.dat (layout generic/segments: records of persons,
arrests, charges and courts in EBCDIC), params.yaml (the policy, its parameters and the as-of
date) and truth.csv: what that policy must decide for every charge.

With --profile corpus it makes an extract for each kind of trouble that real ones have,
and expected.csv, which says what must come of it.

With --profile bench it makes the extract of the side-by-side benchmark: 36
columns, persons whose rows stand together unless --shuffle is given, an invented
act, its layout and its table of codes, and sweep.yaml that names them all.`,
		Example: `  clearsweep synth --rows 1000000 --files 4 --out extract
  clearsweep sweep --config extract/params.yaml --layout generic/charges --input 'extract/charges-*.csv' --out out
  clearsweep synth --profile bench --rows 5000000 --files 1 --out bench && clearsweep sweep --config bench/sweep.yaml --out out`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return usageError{errors.New("--out: name the folder for the extract")}
			}
			switch profile {
			case "bench":
				return synthWide(cmd, out, synth.Wide{Rows: cfg.Rows, Seed: cfg.Seed, Files: cfg.Files, Shuffle: shuffle})
			case "corpus":
				if err := corpus.Write(out); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %d kinds of trouble, and expected.csv: what must come of each\n", out, len(corpus.Kinds()))
				return nil
			case "repository":
			default:
				return usageError{fmt.Errorf("--profile %s: there is none; one of repository, bench, corpus", profile)}
			}
			cfg.Format = synth.Format(format)
			sum, err := synth.Generate(cmd.Context(), out, cfg)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %d charges, %d facts and %d unreadable rows of %d persons (at most %d charges each) in %d files, %d bytes\n",
				out, sum.Charges, sum.Facts, sum.Ragged, sum.Persons, sum.MostCharges, sum.Files, sum.Bytes)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&out, "out", "", "`folder` to write to; must not hold an extract")
	flags.StringVar(&profile, "profile", "repository", "what to invent: `repository`, bench or corpus")
	flags.BoolVar(&shuffle, "shuffle", false, "put all rows in any order (with --profile bench; holds them in memory)")
	flags.Int64Var(&cfg.Rows, "rows", cfg.Rows, "`number` of charges")
	flags.Uint64Var(&cfg.Seed, "seed", cfg.Seed, "`number` that the extract follows from")
	flags.IntVar(&cfg.Files, "files", cfg.Files, "`number` of files")
	flags.StringVar(&format, "format", string(cfg.Format), "`form` of the files: csv, fixed or segments")
	flags.Float64Var(&cfg.Scatter, "scatter", cfg.Scatter, "`share` of persons whose rows lie far apart, in any file")
	flags.Float64Var(&cfg.MissingDisposition, "missing-disposition", cfg.MissingDisposition, "`share` of charges without a disposition")
	flags.Float64Var(&cfg.Ragged, "ragged", cfg.Ragged, "rows that cannot be read, as a `share` of the charges")
	return cmd
}

// synthWide makes the extract of the side-by-side benchmark.
func synthWide(cmd *cobra.Command, out string, cfg synth.Wide) error {
	sum, err := synth.GenerateWide(cmd.Context(), out, cfg)
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %d charges of %d persons in %d files, %d bytes; %d ways to write the codes\n",
		out, sum.Rows, sum.Persons, cfg.Files, sum.Bytes, sum.Spellings)
	return nil
}
