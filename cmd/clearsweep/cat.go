package main

import (
	"cmp"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/writers"
)

func catCommand() *cobra.Command {
	var format string
	var columns []string
	var limit int64
	cmd := &cobra.Command{
		Use:   "cat PATH",
		Short: "Print a Parquet file, or a folder of them, as CSV or NDJSON",
		Example: `  clearsweep cat out/current/determinations --columns person_id,code,outcome,clause --limit 20
  clearsweep cat out/current/rejects --format ndjson`,
		Args: oneArg("a Parquet file or a folder of them"),
		RunE: func(cmd *cobra.Command, args []string) error {
			form := writers.Format(format)
			if form != writers.CSV && form != writers.NDJSON {
				return usageError{fmt.Errorf("--format: %q is neither csv nor ndjson", format)}
			}
			folder, key := filepath.Split(filepath.Clean(args[0]))
			if filepath.Ext(key) != ".parquet" {
				folder, key = args[0], ""
			}
			store, err := openOut(cmp.Or(folder, "."))
			if err != nil {
				return err
			}
			return writers.Print(cmd.Context(), store, key, writers.PrintOptions{Format: form, Columns: columns, Limit: limit}, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&format, "format", "csv", "csv or ndjson")
	cmd.Flags().StringSliceVar(&columns, "columns", nil, "print only these `columns`, in this order")
	cmd.Flags().Int64Var(&limit, "limit", 0, "print at most this `number` of rows; 0 prints all")
	return cmd
}
