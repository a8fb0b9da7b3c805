package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/cmd/sweepfile"
	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/pipeline/normalize"
	"github.com/clearsweep/clearsweep/writers"
)

// nominate is what 'codes nominate' is asked to do.
type nominate struct {
	inputs       []string
	layout       string
	jurisdiction string
	tables       []string
	texts        int
	most         int
	least        float64
	unpack       sweepfile.Unpack
	of           runFlags
}

func codesNominateCommand() *cobra.Command {
	var n nominate
	cmd := &cobra.Command{
		Use:   "nominate [OUT]",
		Short: "Propose codes for the texts that have none, most persons affected first (CSV)",
		Long: `Nominate takes the statute texts that a run could not read, from its worklist, or
those of an extract, and prints for each the sections and whole texts of the
state's tables that are nearest to it: what the grammar reads and does not
trust, and then what is written or worded alike. Similarity goes from 0 to 1;
evidence says what was compared.

The columns approved_by and approved_on are empty. Whoever has found out what a
text says, from the agency and not from the likeness, fills them in on the row
that is right, or corrects its code; 'codes approve' takes it from there. A
nomination decides nothing: no sweep reads this list.`,
		Example: `  clearsweep codes nominate out > nominations.csv
  clearsweep codes nominate --input 'extract/*.csv' --layout generic/charges --jurisdiction US-MA > nominations.csv`,
		Args: atMostOneArg("the output folder of a sweep"),
		RunE: func(cmd *cobra.Command, args []string) error {
			gaps, err := n.gaps(cmd, args)
			if err != nil {
				return err
			}
			return n.print(cmd.OutOrStdout(), gaps)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&n.inputs, "input", nil, "in place of a run: `path` or glob of extracts, or a folder of them; may be repeated")
	flags.StringVar(&n.layout, "layout", "", "`name` or path of the extracts' layout")
	flags.StringVar(&n.jurisdiction, "jurisdiction", "", "the `state` of the extracts, as US-MA")
	flags.IntVar(&n.texts, "texts", 200, "the `number` of texts to nominate codes for; 0 takes all")
	flags.IntVar(&n.most, "most", 3, "the most codes to nominate for a text, a `number`")
	flags.Float64Var(&n.least, "least", 0.5, "the least `similarity` of a nomination, from 0 to 1")
	codesFlag(cmd, &n.tables)
	registerUnpack(flags, &n.unpack)
	n.of.registerReader(cmd)
	return cmd
}

// gaps are the texts without a code, of the run or the extracts that are named.
// They set the jurisdiction.
func (n *nominate) gaps(cmd *cobra.Command, args []string) ([]writers.CodeGap, error) {
	switch {
	case n.most < 1 || n.texts < 0 || n.least < 0 || n.least > 1:
		return nil, usageError{errors.New("--most must be at least 1, --texts at least 0, --least from 0 to 1")}
	case len(n.inputs) > 0 && len(args) > 0:
		return nil, usageError{errors.New("--input: name a run or extracts, not both")}
	case len(n.inputs) > 0:
		statutes, err := statutes(n.jurisdiction, n.tables...)
		if err != nil {
			return nil, err
		}
		if n.layout == "" {
			return nil, usageError{errors.New("--layout: say how the extracts are read")}
		}
		cfg := pipeline.Config{Inputs: n.inputs, Layout: n.layout}
		var errS3, errUnpack error
		cfg.S3, errS3 = n.of.over(cmd, cfg.S3)
		cfg.Unpack, errUnpack = n.unpack.Limits()
		if err := errors.Join(errS3, errUnpack); err != nil {
			return nil, usageError{err}
		}
		return pipeline.CodeGaps(cmd.Context(), cfg, statutes)
	case len(args) == 0:
		return nil, usageError{errors.New("name the output folder of a sweep, or extracts with --input")}
	case n.layout != "" || n.jurisdiction != "":
		return nil, usageError{errors.New("--layout and --jurisdiction go with --input")}
	}
	out, run, err := n.of.open(cmd, args[0])
	if err != nil {
		return nil, err
	}
	n.jurisdiction = run.Manifest.CodeTables[0].Name
	const limit = 256 << 20
	gaps, ok := run.Find(writers.CodeGapsFile)
	if !ok {
		return nil, damage{fmt.Errorf("run %s has no %s", run.Manifest.RunID, writers.CodeGapsFile)}
	}
	list, err := run.Folder(out).ReadFile(cmd.Context(), gaps, limit)
	if err != nil {
		return nil, err
	}
	return writers.ReadCodeGaps(bytes.NewReader(list))
}

func (n *nominate) print(w io.Writer, gaps []writers.CodeGap) error {
	statutes, err := statutes(n.jurisdiction, n.tables...)
	if err != nil {
		return err
	}
	if n.texts > 0 {
		gaps = gaps[:min(n.texts, len(gaps))]
	}
	out := csv.NewWriter(w)
	rows := [][]string{normalize.NominationColumns()}
	for _, g := range gaps {
		for _, nomination := range statutes.Nominate(g.Statute, g.Description, n.most, n.least) {
			row := normalize.Nominated{Text: g.Statute, Description: g.Description, Rows: g.Rows, Persons: g.Persons, Nomination: nomination}
			rows = append(rows, row.Fields())
		}
	}
	return out.WriteAll(rows)
}
