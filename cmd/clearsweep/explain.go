package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

func explainCommand() *cobra.Command {
	var person, runID string
	var s3 s3Flags
	cmd := &cobra.Command{
		Use:   "explain OUT --person ID",
		Short: "Say for every charge of a person which rules were tried, and what decided each",
		Long: `Explain prints every charge of one person as a lawyer would check it: the
outcome, the clause, and for each rule of the policy, in order, what the record
shows (yes), shows not (no), does not say (unknown) or what a cited clause
presumes. It reads the law from the run itself, as it was when the run was made.

What it prints is personal data.`,
		Example: `  clearsweep explain out --person 70000010`,
		Args:    oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if person == "" {
				return usageError{errors.New("--person: give the key of a person, as in the column person_id")}
			}
			out, err := s3.openOut(cmd, args[0])
			if err != nil {
				return err
			}
			run, err := writers.OpenRun(cmd.Context(), out, runID)
			if err != nil {
				return err
			}
			return explain(cmd.Context(), cmd.OutOrStdout(), out, run, person)
		},
	}
	cmd.Flags().StringVar(&person, "person", "", "person `key`, as in the column person_id")
	cmd.Flags().StringVar(&runID, "run", "", "`id` of the run; the newest when not given")
	s3.register(cmd.Flags())
	return cmd
}

var errNoPerson = errors.New("the run has no charge of a person with that key")

func explain(ctx context.Context, w io.Writer, out storage.Store, run *writers.Run, person string) error {
	law, err := lawOf(ctx, out, run)
	if err != nil {
		return err
	}
	charges, err := writers.FindPerson(ctx, out, run, person)
	if err != nil {
		return err
	}
	if len(charges) == 0 {
		return errNoPerson
	}
	m := run.Manifest
	fmt.Fprintf(w, "Person %s, %d charges. Policy %s as of %s, run %s.\n", person, len(charges), m.Policy.ID, m.AsOf, m.RunID)
	for i, c := range charges {
		explainCharge(w, i+1, c)
		explainRules(w, law.Explain(c.LeavesTrue, c.LeavesFalse, c.LeavesPresumed, c.Rule))
	}
	return nil
}

// lawOf is the law as the run had it: its own copy of the pack, bound to its own
// parameters.
func lawOf(ctx context.Context, out storage.Store, run *writers.Run) (*evaluate.Law, error) {
	const limit = 16 << 20
	files := map[string][]byte{}
	for _, o := range run.Manifest.Outputs {
		name, ok := strings.CutPrefix(o.Path, "policy/")
		if !ok {
			continue
		}
		var err error
		if files[name], err = storage.ReadAll(ctx, out, path.Join(run.Commit.Path, o.Path), limit); err != nil {
			return nil, err
		}
	}
	pack, err := policies.ParseFiles(run.Manifest.Policy.ID, files)
	if err != nil {
		return nil, err
	}
	date, err := schemas.ParseDate(run.Manifest.AsOf)
	if err != nil {
		return nil, err
	}
	bound, err := pack.Bind(run.Manifest.Policy.Params, date)
	if err != nil {
		return nil, err
	}
	return evaluate.Compile(bound)
}

func explainCharge(w io.Writer, n int, c writers.Determination) {
	fmt.Fprintf(w, "\nCharge %d: %s\n", n, cmp.Or(c.Statute, c.Description, "(no statute)"))
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "  %-13s %s\n", name, value)
		}
	}
	line("from", fmt.Sprintf("%s, line %d", c.Source, c.Line))
	line("case", c.Case)
	line("charge", c.Charge)
	line("county", c.County)
	line("code", cmp.Or(c.Code, "not recognized"))
	line("severity", c.Severity.String())
	line("disposition", strings.TrimSpace(fmt.Sprintf("%s %s", c.Disposition, c.DispositionDate)))
	line("as written", c.DispositionText)
	line("sentence", c.Sentence.String())
	line("offense date", c.OffenseDate.String())
	line("arrest date", c.ArrestDate.String())
	line("challenged", c.ChallengeDate.String())
	line("birth date", c.BirthDate.String())
	line("OUTCOME", c.Outcome.String())
	line("remedy", remedy(c))
	line("legal basis", c.LegalBasis)
	line("clause", c.Clause)
	line("reason", c.Reason)
	line("question", c.Question)
	line("eligible on", c.EligibleOn.String())
	line("due on", c.DueOn.String())
}

// remedy is the relief in words.
func remedy(c writers.Determination) string {
	switch c.RemedyFloor {
	case c.RemedyCeiling:
		return c.RemedyFloor
	case "":
		return "at most " + c.RemedyCeiling
	default:
		return fmt.Sprintf("at least %s, at most %s", c.RemedyFloor, c.RemedyCeiling)
	}
}

func explainRules(w io.Writer, rules []evaluate.RuleTrace) {
	for _, r := range rules {
		mark := ""
		switch {
		case r.Decided && r.Value == "unknown":
			mark = "  <- asks"
		case r.Decided:
			mark = "  <- decided"
		}
		fmt.Fprintf(w, "  rule %s: %s [%s]%s\n", r.ID, r.Value, r.Cite, mark)
		for _, leaf := range r.Leaves {
			presumed := ""
			if leaf.Presumed {
				presumed = ", presumed"
			}
			fmt.Fprintf(w, "    %-8s %s (%s%s) [%s]\n", leaf.Value, leaf.Say, leaf.ID, presumed, leaf.Cite)
		}
		if r.ID == "scope" && r.Value == "no" {
			return // the law does not speak of the charge, so no rule was tried
		}
	}
}
