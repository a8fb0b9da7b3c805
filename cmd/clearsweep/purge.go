package main

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/pipeline/purge"
	"github.com/clearsweep/clearsweep/schemas"
)

func purgeCommand() *cobra.Command {
	var deed deedFlags
	var s3 s3Flags
	var before, rule, keyFile string
	var remove bool
	cmd := &cobra.Command{
		Use:   "purge OUT --before DATE --rule TEXT --who NAME",
		Short: "Destroy lists whose time of retention is over, with a certificate",
		Long: `Purge lists the runs that were committed, and the files of batches that were issued, before
a day: lists of persons, which are of no use once agencies have acted on them. With --delete
they are destroyed, and a certificate names every file, its size and its hash, the rule, and
who did it. With --key it is signed.

What stays: the newest run; runs and batches of which 'clearsweep track' does not know that
every agency acted on them; the newest list of what each agency was told, which is of hashes;
acknowledgements; the journal; and archives, in which what the records said stays sealed.

It removes files. It does not reach backups, versions that a bucket keeps, or copies that
others have: where a run was encrypted, destroy the private key too.`,
		Example: `  clearsweep purge out --before 2026-01-01 --rule "retention schedule 12.3" --who "records bureau"
  clearsweep purge out --before 2026-01-01 --rule "retention schedule 12.3" --who "records bureau" --delete`,
		Args: oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			moment, err := deed.moment()
			if err != nil {
				return err
			}
			of := purge.Rule{Cite: strings.TrimSpace(rule)}
			if of.Cite == "" {
				return usageError{errors.New("--rule: name the law or the schedule that sets the time of retention")}
			}
			if of.Before, err = schemas.ParseDate(before); err != nil {
				return usageError{fmt.Errorf("--before: %w", err)}
			}
			var key ed25519.PrivateKey
			if keyFile != "" {
				if key, err = readKey(keyFile); err != nil {
					return err
				}
			}
			out, ledger, err := openLedger(cmd, &s3, args[0])
			if err != nil {
				return err
			}
			found, err := purge.Find(cmd.Context(), out, ledger, of)
			if err != nil {
				return err
			}
			if err := printPurge(cmd, found); err != nil || !remove || len(found.Files) == 0 {
				return err
			}
			sum, err := found.Destroy(cmd.Context(), moment)
			if err != nil {
				return err
			}
			if key != nil {
				if err := found.Sign(cmd.Context(), sum, key); err != nil {
					return err
				}
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "destroyed; the certificate is %s/%s (SHA-256 %s)\n", out, found.Key(), sum)
			return err
		},
	}
	cmd.Flags().StringVar(&before, "before", "", "the `day` before which runs were committed and batches issued, as 2006-01-02")
	cmd.Flags().StringVar(&rule, "rule", "", "the law or the schedule that sets the time of retention, `text` for the certificate")
	cmd.Flags().StringVar(&keyFile, "key", "", "`file` of a private key, PEM, that signs the certificate")
	cmd.Flags().BoolVar(&remove, "delete", false, "destroy what is listed")
	deed.register(cmd, "the `day` of the destruction, which decides nothing")
	s3.register(cmd.Flags())
	return cmd
}

func printPurge(cmd *cobra.Command, p *purge.Purge) error {
	t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	for _, r := range p.Runs {
		fmt.Fprintf(t, "run\t%s\tcommitted %s\n", r.ID, r.CommittedAt.Format("2006-01-02"))
	}
	for _, b := range p.Batches {
		fmt.Fprintf(t, "batch\t%s\tissued %s\n", b.ID, b.On)
	}
	for _, why := range p.Kept {
		fmt.Fprintf(t, "stays\t%s\n", why)
	}
	bytes := int64(0)
	for _, f := range p.Files {
		bytes += f.Bytes
	}
	fmt.Fprintf(t, "%d files, %d bytes\n", len(p.Files), bytes)
	return t.Flush()
}
