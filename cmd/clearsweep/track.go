package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/cmd/sweepfile"
	"github.com/clearsweep/clearsweep/pipeline/agencies"
	"github.com/clearsweep/clearsweep/pipeline/issue"
	"github.com/clearsweep/clearsweep/pipeline/track"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

func trackCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "track",
		Short: "Keep what becomes of each batch at each agency, and by when it must",
		Args:  noArgs,
		RunE:  noSubcommand,
	}
	cmd.AddCommand(trackDeliveredCommand(), trackImportCommand(), trackVerifyCommand(), trackStatusCommand())
	return cmd
}

// openLedger reads the ledger of an output.
func openLedger(cmd *cobra.Command, s3 *s3Flags, place string) (storage.Store, *track.Ledger, error) {
	out, err := s3.openOut(cmd, place)
	if err != nil {
		return nil, nil, err
	}
	history, err := readHistory(cmd, out)
	if err != nil {
		return nil, nil, err
	}
	l, err := track.ReadLedger(history)
	if err != nil {
		return nil, nil, damage{err}
	}
	return out, l, nil
}

func trackDeliveredCommand() *cobra.Command {
	var deed deedFlags
	var s3 s3Flags
	var batch, agency, receipt string
	cmd := &cobra.Command{
		Use:   "delivered OUT --batch ID --agency NAME --receipt FILE --who NAME",
		Short: "Note that a file was handed over, by what shows it",
		Long: `Delivered notes in the journal that the file of an agency was handed over. What shows it, a
log of the transfer or a signed receipt, stays with you; the journal keeps its hash.`,
		Example: `  clearsweep track delivered out --batch batch-000001 --agency court-us-ca-kern --receipt sftp.log --who mail`,
		Args:    oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			moment, err := deed.moment()
			if err != nil {
				return err
			}
			source, err := os.ReadFile(receipt)
			if err != nil {
				return usageError{fmt.Errorf("--receipt: %w", err)}
			}
			sum := sha256.Sum256(source)
			_, l, err := openLedger(cmd, &s3, args[0])
			if err != nil {
				return err
			}
			d := track.Delivery{Batch: batch, Agency: agency, On: moment.On.String(), Receipt: hex.EncodeToString(sum[:])}
			if err := l.CheckDelivery(d); err != nil {
				return err
			}
			_, err = l.History.Journal.Append(cmd.Context(), moment.At, moment.Who, track.DeliveredEntry, d)
			return err
		},
	}
	cmd.Flags().StringVar(&batch, "batch", "", "`id` of the batch")
	cmd.Flags().StringVar(&agency, "agency", "", "`name` of the agency")
	cmd.Flags().StringVar(&receipt, "receipt", "", "`file` that shows the delivery")
	deed.register(cmd, "the `day` of the delivery")
	s3.register(cmd.Flags())
	return cmd
}

func trackImportCommand() *cobra.Command {
	var deed deedFlags
	var s3 s3Flags
	cmd := &cobra.Command{
		Use:   "import OUT ACKFILE --who NAME",
		Short: "Take what an agency says of its files: received, applied, and what it left out",
		Long: `Import reads an acknowledgement, CSV, and notes it in the journal. Rows and hash total must
be those of the file that was sent, so a file that was cut, changed or meant for another
does not pass. All of an acknowledgement is taken, or none.

A change may be left out for a reason of data: already_applied, duplicate_row, no_such_case,
no_such_charge, no_such_person, not_our_record, record_differs, unreadable_value. Any other
reason is counted as the agency's own choice, which the law does not leave to it.`,
		Example: `  clearsweep track import out ack.csv --who "records bureau"`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usageError{fmt.Errorf("%s: want the output and the acknowledgement", cmd.CommandPath())}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			moment, err := deed.moment()
			if err != nil {
				return err
			}
			source, err := os.ReadFile(args[1])
			if err != nil {
				return usageError{err}
			}
			out, l, err := openLedger(cmd, &s3, args[0])
			if err != nil {
				return err
			}
			acks, err := track.ParseAcks(args[1], source, l.History)
			if err == nil {
				err = l.CheckAcks(acks)
			}
			if err != nil {
				return err
			}
			kept := "acks/" + acks[0].File + ".csv"
			if err := storage.Write(cmd.Context(), out, kept, source); err != nil {
				return err
			}
			for _, a := range acks {
				if _, err := l.History.Journal.Append(cmd.Context(), moment.At, moment.Who, track.AcknowledgedEntry, a); err != nil {
					return err
				}
				left := ""
				if n := len(a.Nacks); n > 0 {
					left += fmt.Sprintf(", %d left out for reasons of data", n)
				}
				if n := len(a.Refusals); n > 0 {
					left += fmt.Sprintf(", %d left out by its own choice", n)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %s %s on %s: %d changes%s\n", a.Batch, a.Agency, a.Milestone, a.On, a.Rows, left)
			}
			return nil
		},
	}
	deed.register(cmd, "the `day` of the import, which decides nothing")
	s3.register(cmd.Flags())
	return cmd
}

func trackVerifyCommand() *cobra.Command {
	var deed deedFlags
	var of runFlags
	var agency, scratch string
	var newer newerExtract
	cmd := &cobra.Command{
		Use:   "verify OUT --agency NAME --who NAME",
		Short: "Look whether a newer extract shows the relief that an agency was told of",
		Long: `Verify compares what an agency was told with a sweep of a newer extract: that of the agency
itself, or one in which its records are published. Charges are shown, or gone from the
extract, or stand as before: these are missing. A batch is verified, and its last milestone
reached, when none of its charges is missing. The exit code is 6 where one is.

The newer extract is that of --extract, which is read for this alone, or that of the newest
run, or of --run.`,
		Example: `  clearsweep track verify out --agency repository-us-ca --extract 'newer/*.csv' --who "records bureau"`,
		Args:    oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			moment, err := deed.moment()
			if err != nil {
				return err
			}
			out, run, err := of.open(cmd, args[0])
			if err != nil {
				return err
			}
			_, l, err := openLedger(cmd, &of.s3Flags, args[0])
			if err != nil {
				return err
			}
			temporary, err := openScratch(args[0], scratch)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, temporary.Discard()) }()
			at, extracts := out, []string(nil)
			if len(newer.files) > 0 {
				d, err := newer.sweep(cmd, &of.s3Flags, run, temporary)
				if err != nil {
					return interrupted(cmd.Context(), err)
				}
				at, run = d.store, d.run
				for _, in := range run.Manifest.Inputs {
					extracts = append(extracts, in.SHA256)
				}
			}
			shown, err := l.History.ShownIn(cmd.Context(), out, temporary, at, run, agency)
			if err != nil {
				return err
			}
			if !anyThere(shown) {
				return failure{fmt.Errorf("run %s has none of the charges that %s was told of: is it of an extract that has its records?", run.Manifest.RunID, agency)}
			}
			var missing int64
			for _, s := range l.Standings {
				b := s.Batch
				_, verified := s.Reached[agencies.Verified]
				if s.Told.Agency != agency || verified || b.On >= moment.On {
					continue
				}
				no, err := isOf(cmd.Context(), out, b, run.Manifest)
				if err != nil {
					return err
				}
				if no {
					continue // an extract that is no newer shows nothing of what came of the list
				}
				s := shown[b.Number]
				if s == nil {
					s = &issue.Shown{} // of all its charges a later batch is the last word
				}
				c := track.Check{
					Batch: b.ID, Agency: agency, On: moment.On.String(), Run: run.Manifest.RunID, Extracts: extracts,
					Shown: s.Shown, Gone: s.Gone, Missing: s.Missing, Unclear: s.Unclear,
				}
				if _, err := l.History.Journal.Append(cmd.Context(), moment.At, moment.Who, track.VerifiedEntry, c); err != nil {
					return err
				}
				missing += s.Missing
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %d shown, %d gone, %d missing, %d that no extract shows\n", b.ID, s.Shown, s.Gone, s.Missing, s.Unclear)
			}
			if missing > 0 {
				return failure{fmt.Errorf("%s: %d charges stand as before", agency, missing)}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&agency, "agency", "", "`name` of the agency")
	cmd.Flags().StringVar(&scratch, "scratch", "", "`folder` for what does not outlive the command; OUT when that is a folder, else the system's own")
	cmd.Flags().StringArrayVar(&newer.files, "extract", nil, "`path` or glob of the newer extract; may be repeated")
	cmd.Flags().StringVar(&newer.layout, "layout", "", "`name` or path of its layout; that of the run when not given")
	cmd.Flags().StringVar(&newer.policy, "policy", "", "`name` or path of a policy pack of its state; that of the run when not given")
	deed.register(cmd, "the `day` of the extract")
	of.register(cmd)
	return cmd
}

// isOf tells whether a batch was issued of the very extract that a manifest is of.
func isOf(ctx context.Context, out storage.Store, b *issue.Batch, m *writers.Manifest) (bool, error) {
	if b.Run == m.RunID {
		return true, nil
	}
	run, err := writers.OpenRun(ctx, out, b.Run)
	if errors.Is(err, writers.ErrNoRun) { // it was purged
		return false, nil
	}
	return err == nil && sameInputs(run.Manifest, m), err
}

// newerExtract is an extract that is read to see what it shows.
type newerExtract struct {
	files          []string
	layout, policy string
}

// sweep reads the extract as the run was read.
func (n *newerExtract) sweep(cmd *cobra.Command, s3 *s3Flags, as *writers.Run, scratch *storage.Scratch) (d decided, err error) {
	m := as.Manifest
	if len(m.Layouts) != 1 && n.layout == "" {
		return d, usageError{errors.New("--layout: name the layout of the extract; the run has several")}
	}
	file := sweepfile.Defaults()
	file.Inputs, file.Out, file.AsOf, file.MaxRejects = n.files, filepath.Join(scratch.String(), "extract"), m.AsOf, -1
	file.Layout, file.Policy, file.Params = cmp.Or(n.layout, m.Layouts[0].Name), cmp.Or(n.policy, m.Policy.ID), map[string]any{}
	for key, value := range m.Policy.Params {
		file.Params[key] = value
	}
	if file.S3, err = s3.over(cmd, file.S3); err != nil {
		return d, usageError{err}
	}
	return sweepAside(cmd.Context(), &file)
}

// anyThere tells whether the extract has any of the charges.
func anyThere(shown map[uint32]*issue.Shown) bool {
	for _, s := range shown {
		if s.There > 0 {
			return true
		}
	}
	return false
}

func trackStatusCommand() *cobra.Command {
	var s3 s3Flags
	var deed deedFlags
	var asJSON, fail, all bool
	var directory string
	cmd := &cobra.Command{
		Use:   "status OUT",
		Short: "Tell where each agency stands with each batch, what is late, and how long relief took",
		Long: `Status tells for every batch and agency which milestones are reached, which are due and
which are late, by what law. Nothing is taken to be done because time has passed. With
--fail-on-overdue the exit code is 6 when something is late, for a scheduler.`,
		Example: `  clearsweep track status out
  clearsweep track status out --on 2027-01-31 --fail-on-overdue --json`,
		Args: oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			deed.who = "status" // it writes nothing
			moment, err := deed.moment()
			if err != nil {
				return err
			}
			_, l, err := openLedger(cmd, &s3, args[0])
			if err != nil {
				return err
			}
			if len(l.Standings) == 0 {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), "nothing was issued")
				return err
			}
			d, err := directoryOf(l.Standings[0].Told.Agency, directory)
			if err != nil {
				return usageError{err}
			}
			st, err := l.On(moment.On, d)
			if err != nil {
				return err
			}
			if asJSON {
				e := json.NewEncoder(cmd.OutOrStdout())
				e.SetIndent("", "  ")
				err = e.Encode(st)
			} else {
				err = printTracked(cmd.OutOrStdout(), st, all)
			}
			if err == nil && fail && st.Overdue > 0 {
				err = failure{fmt.Errorf("%d milestones are overdue on %s", st.Overdue, st.On)}
			}
			return err
		},
	}
	cmd.Flags().StringVar(&deed.on, "on", "", "the `day` to tell of, as 2006-01-02; today when not given")
	cmd.Flags().StringVar(&directory, "agencies", "", "`file` that says by when; the state's that ships when not given")
	cmd.Flags().BoolVar(&fail, "fail-on-overdue", false, "exit with 6 when a milestone is overdue")
	cmd.Flags().BoolVar(&all, "all", false, "list milestones that are done too")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	s3.register(cmd.Flags())
	return cmd
}

func printTracked(w io.Writer, st *track.Status, all bool) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "BATCH\tAGENCY\tMILESTONE\tDUE\tREACHED\tSTATE\tDAYS LATE\tBY")
	for _, l := range st.Lines {
		if l.State == "done" && !all {
			continue
		}
		late := ""
		if l.DaysLate > 0 {
			late = strconv.Itoa(int(l.DaysLate))
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Batch, l.Agency, l.Milestone, l.Due, l.Reached, l.State, late, l.Cite)
	}
	fmt.Fprintln(t)
	fmt.Fprintln(t, "AGENCY\tCHANGES\tAPPLIED\tVERIFIED\tMISSING\tLEFT OUT\tREFUSED\tOVERDUE")
	for _, a := range st.Agencies {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", a.Agency, a.Changes, a.Applied, a.Verified, a.Missing, sumOf(a.Nacks), sumOf(a.Refusals), a.Overdue)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, d := range st.DaysToUse {
		fmt.Fprintf(w, "\n%d%% of what is applied was applied within %d days of its list", d.Percent, d.Days)
	}
	for _, b := range st.OtherDirectory {
		fmt.Fprintf(w, "\n%s was issued under other deadlines than these", b)
	}
	_, err := fmt.Fprintf(w, "\n%d of %d changes applied on %s, %d milestones overdue\n", st.Applied, st.Changes, st.On, st.Overdue)
	return err
}

func sumOf(counts map[string]int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}
