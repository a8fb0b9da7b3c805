package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/pipeline/issue"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
	"github.com/clearsweep/clearsweep/writers/archive"
)

func archiveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "archive",
		Short: "Open, check and hand on what records said before relief was added to them",
		Args:  noArgs,
		RunE:  noSubcommand,
	}
	cmd.AddCommand(archiveListCommand(), archiveVerifyCommand(), archiveGetCommand(), archiveRewrapCommand())
	return cmd
}

// openArchives lists the archives of an output.
func openArchives(cmd *cobra.Command, s3 *s3Flags, place string) (storage.Store, *issue.History, []*archive.Kept, error) {
	out, err := s3.openOut(cmd, place)
	if err != nil {
		return nil, nil, nil, err
	}
	history, err := readHistory(cmd, out)
	if err != nil {
		return nil, nil, nil, err
	}
	list, err := archive.List(history.Journal)
	if err != nil {
		return nil, nil, nil, damage{err}
	}
	return out, history, list, nil
}

func archiveListCommand() *cobra.Command {
	var s3 s3Flags
	cmd := &cobra.Command{
		Use:   "list OUT",
		Short: "List the archives, and who may open them",
		Args:  oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, _, list, err := openArchives(cmd, &s3, args[0])
			if err != nil {
				return err
			}
			t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "BATCH\tROWS\tBYTES\tOPENED BY\tARCHIVE")
			for _, a := range list {
				fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\n", a.Batch, a.Rows.Rows, a.Rows.Bytes, strings.Join(a.Recipients, " "), a.Name)
			}
			return t.Flush()
		},
	}
	s3.register(cmd.Flags())
	return cmd
}

func archiveVerifyCommand() *cobra.Command {
	var s3 s3Flags
	var identity string
	cmd := &cobra.Command{
		Use:   "verify OUT",
		Short: "Hold every archive against the journal, and read all of it where a key is given",
		Long: `Verify reads the files of every archive and compares their hashes with those that the journal
keeps. With --identity it decrypts every page too: one that was changed, or that is of
another archive, cannot be. It prints no row, so the journal does not count it as an opening.`,
		Example: `  clearsweep archive verify out
  clearsweep archive verify out --identity archive-key.txt`,
		Args: oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			keys, err := readIdentity(identity)
			if err != nil {
				return usageError{err}
			}
			out, _, list, err := openArchives(cmd, &s3, args[0])
			if err != nil {
				return err
			}
			var faults []error
			var rows int64
			for _, a := range list {
				err := a.Check(cmd.Context(), out)
				if err == nil && keys != nil {
					err = a.CheckWith(cmd.Context(), out, a.Wrapped, keys)
				}
				faults = append(faults, err)
				rows += a.Rows.Rows
			}
			if err := errors.Join(faults...); err != nil {
				return damage{err}
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d archives of %d rows are what was written\n", len(list), rows)
			return err
		},
	}
	cmd.Flags().StringVar(&identity, "identity", "", "`file` of the private key of age")
	s3.register(cmd.Flags())
	return cmd
}

func archiveGetCommand() *cobra.Command {
	var s3 s3Flags
	var deed deedFlags
	var identity, person, why string
	cmd := &cobra.Command{
		Use:   "get OUT --person ID --identity FILE --why TEXT --who NAME",
		Short: "Print what the records said of a person, and note in the journal that somebody asked",
		Long: `Get prints the rows of a person from every archive that the key opens, JSON, one a line. The
journal is told first: who asked, why, and how many rows were read, and not whose. Where it
cannot be told, nothing is printed.

What it prints is personal data under seal.`,
		Example: `  clearsweep archive get out --person P17 --identity archive-key.txt --why "order of 2027-03-01 in C3" --who clerk`,
		Args:    oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			moment, err := deed.moment()
			if err != nil {
				return err
			}
			if person == "" || strings.TrimSpace(why) == "" {
				return usageError{errors.New("--person and --why: say whose rows, and by what right; the journal keeps the second")}
			}
			keys, err := readIdentity(identity)
			if err != nil {
				return usageError{err}
			}
			out, history, list, err := openArchives(cmd, &s3, args[0])
			if err != nil {
				return err
			}
			opened, err := findIn(cmd, out, list, keys, person)
			if err != nil {
				return err
			}
			if len(opened) == 0 {
				_, err := history.Journal.Append(cmd.Context(), moment.At, moment.Who, archive.RefusedEntry, archive.Opened{Why: why})
				return errors.Join(failure{fmt.Errorf("none of %d archives has the key for: %w", len(list), archive.ErrKey)}, err)
			}
			var rows int64
			for _, f := range opened {
				rows += f.count
				body := archive.Opened{Name: f.archive, Rows: f.count, Why: why}
				if _, err := history.Journal.Append(cmd.Context(), moment.At, moment.Who, archive.OpenedEntry, body); err != nil {
					return err
				}
			}
			for _, f := range opened {
				if _, err := f.rows.WriteTo(cmd.OutOrStdout()); err != nil {
					return err
				}
			}
			if rows == 0 {
				fmt.Fprintln(cmd.ErrOrStderr(), "no archive has rows of the person")
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&person, "person", "", "`key` of the person, as the extract had it")
	cmd.Flags().StringVar(&identity, "identity", "", "`file` of the private key of age")
	cmd.Flags().StringVar(&why, "why", "", "`text`: the order or the request by which it is opened; no name of a person")
	deed.register(cmd, "the `day` of the opening")
	s3.register(cmd.Flags())
	return cmd
}

// foundRows are the rows of a person in one archive, which may be none.
type foundRows struct {
	archive string
	count   int64
	rows    bytes.Buffer // JSON, one a line
}

// findIn looks a person up in the archives that the keys open.
func findIn(cmd *cobra.Command, out storage.Store, list []*archive.Kept, keys []age.Identity, person string) (opened []*foundRows, err error) {
	for _, a := range list {
		f := &foundRows{archive: a.Name}
		f.count, err = a.Find(cmd.Context(), out, a.Wrapped, keys, person, &f.rows)
		if errors.Is(err, archive.ErrKey) {
			continue
		}
		if err != nil {
			return nil, damage{err}
		}
		opened = append(opened, f)
	}
	return opened, nil
}

func archiveRewrapCommand() *cobra.Command {
	var s3 s3Flags
	var deed deedFlags
	var identity string
	var recipients []string
	cmd := &cobra.Command{
		Use:   "rewrap OUT --identity FILE --recipient KEY --who NAME",
		Short: "Give the archives to other recipients, without touching what is in them",
		Long: `Rewrap decrypts the key of every archive and encrypts it for the recipients that are named,
and for no other: name the old ones too if they are to keep it. The rows stay as they are.
Earlier wrapped keys stay in the output: whoever has an old private key and a copy can open
it, so what was opened by a key that leaked is not sealed again.`,
		Example: `  clearsweep archive rewrap out --identity old-key.txt --recipient age1... --who "records bureau"`,
		Args:    oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			moment, err := deed.moment()
			if err != nil {
				return err
			}
			to, err := writers.ParseRecipients(recipients)
			if err == nil && len(to.Names) == 0 {
				err = errors.New("name at least one")
			}
			if err != nil {
				return usageError{fmt.Errorf("--recipient: %w", err)}
			}
			keys, err := readIdentity(identity)
			if err != nil {
				return usageError{err}
			}
			out, history, list, err := openArchives(cmd, &s3, args[0])
			if err != nil {
				return err
			}
			for _, a := range list {
				again, err := a.Rewrap(cmd.Context(), out, a.Wrapped, keys, a.Wraps+1, to)
				if err != nil {
					return err
				}
				if _, err := history.Journal.Append(cmd.Context(), moment.At, moment.Who, archive.RewrappedEntry, again); err != nil {
					return err
				}
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d archives can be opened by %s\n", len(list), strings.Join(to.Names, ", "))
			return err
		},
	}
	cmd.Flags().StringVar(&identity, "identity", "", "`file` of a private key that opens them now")
	cmd.Flags().StringArrayVar(&recipients, "recipient", nil, "public `key` of age, or file of some; may be given again")
	deed.register(cmd, "the `day`")
	s3.register(cmd.Flags())
	return cmd
}
