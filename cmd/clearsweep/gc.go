package main

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

// leastAge is how long what is removed must have been left alone: longer than
// any pause between two writes of an attempt that lives.
const leastAge = 24 * time.Hour

func gcCommand() *cobra.Command {
	var s3 s3Flags
	var age time.Duration
	var remove bool
	var scratch string
	cmd := &cobra.Command{
		Use:   "gc OUT",
		Short: "List what killed sweeps left in an output, and remove it with --delete",
		Long: `Gc lists what sweeps left that were killed: the folders of attempts that no
commit vouches for, unfinished files and uploads, and scratch folders. It holds
personal data. With --delete it is removed.

Gc touches nothing that a commit vouches for, and nothing that was written to
within --older-than: an attempt that lives writes again and again.`,
		Example: `  clearsweep gc out
  clearsweep gc s3://bucket/out --older-than 72h --delete`,
		Args: oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if age < leastAge {
				return usageError{fmt.Errorf("--older-than: must be at least %s, lest it takes a sweep that runs", leastAge)}
			}
			out, err := s3.openOut(cmd, args[0])
			if err != nil {
				return err
			}
			if scratch == "" && !storage.IsURL(args[0]) {
				scratch = args[0]
			}
			now := time.Now() //nolint:forbidigo // how old things are; decides no result
			return gc(cmd, out, scratch, now.Add(-age), remove)
		},
	}
	cmd.Flags().DurationVar(&age, "older-than", 7*24*time.Hour, "list what was last written to longer ago, a `duration` such as 72h")
	cmd.Flags().BoolVar(&remove, "delete", false, "remove what is listed")
	cmd.Flags().StringVar(&scratch, "scratch", "", "`folder` of scratch folders, as of sweep; OUT when that is a folder, else the system's own")
	s3.register(cmd.Flags())
	return cmd
}

func gc(cmd *cobra.Command, out storage.Store, scratch string, before time.Time, remove bool) error {
	orphans, err := writers.Orphans(cmd.Context(), out, before)
	if err != nil {
		return err
	}
	folders, err := storage.StaleScratch(scratch, before)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "KIND\tLAST WRITTEN\tOBJECTS\tBYTES\tNAME")
	var faults []error
	for _, o := range orphans {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%s\n", o.Kind, o.Written.Format(time.RFC3339), o.Objects, o.Bytes, o.Name)
		if remove {
			err := writers.RemoveOrphan(cmd.Context(), out, o, before)
			if !errors.Is(err, writers.ErrAlive) {
				faults = append(faults, err)
			}
		}
	}
	for _, folder := range folders {
		fmt.Fprintf(table, "scratch\t\t\t\t%s\n", folder)
		if remove {
			faults = append(faults, storage.DiscardScratch(folder, before))
		}
	}
	if err := errors.Join(append(faults, table.Flush())...); err != nil {
		return err
	}
	said := "to remove; --delete removes them"
	if remove {
		said = "removed"
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d %s\n", len(orphans)+len(folders), said)
	return nil
}
