package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/policies"
)

func policySchemaCommand() *cobra.Command {
	var cases bool
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of policy.yaml, so that editors complete and check it",
		Long: `Schema prints the JSON Schema (draft 2020-12) of policy.yaml, or of cases.yaml.
Editors that know it complete keys and words and underline mistakes while a
policy is written. 'clearsweep policy lint' finds more: it follows references
and knows the law.`,
		Example: `  clearsweep policy schema > policy.schema.json
  # then, as the first line of policy.yaml:
  # yaml-language-server: $schema=policy.schema.json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			schema := policies.Schema()
			if cases {
				schema = policies.CasesSchema()
			}
			_, err := cmd.OutOrStdout().Write(schema)
			return err
		},
	}
	cmd.Flags().BoolVar(&cases, "cases", false, "the schema of cases.yaml instead")
	return cmd
}

func policyExplainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain PACK",
		Short: "Print a policy pack as a page (Markdown) that a lawyer can check clause by clause",
		Args:  oneArg("a policy pack"),
		RunE: func(cmd *cobra.Command, args []string) error {
			pack, err := loadPack(args[0])
			if err != nil {
				return err
			}
			_, err = io.WriteString(cmd.OutOrStdout(), pack.Page())
			return err
		},
	}
}

// loadPack loads a pack. A name that is no pack is a wrong command line; a pack
// that is refused has failed its lint.
func loadPack(name string) (*policies.Pack, error) {
	pack, err := policies.Load(name)
	if errors.Is(err, policies.ErrNoPack) {
		return nil, usageError{err}
	}
	if _, refused := errors.AsType[policies.Faults](err); refused {
		return nil, failure{err}
	}
	return pack, err
}

func policyLintCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "lint [PACK...]",
		Short: "Check policy packs and report every fault with its line and remedy; all built-in ones if none is named",
		Long: `Lint reports every fault of policy packs with file, line, column, the obligation
that it breaks (R1 to R11 of the green standard, or schema for the language) and
the remedy. Warnings do not fail a pack; anything else ends with code 6. Packs
that are checked together may not share an id.

It names the rules whose relief time alone may end, and why: they are to be
decided again with every sweep, and their eligible_on is no promise.

With --json it prints one object for each pack, one a line: pack, ok, faults
(file, line, column, code, message, warning) and re_evaluate (rule, reason).`,
		RunE: func(cmd *cobra.Command, args []string) error {
			l := linter{out: cmd.OutOrStdout(), json: asJSON}
			err := eachPack(args, l.lint)
			if shared := policies.OneID(l.accepted); shared != nil {
				err = failure{errors.Join(err, l.shared(shared))}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, one object for each pack")
	return cmd
}

// linter prints what is wrong with packs, one after the other.
type linter struct {
	out      io.Writer
	json     bool
	accepted []*policies.Pack
}

// lintResult is what --json prints of a pack.
type lintResult struct {
	Pack   string      `json:"pack"`
	OK     bool        `json:"ok"`
	Faults []lintFault `json:"faults"`
	// ReEvaluate are the rules to be decided again with every sweep.
	ReEvaluate []lintRule `json:"re_evaluate"`
}

type lintRule struct {
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
}

// reEvaluate are the rules of a pack that was accepted that do not last.
func reEvaluate(pack *policies.Pack) []lintRule {
	rules := []lintRule{}
	if pack == nil {
		return rules
	}
	for _, l := range pack.Lasting() {
		if !l.Lasts() {
			rules = append(rules, lintRule(l))
		}
	}
	return rules
}

type lintFault struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Warning bool   `json:"warning"`
}

func (l *linter) lint(name string) error {
	pack, err := policies.Load(name)
	faults, refused := errors.AsType[policies.Faults](err)
	switch {
	case errors.Is(err, policies.ErrNoPack):
		return usageError{err}
	case err != nil && !refused:
		return err
	}
	if err == nil {
		l.accepted = append(l.accepted, pack)
		faults = pack.Lint()
		var cases policies.Faults
		cases, err = caseFaults(pack)
		faults = append(faults, cases...)
	}
	return l.print(name, pack, faults, err)
}

// caseFaults are the faults of a pack's cases.yaml.
func caseFaults(pack *policies.Pack) (policies.Faults, error) {
	_, err := pack.Cases()
	faults, _ := errors.AsType[policies.Faults](err)
	return faults, err
}

// print prints the faults of a pack. Those that refuse it are the error, and
// without --json that is how they are printed.
func (l *linter) print(name string, pack *policies.Pack, faults policies.Faults, refusal error) error {
	if l.json {
		if err := l.printJSON(name, pack, faults, refusal == nil); err != nil {
			return err
		}
		if refusal != nil {
			return fmt.Errorf("policy %s: refused", name)
		}
		return nil
	}
	if refusal != nil {
		return refusal
	}
	for _, fault := range faults {
		fmt.Fprintln(l.out, fault)
	}
	fmt.Fprintf(l.out, "%s: no faults\n", name)
	for _, rule := range reEvaluate(pack) {
		fmt.Fprintf(l.out, "%s: rule %s is to be decided again with every sweep: %s\n", name, rule.Rule, rule.Reason)
	}
	return nil
}

func (l *linter) printJSON(name string, pack *policies.Pack, faults policies.Faults, ok bool) error {
	result := lintResult{Pack: name, OK: ok, Faults: []lintFault{}, ReEvaluate: reEvaluate(pack)}
	for _, f := range faults {
		result.Faults = append(result.Faults, lintFault(f))
	}
	return json.NewEncoder(l.out).Encode(result)
}

// shared reports packs that share an id, which none of them shows alone.
func (l *linter) shared(refusal error) error {
	faults, _ := errors.AsType[policies.Faults](refusal)
	if !l.json || len(faults) == 0 {
		return refusal
	}
	return errors.Join(l.printJSON(faults[0].File, nil, faults, false), errors.New("policies share an id"))
}
