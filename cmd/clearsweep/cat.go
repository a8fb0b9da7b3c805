package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

func catCommand() *cobra.Command {
	var format string
	var columns []string
	var limit int64
	var identity string
	var s3 s3Flags
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
			folder, key, err := s3.table(cmd, args[0])
			if err != nil {
				return err
			}
			from := writers.Folder{}
			if from.Keys, err = readIdentity(identity); err != nil {
				return usageError{err}
			}
			if from.Store, err = s3.openOut(cmd, folder); err != nil {
				return err
			}
			return writers.Print(cmd.Context(), from, key, writers.PrintOptions{Format: form, Columns: columns, Limit: limit}, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&format, "format", "csv", "csv or ndjson")
	cmd.Flags().StringSliceVar(&columns, "columns", nil, "print only these `columns`, in this order")
	cmd.Flags().Int64Var(&limit, "limit", 0, "print at most this `number` of rows; 0 prints all")
	identityFlag(cmd.Flags(), &identity)
	s3.register(cmd.Flags())
	return cmd
}

// table is the folder of a Parquet file and its name there, or a folder of them
// and no name. In a bucket, where no pointer is, OUT/current stands for the
// newest committed run as it does on disk.
func (f *s3Flags) table(cmd *cobra.Command, name string) (folder, key string, err error) {
	if !storage.IsURL(name) {
		folder, key = filepath.Split(filepath.Clean(name))
		if !writers.IsParquet(key) {
			folder, key = name, ""
		}
		return cmp.Or(folder, "."), key, nil
	}
	name = strings.TrimSuffix(name, "/")
	if place, below, ok := strings.Cut(name, "/current/"); ok {
		out, err := f.openOut(cmd, place)
		if err != nil {
			return "", "", err
		}
		run, err := writers.OpenRun(cmd.Context(), out, "")
		if err != nil {
			return "", "", err
		}
		name = storage.Join(place, run.Commit.Path, below)
	}
	if writers.IsParquet(name) {
		slash := strings.LastIndexByte(name, '/')
		return name[:slash], name[slash+1:], nil
	}
	return name, "", nil
}
