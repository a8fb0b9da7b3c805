package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/writers"
)

func rejectsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rejects",
		Short: "Tell what of an extract could not be read",
		Args:  noArgs,
		RunE:  noSubcommand,
	}
	cmd.AddCommand(rejectsSummarizeCommand(), rejectsOpenCommand())
	return cmd
}

func rejectsSummarizeCommand() *cobra.Command {
	var asJSON bool
	var of runFlags
	cmd := &cobra.Command{
		Use:   "summarize OUT",
		Short: "Count the rejects of a run by source, reason and column, the most first",
		Long: `Summarize counts what of a run's extracts could not be read: by source, reason and
column, the most first, with the first and last line of each, so that the sender can
find them. Rows are lost; values are unknown, and their rows were kept. What stood
there it does not know: rejects never hold it.`,
		Example: `  clearsweep rejects summarize out
  clearsweep cat out/current/rejects      # each of them`,
		Args: oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			out, run, err := of.open(cmd, args[0])
			if err != nil {
				return err
			}
			list, err := writers.SummarizeRejects(cmd.Context(), out, run)
			if err != nil {
				return damage{err}
			}
			if asJSON {
				e := json.NewEncoder(cmd.OutOrStdout())
				e.SetIndent("", "  ")
				return e.Encode(list)
			}
			if len(list) == 0 {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), "nothing was rejected")
				return err
			}
			t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "COUNT\tLOST\tREASON\tCOLUMN\tSOURCE\tLINES\tTHE FIRST")
			for _, s := range list {
				lost := map[bool]string{true: "row", false: "value"}[s.RowRejected]
				lines := strconv.FormatInt(s.FirstLine, 10)
				if s.LastLine != s.FirstLine {
					lines += " to " + strconv.FormatInt(s.LastLine, 10)
				}
				fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", s.Count, lost, s.Reason, s.Column, s.Source, lines, s.Explanation)
			}
			return t.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	of.registerReader(cmd)
	return cmd
}

func rejectsOpenCommand() *cobra.Command {
	var of runFlags
	cmd := &cobra.Command{
		Use:   "open OUT --identity FILE --who NAME",
		Short: "Decrypt the rejected rows of a run, for a person to mend",
		Long: `Open prints the rows of which something was rejected, JSON, one a line, as the sweep kept
them with --keep-raw-rejects: the source, its SHA-256, the line, what was wrong, and the
row. Mend the rows, take out those that are to stay rejected, and sweep the same inputs
again with --repairs: the mended rows are read in the place of those that stand there.

What it prints is personal data.`,
		Example: `  age-keygen -o key.txt
  clearsweep sweep --config sweep.yaml --keep-raw-rejects age1...
  clearsweep rejects open out --identity key.txt --who clerk > rows.ndjson   # then mend them
  clearsweep sweep --config sweep.yaml --repairs rows.ndjson`,
		Args: oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			out, run, err := of.open(cmd, args[0])
			if err == nil && len(run.Manifest.EncryptedFor) == 0 { // else it was told
				err = of.tell(cmd, out, run)
			}
			if err != nil {
				return err
			}
			rows, err := writers.OpenKeptRows(cmd.Context(), out, run)
			if err != nil {
				return err
			}
			_, err = io.Copy(cmd.OutOrStdout(), rows)
			return errors.Join(err, rows.Close())
		},
	}
	of.registerReader(cmd)
	return cmd
}
