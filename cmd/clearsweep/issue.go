package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/pipeline/agencies"
	"github.com/clearsweep/clearsweep/pipeline/coverage"
	"github.com/clearsweep/clearsweep/pipeline/issue"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
	"github.com/clearsweep/clearsweep/writers/journal"
	"github.com/clearsweep/clearsweep/writers/profile"
)

// deedFlags say who does something that the journal keeps, and on which day.
type deedFlags struct{ who, on string }

func (f *deedFlags) register(cmd *cobra.Command, what string) {
	cmd.Flags().StringVar(&f.who, "who", os.Getenv("CLEARSWEEP_WHO"), "`name` of the person or job that does this, for the journal; CLEARSWEEP_WHO when not given")
	cmd.Flags().StringVar(&f.on, "on", "", what+", as 2006-01-02; today when not given")
}

// moment is when and by whom.
func (f *deedFlags) moment() (issue.Moment, error) {
	now := time.Now() //nolint:forbidigo // when something was done; decides no result of a sweep
	m := issue.Moment{At: now, Who: f.who}
	if strings.TrimSpace(f.who) == "" {
		return m, usageError{errors.New("--who: name the person or job that does this; the journal keeps it")}
	}
	var err error
	if m.On, err = schemas.ParseDate(cmp.Or(f.on, now.Format(time.DateOnly))); err != nil {
		return m, usageError{fmt.Errorf("--on: %w", err)}
	}
	return m, nil
}

func issueCommand() *cobra.Command {
	var directory, recipients, reversals, expected, signedBy, scratch string
	var archiveFor []string
	var full, noArchive, partial bool
	var deed deedFlags
	var of runFlags
	cmd := &cobra.Command{
		Use:   "issue OUT --who NAME",
		Short: "Tell agencies what is new to them: a batch of update files from a sweep",
		Long: `Issue takes a sweep and what agencies were told before, and makes a batch: for each agency a
file of the charges that are new, now due, or corrected, in the form that it loads. What it
was told is never told again, and never taken back because an extract no longer shows it.
Relief is taken back by --reversals alone: a list of charges, each with a court order or a
correction.

Before a file is written, what the records said of every charge in it goes to an archive that
those named by --archive-for alone can open: see 'clearsweep archive'.

The batch counts once the journal of the output has its entry. 'clearsweep track' says what
becomes of it at each agency, and by when.`,
		Example: `  clearsweep sweep --config sweep.yaml
  age-keygen -o archive-key.txt     # keep it where the output is not
  clearsweep issue out --who "records bureau" --archive-for age1...
  clearsweep issue out --who "records bureau" --archive-for age1... --reversals reversals.csv
  clearsweep track status out`,
		Args: oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			moment, err := deed.moment()
			if err != nil {
				return err
			}
			out, run, err := of.open(cmd, args[0])
			if err != nil {
				return err
			}
			cfg := issue.Config{Out: out, Run: run, Profiles: shippedProfile, Full: full, Workers: runtime.NumCPU(), Moment: moment}
			if err := readLists(&cfg, directory, recipients, reversals); err != nil {
				return usageError{err}
			}
			trusted, err := readTrusted("--require-signed", signedBy)
			if err != nil {
				return err
			}
			if trusted != nil {
				if err := writers.CheckSigned(cmd.Context(), out, run, trusted); err != nil {
					return err
				}
			}
			if err := checkComplete(cmd, &cfg, expected, partial); err != nil {
				return err
			}
			if (len(archiveFor) > 0) == noArchive {
				return usageError{errors.New("--archive-for: name who may open the archive of what the records said, as a public key of age, or say --no-archive")}
			}
			if len(archiveFor) > 0 {
				to, err := writers.ParseRecipients(archiveFor)
				if err != nil {
					return usageError{fmt.Errorf("--archive-for: %w", err)}
				}
				cfg.ArchiveFor = &to
			}
			temporary, err := openScratch(args[0], scratch)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, temporary.Discard()) }()
			cfg.Scratch = temporary
			history, err := readHistory(cmd, out)
			if err != nil {
				return err
			}
			b, err := issue.Issue(cmd.Context(), history, cfg)
			if errors.Is(err, issue.ErrNothing) {
				_, err = fmt.Fprintln(cmd.OutOrStdout(), err)
				return err
			}
			if err != nil {
				return err
			}
			return printBatch(cmd.OutOrStdout(), out, b)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&directory, "agencies", "", "`file` that says what each kind of agency is sent and by when; the state's that ships when not given")
	flags.StringVar(&recipients, "recipients", "", "`file` of CSV, agency,recipient: encrypt each agency's files for its own keys of age")
	flags.StringVar(&reversals, "reversals", "", "`file` of CSV: relief to take back, each by a court order or a correction")
	flags.StringVar(&signedBy, "require-signed", "", "`file` of public keys, PEM: the run must be signed by one of them; see 'clearsweep sign'")
	flags.StringVar(&expected, "expected", "", "`file` of CSV, county,from,to: which county sends charges of which months; a list that lacks some is not issued")
	flags.BoolVar(&partial, "partial", false, "issue a list that lacks some of what is expected, and say so in every file")
	flags.StringArrayVar(&archiveFor, "archive-for", nil, "public `key` of age, or file of some, of who may open the archive; may be given again")
	flags.BoolVar(&noArchive, "no-archive", false, "keep no archive: once relief is in them, nobody can say what the records said")
	flags.BoolVar(&full, "full", false, "tell again what agencies were told before, as an agency that lost it needs")
	flags.StringVar(&scratch, "scratch", "", "`folder` for what does not outlive the command; OUT when that is a folder, else the system's own")
	deed.register(cmd, "the `day` of the list, from which deadlines count")
	of.register(cmd)
	return cmd
}

// openScratch makes a scratch folder: in the folder that is named, or the output if that is one.
func openScratch(out, folder string) (*storage.Scratch, error) {
	if folder == "" && !storage.IsURL(out) {
		folder = out
	}
	return storage.NewScratch(folder)
}

// checkComplete holds the run against what counties should have sent.
func checkComplete(cmd *cobra.Command, cfg *issue.Config, expected string, partial bool) error {
	if expected == "" {
		return nil
	}
	list, err := readExpected(expected)
	if err != nil {
		return usageError{err}
	}
	counties, err := coverage.Counties(cmd.Context(), cfg.Out, cfg.Run)
	if err != nil {
		return err
	}
	gaps := coverage.Gaps(counties, list)
	if len(gaps) > 0 && !partial {
		return failure{fmt.Errorf("%w; the first that is missing: %s", errPartial, gaps[0])}
	}
	cfg.Checked = true
	for _, g := range gaps {
		cfg.Missing = append(cfg.Missing, g.String())
	}
	return nil
}

// readLists reads what the flags name.
func readLists(cfg *issue.Config, directory, recipients, reversals string) (err error) {
	if cfg.Directory, err = readDirectory(cfg.Run, directory); err != nil {
		return err
	}
	if recipients != "" {
		source, err := os.ReadFile(recipients)
		if err != nil {
			return fmt.Errorf("--recipients: %w", err)
		}
		if cfg.Recipients, err = writers.ParseAgencyRecipients(recipients, source); err != nil {
			return err
		}
	}
	if reversals == "" {
		return nil
	}
	source, err := os.ReadFile(reversals)
	if err != nil {
		return fmt.Errorf("--reversals: %w", err)
	}
	sum := sha256.Sum256(source)
	cfg.ReversalsDigest = hex.EncodeToString(sum[:])
	cfg.Reversals, err = issue.ParseReversals(reversals, source)
	return err
}

// readDirectory reads a directory of agencies, or finds that of the state whose agencies the
// run has.
func readDirectory(run *writers.Run, name string) (*agencies.Directory, error) {
	first := ""
	for _, agency := range slices.Sorted(maps.Keys(run.Updates())) {
		first = agency
		break
	}
	return directoryOf(first, name)
}

// directoryOf reads a directory, or finds that of the state of an agency.
func directoryOf(agency, name string) (*agencies.Directory, error) {
	if name == "" {
		return agencies.Load(schemas.Agencies, agencies.StateOf(agency))
	}
	source, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("--agencies: %w", err)
	}
	return agencies.Parse(schemas.Agencies, name, source)
}

// shippedProfile is a profile that ships, or that of a file, whose name ends with .yaml.
func shippedProfile(name string) (*profile.Profile, error) {
	if !strings.HasSuffix(name, ".yaml") {
		return profile.Load(schemas.Updates, name)
	}
	source, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return profile.Parse(name, source)
}

// readHistory reads the journal of an output. A journal that was changed is damage.
func readHistory(cmd *cobra.Command, out storage.Store) (*issue.History, error) {
	j, err := journal.Read(cmd.Context(), out)
	if errors.Is(err, journal.ErrBroken) {
		return nil, damage{err}
	}
	if err != nil {
		return nil, err
	}
	return issue.ReadHistory(j)
}

// printBatch says who is told what.
func printBatch(w io.Writer, out storage.Store, b *issue.Batch) error {
	fmt.Fprintf(w, "%s of %s: run %s, as of %s, a list that is %s\n\n", b.ID, b.OnText, b.Run, b.AsOf, b.List)
	changes := []string{"new", "due", "corrected", "reversed", "repeated"}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "AGENCY\t%s\tHELD\tREFUSED\tPROFILE\n", strings.ToUpper(strings.Join(changes, "\t")))
	for _, a := range b.Agencies {
		fmt.Fprintf(t, "%s\t", a.Agency)
		for _, c := range changes {
			fmt.Fprintf(t, "%d\t", a.Changes[c])
		}
		fmt.Fprintf(t, "%d\t%d\t%s\n", a.Held, a.Refused, a.Profile)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if b.Archive != "" {
		fmt.Fprintf(w, "\nwhat the records said is in %s", b.Archive)
	}
	_, err := fmt.Fprintf(w, "\nthe files lie below %s/%s/agencies\n", out, b.Folder)
	return err
}

func profileCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "profile",
		Short: "Show in which forms agencies get their update files",
		Args:  noArgs,
		RunE:  noSubcommand,
	}
	cmd.AddCommand(
		&cobra.Command{
			Use:   "list",
			Short: "List the profiles that ship",
			Args:  noArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				names, err := profile.Names(schemas.Updates)
				if err != nil {
					return err
				}
				t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				for _, name := range names {
					p, err := profile.Load(schemas.Updates, name)
					if err != nil {
						return err
					}
					fmt.Fprintf(t, "%s\t%s\t%s\n", name, p.Form, p.About)
				}
				return t.Flush()
			},
		},
		&cobra.Command{
			Use:   "show NAME",
			Short: "Print a profile, to begin one of your own from",
			Args:  oneArg("the name of a profile"),
			RunE: func(cmd *cobra.Command, args []string) error {
				if _, err := profile.Load(schemas.Updates, args[0]); err != nil {
					return usageError{err}
				}
				source, err := fs.ReadFile(schemas.Updates, "updates/"+args[0]+".yaml")
				if err != nil {
					return err
				}
				_, err = cmd.OutOrStdout().Write(source)
				return err
			},
		},
		&cobra.Command{
			Use:   "layout NAME",
			Short: "Print a layout that reads files of a profile: what an agency was told comes back",
			Args:  oneArg("the name of a profile, or its file"),
			RunE: func(cmd *cobra.Command, args []string) error {
				p, err := shippedProfile(args[0])
				if err != nil {
					return usageError{err}
				}
				_, err = io.WriteString(cmd.OutOrStdout(), p.Layout())
				return err
			},
		},
		&cobra.Command{
			Use:   "lint FILE...",
			Short: "Check profiles and report every fault",
			Args:  someArgs("files of profiles"),
			RunE: func(cmd *cobra.Command, args []string) error {
				var faults []error
				for _, name := range args {
					source, err := os.ReadFile(name)
					if err == nil {
						_, err = profile.Parse(name, source)
					}
					faults = append(faults, err)
				}
				if err := errors.Join(faults...); err != nil {
					return failure{err}
				}
				_, err := fmt.Fprintln(cmd.OutOrStdout(), "ok")
				return err
			},
		},
	)
	return cmd
}
