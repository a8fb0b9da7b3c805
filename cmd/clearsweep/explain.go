package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/pipeline/normalize"
	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

func explainCommand() *cobra.Command {
	var person string
	var of runFlags
	cmd := &cobra.Command{
		Use:   "explain OUT --person ID",
		Short: "Say for every charge of a person which rules were tried, and what decided each",
		Long: `Explain prints every charge of one person as a lawyer would check it: the
outcome, the clause, the sum of days and years, who can answer what is missing,
and for each rule of the policy, in order, what the record shows (yes), shows not
(no), does not say (unknown) or what a cited clause presumes. It reads the law
from the run itself, as it was when the run was made.

What it prints is personal data.`,
		Example: `  clearsweep explain out --person 70000010`,
		Args:    oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if person == "" {
				return usageError{errors.New("--person: give the key of a person, as in the column person_id")}
			}
			out, run, err := of.open(cmd, args[0])
			if err != nil {
				return err
			}
			return explain(cmd.Context(), cmd.OutOrStdout(), out, run, person)
		},
	}
	cmd.Flags().StringVar(&person, "person", "", "person `key`, as in the column person_id")
	of.registerReader(cmd)
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
	asOf, err := schemas.ParseDate(m.AsOf)
	if err != nil {
		return err
	}
	statutes, err := statutesOf(ctx, out, run)
	if err != nil {
		return err
	}
	answers, err := answersOf(ctx, out, run)
	if err != nil {
		return err
	}
	record := recordOf(law, charges)
	for i, c := range charges {
		answered := answers.Of(c.Person, c.Case, c.Charge, c.Code)
		if c.Outcome == schemas.History {
			explainCharge(w, i+1, c, statutes, answered, "", "", nil)
			continue
		}
		rules, sums := law.Explain(c.LeavesTrue, c.LeavesFalse, c.LeavesPresumed, c.Rule), record.sums(i, asOf)
		explainCharge(w, i+1, c, statutes, answered, counted(c, rules, sums), cmp.Or(whoAnswers(c, rules), law.Unsettled(c.Question)), alsoAsked(c, rules))
		explainRules(w, rules, sums)
	}
	return nil
}

// counted are the sums that the deciding rule rests on: that of the day of
// eligibility first, and a day of the law last, if it is that day.
func counted(c writers.Determination, rules []evaluate.RuleTrace, sums map[string]sum) string {
	if !c.EligibleOn.Known() {
		return ""
	}
	var words []string
	for _, r := range rules {
		if !r.Decided {
			continue
		}
		for _, leaf := range r.Leaves {
			switch s, ok := sums[leaf.ID]; {
			case !ok || leaf.Presumed || slices.Contains(words, s.words) || s.law && s.day != c.EligibleOn:
			case s.day == c.EligibleOn && !s.law:
				words = slices.Insert(words, 0, s.words)
			default:
				words = append(words, s.words)
			}
		}
	}
	return strings.Join(words, "; ")
}

// alsoAsked are the further questions of a review: what else is missing of the
// rules that may apply, and who can answer it.
func alsoAsked(c writers.Determination, rules []evaluate.RuleTrace) []string {
	var asked []string
	for _, r := range rules {
		if c.Question == "" || r.Value != "unknown" {
			continue
		}
		for _, leaf := range r.Leaves {
			words := leaf.Ask + parenthesis(leaf.Who)
			if leaf.Ask != "" && leaf.Ask != c.Question && !slices.Contains(asked, words) {
				asked = append(asked, words)
			}
		}
	}
	return asked
}

// whoAnswers is who can answer the question of a review, where a rule or a
// condition asks it.
func whoAnswers(c writers.Determination, rules []evaluate.RuleTrace) string {
	if c.Question == "" {
		return ""
	}
	for _, r := range rules {
		if !r.Decided && (c.Rule != "" || r.ID != "scope") {
			continue
		}
		for _, leaf := range r.Leaves {
			if leaf.Ask == c.Question {
				return leaf.Who
			}
		}
		if r.Value == "yes" {
			return r.Who
		}
	}
	return ""
}

// filesBelow are the files of a run below one of its folders.
func filesBelow(ctx context.Context, out storage.Store, run *writers.Run, folder string) (map[string][]byte, error) {
	const limit = 16 << 20
	files := map[string][]byte{}
	for _, o := range run.Manifest.Outputs {
		name, ok := strings.CutPrefix(o.Name(), folder+"/")
		if !ok {
			continue
		}
		var err error
		if files[name], err = run.Folder(out).ReadFile(ctx, o, limit); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// answersOf are the facts that people answered for the run; nil where there are none.
func answersOf(ctx context.Context, out storage.Store, run *writers.Run) (*link.Answers, error) {
	files, err := filesBelow(ctx, out, run, path.Dir(writers.AnswersFile))
	source, there := files[path.Base(writers.AnswersFile)]
	if err != nil || !there {
		return nil, err
	}
	return link.ParseAnswers(writers.AnswersFile, source)
}

// statutesOf knows the tables of this program and those that people approved for
// the run, unless a row of theirs has been built in since.
func statutesOf(ctx context.Context, out storage.Store, run *writers.Run) (*normalize.Normalizer, error) {
	files, err := filesBelow(ctx, out, run, "codes")
	if err != nil {
		return nil, err
	}
	var approved []normalize.Table
	for name, source := range files {
		approved = append(approved, normalize.Table{Name: name, Source: source})
	}
	jurisdiction := run.Manifest.CodeTables[0].Name
	if n, err := normalize.New(jurisdiction, approved...); err == nil {
		return n, nil
	}
	return normalize.New(jurisdiction)
}

// lawOf is the law as the run had it: its own copy of the pack, bound to its own
// parameters.
func lawOf(ctx context.Context, out storage.Store, run *writers.Run) (*evaluate.Law, error) {
	files, err := filesBelow(ctx, out, run, "policy")
	if err != nil {
		return nil, err
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

func explainCharge(w io.Writer, n int, c writers.Determination, statutes *normalize.Normalizer, answered []*link.Answer, counted, who string, also []string) {
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
	if row, ok := statutes.Approval(c.Statute); ok && row.Code == c.Code {
		line("approved by", fmt.Sprintf("%s, %s", row.ApprovedBy, row.ApprovedOn))
	}
	for _, section := range statutes.Charged(c.Code) {
		line("in force", section.Life.String())
		if section.Life.Excludes(c.OffenseDate, c.ArrestDate, c.DispositionDate) {
			line("OUT OF FORCE", fmt.Sprintf("%s %s was not the law on the day of the offence; check both", section.Code, section.Section))
		}
		for _, next := range section.Successors {
			line("now", next.String())
		}
	}
	line("severity", c.Severity.String())
	for _, level := range statutes.Levels(c.Code) {
		if level.Excludes(c.OffenseDate, c.Severity) {
			line("SEVERITY", fmt.Sprintf("the offence was of another on its day: %s; check both, or whether it was reduced since", level))
		}
	}
	line("degree", c.Degree)
	line("max penalty", number(c.MaxPenalty, "day"))
	line("disposition", strings.TrimSpace(fmt.Sprintf("%s %s", c.Disposition, c.DispositionDate)))
	line("as written", c.DispositionText)
	line("sentence", c.Sentence.String())
	line("sentenced", c.SentenceDate.String())
	line("term", termImposed(c.TermMin, c.TermMax))
	line("custody", custody(c))
	line("supervised to", c.SupervisionEnd.String())
	line("restitution", restitution(c.Restitution))
	line("offense date", c.OffenseDate.String())
	line("arrest date", c.ArrestDate.String())
	line("challenged", c.ChallengeDate.String())
	line("known in part", c.PartialDates)
	line("birth date", c.BirthDate.String())
	for _, a := range answered {
		line("answered", fmt.Sprintf("%s %s: %s, by %s, %s", a.Fact, a.Value, a.Document, a.By, a.On))
	}
	line("substance", substance(c))
	line("NCIC code", ncic(c.NCIC))
	line("victim", victim(c))
	line("OUTCOME", c.Outcome.String())
	line("remedy", remedy(c))
	line("legal basis", c.LegalBasis)
	line("clause", c.Clause)
	line("reason", c.Reason)
	line("question", c.Question)
	line("who answers", who)
	for _, question := range also {
		line("also asked", question)
	}
	line("counted", counted)
	line("eligible on", c.EligibleOn.String())
	line("due on", c.DueOn.String())
}

// substance is what the record names and where, in words.
func substance(c writers.Determination) string {
	switch {
	case c.Substances != 0:
		return fmt.Sprintf("%s, named by %s", c.Substances.Words(), evidenceWords(c.SubstanceEvidence))
	case c.SubstanceEvidence != schemas.NoEvidence:
		return "a word that nobody has mapped, in " + evidenceWords(c.SubstanceEvidence)
	default:
		return ""
	}
}

// number is a count of units, empty where it is not known.
func number(n int32, unit string) string {
	switch {
	case n < 0:
		return ""
	case n == 1:
		return "1 " + unit
	default:
		return fmt.Sprintf("%d %ss", n, unit)
	}
}

// termImposed is the sentence imposed, from its shortest to its longest.
func termImposed(least, most int32) string {
	switch {
	case least >= 0 && most >= 0:
		return fmt.Sprintf("%d to %s", least, number(most, "month"))
	case least >= 0:
		return "at least " + number(least, "month")
	case most >= 0:
		return "at most " + number(most, "month")
	default:
		return ""
	}
}

func evidenceWords(e schemas.Evidence) string {
	switch e {
	case schemas.ConvictionCount:
		return "the count of the conviction"
	case schemas.Judgment:
		return "the judgment or the plea"
	case schemas.Charging:
		return "the charge"
	case schemas.OffenseCode:
		return "a code of the offence, which does not decide"
	case schemas.Laboratory:
		return "the laboratory"
	case schemas.ArrestReport:
		return "the report of the arrest, which does not decide"
	case schemas.NoEvidence:
		return "evidence that contradicts itself or is not said, which does not decide"
	default:
		return e.String()
	}
}

// ncic is a code and the substance that it names.
func ncic(code string) string {
	if set := schemas.NCIC(code); set != 0 {
		return fmt.Sprintf("%s, %s, which does not decide", code, set.Words())
	}
	return code
}

// victim is who the victim was, in words.
func victim(c writers.Determination) string {
	var words []string
	if c.VictimAge >= 0 {
		words = append(words, fmt.Sprintf("%d years old at the offence", c.VictimAge))
	}
	switch c.VictimRelation {
	case schemas.OwnChild:
		words = append(words, "the person's own child")
	case schemas.Family:
		words = append(words, "of the person's family, and not the person's child")
	case schemas.OtherVictim:
		words = append(words, "not of the person's family")
	case schemas.RelationUnknown:
	}
	return strings.Join(words, ", ")
}

// custody says whether the sentence took the person's liberty, and when it gave
// it back.
func custody(c writers.Determination) string {
	words := map[schemas.Incarceration]string{schemas.NotIncarcerated: "none", schemas.Incarcerated: "jail or prison"}[c.Incarcerated]
	if c.ReleaseDate.Known() {
		words = strings.TrimPrefix(words+", released "+c.ReleaseDate.String(), ", ")
	}
	return words
}

func restitution(r schemas.Restitution) string {
	return map[schemas.Restitution]string{schemas.NoneOwed: "none owed", schemas.Owed: "owed"}[r]
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

// parenthesis puts words behind others.
func parenthesis(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

func explainRules(w io.Writer, rules []evaluate.RuleTrace, sums map[string]sum) {
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
			if leaf.Clock != "" {
				fmt.Fprintf(w, "             the clock %s\n", leaf.Clock)
			}
			if s, ok := sums[leaf.ID]; ok && !leaf.Presumed && leaf.Value == map[bool]string{true: "yes", false: "no"}[s.passed] {
				fmt.Fprintf(w, "             %s\n", s.words)
			}
			if leaf.Ask != "" {
				fmt.Fprintf(w, "             asks: %s%s\n", leaf.Ask, parenthesis(leaf.Who))
			}
		}
		if r.ID == "scope" && r.Value == "no" {
			return // the law does not speak of the charge, so no rule was tried
		}
	}
}
