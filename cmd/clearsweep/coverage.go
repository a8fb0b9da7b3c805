package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/pipeline/coverage"
	"github.com/clearsweep/clearsweep/schemas"
)

func coverageCommand() *cobra.Command {
	var expected string
	var of runFlags
	cmd := &cobra.Command{
		Use:   "coverage OUT",
		Short: "Compare what each county sent with what it should have, and what the law gave there",
		Long: `Coverage counts the charges of a run by county, and what share of them had which outcome: one
law, one policy, and a county whose shares stand out has other data, or other habits. With
--expected it lists the months of which a county that should have sent charges sent none:
the exit code is 6 where there are any. A list that lacks a county clears nobody there.`,
		Example: `  clearsweep coverage out
  clearsweep coverage out --expected expected.csv     # county,from,to: months as 2006-01`,
		Args: oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			out, run, err := of.open(cmd, args[0])
			if err != nil {
				return err
			}
			var list []coverage.Expected
			if expected != "" {
				if list, err = readExpected(expected); err != nil {
					return usageError{err}
				}
			}
			counties, err := coverage.Counties(cmd.Context(), out, run)
			if err != nil {
				return err
			}
			m := run.Manifest
			fmt.Fprintf(cmd.OutOrStdout(), "run %s, policy %s (%s), as of %s\n\n", m.RunID, m.Policy.ID, m.Policy.SHA256, m.AsOf)
			t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', tabwriter.AlignRight)
			outcomes := []schemas.Outcome{schemas.Eligible, schemas.NotYet, schemas.Blocked, schemas.NotEligible, schemas.OutOfScope, schemas.Review}
			fmt.Fprintf(t, "CHARGES\t")
			for _, o := range outcomes {
				fmt.Fprintf(t, "%s\t", o)
			}
			fmt.Fprintln(t, "  COUNTY")
			for _, name := range slices.Sorted(maps.Keys(counties)) {
				c := counties[name]
				fmt.Fprintf(t, "%d\t", c.Charges)
				for _, o := range outcomes {
					fmt.Fprintf(t, "%.1f%%\t", 100*float64(c.Outcomes[o])/float64(c.Charges))
				}
				fmt.Fprintf(t, "  %s\n", name)
			}
			if err := t.Flush(); err != nil {
				return err
			}
			gaps := coverage.Gaps(counties, list)
			for _, g := range gaps {
				fmt.Fprintf(cmd.OutOrStdout(), "\nmissing: %s", g)
			}
			if len(gaps) > 0 {
				fmt.Fprintln(cmd.OutOrStdout())
				return failure{fmt.Errorf("%d gaps in what counties sent", len(gaps))}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&expected, "expected", "", "`file` of CSV, county,from,to: which county sends charges of which months")
	of.registerReader(cmd)
	return cmd
}

func readExpected(name string) ([]coverage.Expected, error) {
	source, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("--expected: %w", err)
	}
	return coverage.ParseExpected(name, source)
}

// errPartial tells that a list would not be complete.
var errPartial = errors.New("the list is not complete: ask for what is missing, or issue it with --partial, which says so in every file")
