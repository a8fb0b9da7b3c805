package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/pipeline/purge"
	"github.com/clearsweep/clearsweep/writers/journal"
	"github.com/clearsweep/clearsweep/writers/signing"
)

func auditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Tell who did what with an output, and whether that was changed since",
		Args:  noArgs,
		RunE:  noSubcommand,
	}
	cmd.AddCommand(auditListCommand(), auditVerifyCommand())
	return cmd
}

func auditListCommand() *cobra.Command {
	var s3 s3Flags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list OUT",
		Short: "List the entries of the journal",
		Args:  oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			out, err := s3.openOut(cmd, args[0])
			if err != nil {
				return err
			}
			history, err := readHistory(cmd, out)
			if err != nil {
				return err
			}
			entries := history.Journal.Entries
			if asJSON {
				e := json.NewEncoder(cmd.OutOrStdout())
				for i := range entries {
					if err := e.Encode(&entries[i]); err != nil {
						return err
					}
				}
				return nil
			}
			t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "ENTRY\tAT\tWHO\tWHAT")
			for _, e := range entries {
				fmt.Fprintf(t, "%d\t%s\t%s\t%s\n", e.Number, e.At.Format(time.RFC3339), e.Who, e.Kind)
			}
			return t.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the entries whole, JSON, one a line")
	s3.register(cmd.Flags())
	return cmd
}

func auditVerifyCommand() *cobra.Command {
	var s3 s3Flags
	var head, signedBy string
	cmd := &cobra.Command{
		Use:   "verify OUT",
		Short: "Follow the chain of the journal, and print its head",
		Long: `Verify reads every entry of the journal of an output. Each holds the hash of the one before,
so an entry that was changed, swapped or removed shows, but for the removal of the last
ones. So keep the head that verify prints where nobody who can write to the output can
write, and give it to the next verify: then the journal must hold it still. It also holds
certificates of destruction against the journal.`,
		Example: `  clearsweep audit verify out > head.txt
  clearsweep audit verify out --head "$(cat head.txt)"`,
		Args: oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			out, err := s3.openOut(cmd, args[0])
			if err != nil {
				return err
			}
			j, err := journal.Read(cmd.Context(), out)
			if err == nil && head != "" {
				err = j.Holds(head)
			}
			if errors.Is(err, journal.ErrBroken) {
				return damage{err}
			}
			if err != nil {
				return err
			}
			trusted, err := readTrusted("--signed-by", signedBy)
			if err != nil {
				return err
			}
			certificates, err := purge.Check(cmd.Context(), out, j, trusted)
			if errors.Is(err, purge.ErrDamaged) || errors.Is(err, signing.ErrUnsigned) {
				return damage{err}
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "%d entries, each of which holds the hash of the one before; %d certificates of destruction\n", len(j.Entries), certificates)
			_, err = fmt.Fprintln(cmd.OutOrStdout(), j.Head())
			return err
		},
	}
	cmd.Flags().StringVar(&signedBy, "signed-by", "", "`file` of public keys, PEM: certificates of destruction must be signed by one of them")
	cmd.Flags().StringVar(&head, "head", "", "`hash` that verify printed before: the journal must hold it still")
	s3.register(cmd.Flags())
	return cmd
}
