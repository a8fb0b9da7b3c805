package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/pipeline/normalize"
	"github.com/clearsweep/clearsweep/schemas"
)

func codesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "codes",
		Short: "List, show and check code tables; nominate and approve rows for texts without a code",
		Long: `A charge gets its code from the statute as a clerk wrote it: a state's grammar
reads the text, and its tables say which sections there are. A text that no
grammar can read goes to the worklist of the run and has no code.

'codes nominate' proposes codes for such texts, the most persons affected first.
A person checks them and signs those that are right; 'codes approve' makes rows
of an exact table of them, and 'sweep --codes' reads that table. A nomination
decides nothing before that.`,
		Args: noArgs,
		RunE: noSubcommand,
	}
	cmd.AddCommand(codesListCommand(), codesShowCommand(), codesLintCommand(), codesNominateCommand(), codesApproveCommand())
	return cmd
}

func codesListCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "list [JURISDICTION]",
		Short:   "List the states that have code tables, or the sections that a state's table lists",
		Example: "  clearsweep codes list US-CA",
		Args:    atMostOneArg("a jurisdiction such as US-CA"),
		RunE: func(cmd *cobra.Command, args []string) error {
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			if len(args) == 1 {
				n, err := statutes(args[0])
				if err != nil {
					return err
				}
				fmt.Fprintln(table, "CODE\tSECTION\tKIND\tTITLE\tIN FORCE")
				for _, s := range n.Sections() {
					fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", s.Code, s.Section, s.Kind, s.Title, s.Life)
				}
				return table.Flush()
			}
			fmt.Fprintln(table, "JURISDICTION\tSECTIONS\tWHOLE TEXTS")
			for _, jurisdiction := range normalize.Supported() {
				n, err := statutes(jurisdiction)
				if err != nil {
					return err
				}
				fmt.Fprintf(table, "%s\t%d\t%d\n", jurisdiction, len(n.Sections()), len(n.Texts()))
			}
			return table.Flush()
		},
	}
}

func codesShowCommand() *cobra.Command {
	var tables []string
	cmd := &cobra.Command{
		Use:   "show JURISDICTION TEXT...",
		Short: "Say how statute texts are read, and what the table knows of their sections",
		Example: `  clearsweep codes show US-CA '664/11357(c) HS-POSS' 'PC 12021'
  clearsweep codes show US-NY 'PL 221.10 Sub 01 Class B Misdemeanor Degree 5 NCIC 3562'`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usageError{fmt.Errorf("%s: want a jurisdiction and a statute text; see '%s --help'", cmd.CommandPath(), cmd.CommandPath())}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := statutes(args[0], tables...)
			if err != nil {
				return err
			}
			for _, text := range args[1:] {
				showStatute(cmd.OutOrStdout(), n, text)
			}
			return nil
		},
	}
	codesFlag(cmd, &tables)
	return cmd
}

func showStatute(w io.Writer, n *normalize.Normalizer, text string) {
	s := n.Statute(text)
	fmt.Fprintf(w, "%s\n", text)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "  %-10s %s\n", name, value)
		}
	}
	line("code", s.String())
	line("match", s.Match.String())
	line("read by", s.Rule)
	if row, ok := n.Approval(text); ok {
		line("approved", fmt.Sprintf("by %s, %s (%s)", row.ApprovedBy, row.ApprovedOn, row.Origin))
	}
	line("also", strings.Join(s.Also, ", "))
	if s.Match < schemas.Grammar {
		return
	}
	if section, ok := n.Section(s); ok {
		line("title", section.Title)
		line("kind", section.Kind)
		line("in force", section.Life.String())
		line("note", section.Note)
		for _, level := range n.Levels(s.String()) {
			line("severity", strings.TrimSpace(level.String()+" "+level.Life.String()))
		}
		for _, next := range section.Successors {
			line("now", next.String())
		}
	}
}

func codesLintCommand() *cobra.Command {
	var jurisdiction string
	cmd := &cobra.Command{
		Use:   "lint [--jurisdiction JURISDICTION FILE...]",
		Short: "Check code tables and report every fault with its line; the built-in ones if no file is named",
		Long: `Lint loads code tables as a sweep would and reports every fault with file and
line: a code that is not canonical, a section that is not listed, a row that
nobody has approved or that was changed after its approval. FILE is an exact
table, as 'codes approve' writes it.`,
		Example: `  clearsweep codes lint
  clearsweep codes lint --jurisdiction US-CA approved.csv`,
		RunE: func(cmd *cobra.Command, args []string) error {
			jurisdictions := normalize.Supported()
			switch {
			case len(args) > 0 && jurisdiction == "":
				return usageError{errors.New("--jurisdiction: say of which state the tables are, as US-CA")}
			case jurisdiction != "":
				jurisdictions = []string{jurisdiction}
			}
			var faults []error
			for _, jurisdiction := range jurisdictions {
				n, err := statutes(jurisdiction, args...)
				if _, faulty := errors.AsType[failure](err); faulty {
					faults = append(faults, err)
					continue
				}
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %d sections, %d whole texts, no faults\n", jurisdiction, len(n.Sections()), len(n.Texts()))
			}
			return errors.Join(faults...)
		},
	}
	cmd.Flags().StringVar(&jurisdiction, "jurisdiction", "", "the `state` that the tables are of, as US-CA")
	return cmd
}

// codesFlag adds --codes to a command.
func codesFlag(cmd *cobra.Command, tables *[]string) {
	cmd.Flags().StringArrayVar(tables, "codes", nil, "exact table of approved texts, a `file` that 'codes approve' has written; may be repeated")
}

// statutes loads the tables of a jurisdiction, and those of files beside them. A
// table with faults is a failure that lists them.
func statutes(jurisdiction string, files ...string) (*normalize.Normalizer, error) {
	if _, err := normalize.New(jurisdiction); err != nil {
		return nil, usageError{err}
	}
	var further []normalize.Table
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			return nil, usageError{fmt.Errorf("code table: %w", err)}
		}
		further = append(further, normalize.Table{Name: name, Source: source})
	}
	n, err := normalize.New(jurisdiction, further...)
	if err != nil {
		return nil, failure{err}
	}
	return n, nil
}
