package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/policies"
)

func policyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "List, check, test, explain and compare policy packs: the law as data",
		Args:  noArgs,
		RunE:  noSubcommand,
	}
	cmd.AddCommand(
		policyListCommand(), policyLintCommand(), policyTestCommand(),
		policyExplainCommand(), policyDiffCommand(), policySchemaCommand(), policySignCommand(),
	)
	return cmd
}

func policyListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the policy packs that travel with clearsweep, with their parameters", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, name := range policies.Packs() {
				pack, err := policies.Load(name)
				if err != nil {
					return err
				}
				printPack(cmd.OutOrStdout(), pack)
			}
			return nil
		},
	}
}

func printPack(w io.Writer, pack *policies.Pack) {
	signed := "not signed off"
	if pack.SignedOff {
		signed = "signed off"
	}
	fmt.Fprintf(w, "%s\n  %s\n  %s, %s, %s\n", pack.Name(), pack.Title, pack.Law.Cite, pack.Profile, signed)
	for _, param := range pack.Params {
		required := ""
		if param.Required {
			required = "required; "
		}
		fmt.Fprintf(w, "  --param %s=  %s (%s%s)\n", param.Name, param.Help, required, param.Allowed())
	}
}

func policyTestCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "test [PACK...]",
		Short: "Run the worked cases of policy packs; all built-in ones if none is named",
		Long: `Test runs every case of a pack's cases.yaml: a record, and what the law gives for
each of its charges. A case of confidence H must hold. Cases M and L wait for a
lawyer: they are run and reported, and do not fail the test.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return eachPack(args, func(name string) error {
				return testPack(cmd.OutOrStdout(), name)
			})
		},
	}
}

// testPack runs the cases of one pack and prints what came of them.
func testPack(w io.Writer, name string) error {
	results, err := pipeline.RunCases(name)
	if _, refused := errors.AsType[policies.Faults](err); refused {
		return fmt.Errorf("%w\npolicy %s: refused, and no case was run; these are the faults that 'clearsweep policy lint' shows", err, name)
	}
	if err != nil {
		return err
	}
	if len(results) == 0 {
		fmt.Fprintf(w, "%s: no cases, so that nothing was tested; write one for each sentence of the statute in its cases.yaml\n", name)
		return nil
	}
	var passed, pending, failed int
	for _, r := range results {
		switch {
		case r.Passed:
			passed++
			continue
		case r.Binding():
			failed++
		default:
			pending++
		}
		fmt.Fprintf(w, "%s: case %s (%s): %s\n", name, r.Case.ID, r.Case.Confidence, strings.Join(r.Faults, "; "))
	}
	fmt.Fprintf(w, "%s: %d cases hold, %d differ and wait for sign-off, %d fail\n", name, passed, pending, failed)
	if failed > 0 {
		return fmt.Errorf("policy %s: %d cases fail", name, failed)
	}
	return nil
}

// eachPack calls do for the packs named, or for all that are built in, and
// goes on after one fails.
func eachPack(names []string, do func(name string) error) error {
	if len(names) == 0 {
		names = policies.Packs()
	}
	var faults []error
	for _, name := range names {
		if err := do(name); err != nil {
			faults = append(faults, err)
		}
	}
	if len(faults) > 0 {
		return failure{errors.Join(faults...)}
	}
	return nil
}
