package main

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/writers"
)

func runsCommand() *cobra.Command {
	var s3 s3Flags
	cmd := &cobra.Command{
		Use:   "runs OUT",
		Short: "List the committed runs of an output, newest first",
		Args:  oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			out, err := s3.openOut(cmd, args[0])
			if err != nil {
				return err
			}
			commits, err := writers.Commits(cmd.Context(), out)
			if err != nil {
				return err
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "RUN\tCOMMITTED\tPOLICY\tAS OF\tROWS\tPERSONS\tELIGIBLE\tREVIEW")
			for _, commit := range commits {
				run, err := writers.OpenRun(cmd.Context(), out, commit.RunID)
				if err != nil {
					return err
				}
				m := run.Manifest
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\n", commit.RunID, commit.CommittedAt.Format(time.RFC3339),
					m.Policy.ID, m.AsOf, m.Totals.Read, m.Totals.Persons, m.Totals.Outcomes["ELIGIBLE"], m.Totals.Outcomes["REVIEW"])
			}
			return table.Flush()
		},
	}
	s3.register(cmd.Flags())
	return cmd
}

func verifyCommand() *cobra.Command {
	var signedBy string
	var deep bool
	var of runFlags
	cmd := &cobra.Command{
		Use:   "verify OUT",
		Short: "Hash and read again every file of a committed run",
		Long: `Verify hashes every file of a run against its manifest and the manifest against
its commit, and reads the footer of every Parquet file with a second,
independent implementation. With --deep that implementation reads every value. What is
encrypted is hashed alone, but with --identity.

Exit code 0 if the run is whole, 5 if it is damaged.`,
		Args: oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			keys, err := readIdentity(of.identity)
			if err != nil {
				return usageError{err}
			}
			out, err := of.openOut(cmd, args[0])
			if err != nil {
				return err
			}
			run, err := writers.OpenRun(cmd.Context(), out, of.id)
			if errors.Is(err, writers.ErrNoRun) {
				return err
			}
			if err != nil {
				return damage{err}
			}
			run.Keys = keys
			if err := of.tell(cmd, out, run); err != nil {
				return err
			}
			verified, err := writers.Verify(cmd.Context(), out, run, deep)
			if errors.Is(err, writers.ErrSealed) { // by a key of somebody else nothing is damaged
				return writers.ErrSealed
			}
			if err != nil {
				return damage{err}
			}
			trusted, err := readTrusted("--signed-by", signedBy)
			if err != nil {
				return err
			}
			if trusted != nil {
				if err := writers.CheckSigned(cmd.Context(), out, run, trusted); err != nil {
					return damage{err}
				}
			}
			fmt.Fprintf(cmd.OutOrStdout(), "run %s is whole: %d files, %d bytes, %d rows of Parquet\n",
				run.Commit.RunID, verified.Files, verified.Bytes, verified.Rows)
			if verified.Sealed > 0 {
				fmt.Fprintf(cmd.OutOrStdout(), "%d files are encrypted: they were hashed, and none was read; --identity reads them\n", verified.Sealed)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&signedBy, "signed-by", "", "`file` of public keys, PEM: the run must be signed by one of them")
	cmd.Flags().BoolVar(&deep, "deep", false, "read every value of every Parquet file")
	of.registerReader(cmd)
	return cmd
}
