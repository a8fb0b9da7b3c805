package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/benchmarks/synth"
)

func synthCommand() *cobra.Command {
	cfg := synth.Defaults()
	var out, format string
	cmd := &cobra.Command{
		Use:   "synth",
		Short: "Make a deterministic synthetic extract of any size, with the truth beside it",
		Long: `Synth invents the charges of a Californian repository: histories of one to
thousands of charges, spelling variants of statutes, missing dispositions, rows
that cannot be read, persons spread over files. Equal options give equal bytes.

It writes to OUT charges-*.csv (layout generic/charges) or charges-*.txt (layout
generic/charges-fixed), params.yaml (the policy, its parameters and the as-of
date) and truth.csv: what that policy must decide for every charge.`,
		Example: `  clearsweep synth --rows 1000000 --files 4 --out extract
  clearsweep sweep --config extract/params.yaml --layout generic/charges --input 'extract/charges-*.csv' --out out`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return usageError{errors.New("--out: name the folder for the extract")}
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
	flags.Int64Var(&cfg.Rows, "rows", cfg.Rows, "`number` of charges")
	flags.Uint64Var(&cfg.Seed, "seed", cfg.Seed, "`number` that the extract follows from")
	flags.IntVar(&cfg.Files, "files", cfg.Files, "`number` of files")
	flags.StringVar(&format, "format", string(cfg.Format), "csv or fixed")
	flags.Float64Var(&cfg.Scatter, "scatter", cfg.Scatter, "`share` of persons whose rows lie far apart, in any file")
	flags.Float64Var(&cfg.MissingDisposition, "missing-disposition", cfg.MissingDisposition, "`share` of charges without a disposition")
	flags.Float64Var(&cfg.Ragged, "ragged", cfg.Ragged, "rows that cannot be read, as a `share` of the charges")
	return cmd
}
