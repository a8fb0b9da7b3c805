package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/pipeline/normalize"
	"github.com/clearsweep/clearsweep/storage"
)

func codesApproveCommand() *cobra.Command {
	var jurisdiction, to string
	cmd := &cobra.Command{
		Use:   "approve LIST --jurisdiction JURISDICTION --to FILE",
		Short: "Make rows of an exact table of those nominations that a person has signed",
		Long: `Approve reads a list of nominations and adds to the exact table FILE those rows
whose approved_by and approved_on are filled in, each with a hash over the whole
row. A table whose row does not have the hash that it should is refused by
every command: who changes a row has it approved again. The hash shows that a
row is as it was approved. It is no signature: keep the file where only those
may write who may approve.

Every fault of the list is reported with its line, and then nothing is written.`,
		Example: `  clearsweep codes approve nominations.csv --jurisdiction US-CA --to approved.csv
  clearsweep sweep --codes approved.csv ...`,
		Args: oneArg("a list of nominations"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if jurisdiction == "" || to == "" {
				return usageError{errors.New("give --jurisdiction, the state of the list, and --to, the exact table to add to")}
			}
			return approve(cmd.Context(), cmd.OutOrStdout(), args[0], jurisdiction, to)
		},
	}
	cmd.Flags().StringVar(&jurisdiction, "jurisdiction", "", "the `state` that the list is of, as US-CA")
	cmd.Flags().StringVar(&to, "to", "", "the exact table, a `file` that is made if there is none")
	return cmd
}

func approve(ctx context.Context, w io.Writer, list, jurisdiction, to string) error {
	source, err := os.ReadFile(list)
	if err != nil {
		return usageError{err}
	}
	table, err := os.ReadFile(to)
	var tables []string
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if table, err = csvOf(normalize.ExactColumns()); err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		tables = append(tables, to)
		if !bytes.HasSuffix(table, []byte("\n")) {
			table = append(table, '\n')
		}
	}
	n, err := statutes(jurisdiction, tables...)
	if err != nil {
		return err
	}
	rows, err := n.Approve(normalize.Table{Name: list, Source: source})
	if err != nil {
		return failure{err}
	}
	var added [][]string
	for _, row := range rows {
		added = append(added, row.Fields())
	}
	more, err := csvOf(added...)
	if err != nil {
		return err
	}
	folder, err := storage.OpenDisk(filepath.Dir(to))
	if err != nil {
		return usageError{err}
	}
	if err := storage.Write(ctx, folder, filepath.Base(to), append(table, more...)); err != nil {
		return err
	}
	fmt.Fprintf(w, "%d rows added to %s\n", len(rows), to)
	return nil
}

func csvOf(rows ...[]string) ([]byte, error) {
	var b bytes.Buffer
	err := csv.NewWriter(&b).WriteAll(rows)
	return b.Bytes(), err
}
