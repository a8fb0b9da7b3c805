package main

import (
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/policies"
)

func policyDiffCommand() *cobra.Command {
	var m moves
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Say in words what pack B changes of pack A, and on an extract whom it moves",
		Long: `Diff compares two policy packs clause by clause: what may move decisions, what
changes a citation, what changes words.

With --input it also sweeps the extracts under both packs, into a folder that is
removed at the end, and prints how many charges and persons go from which
outcome to which, with the sections most affected. Nothing is published. It
prints counts only, never a person.

With --against OUT the newest run in OUT stands for pack A, with its layout,
parameters and date; --input then names that run's extracts, because a run
does not hold every fact that another law may ask for. The run must have been
made by pack A, from the same files, by this version.`,
		Example: `  clearsweep policy diff us-ca/prop64 ./prop64-amended
  clearsweep policy diff us-ca/prop64 ./prop64-amended --input 'extract/*.csv' \
      --layout us-ca/doj-extract --as-of 2026-11-23
  clearsweep policy diff us-ca/prop64 ./prop64-amended --against out --input 'extract/*.csv'`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usageError{fmt.Errorf("%s: want two policy packs; see '%[1]s --help'", cmd.CommandPath())}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := loadPack(args[0])
			if err != nil {
				return err
			}
			b, err := loadPack(args[1])
			if err != nil {
				return err
			}
			printChanges(cmd.OutOrStdout(), a, b)
			return m.run(cmd, a, b)
		},
	}
	m.register(cmd)
	return cmd
}

func (m *moves) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar((*[]string)(&m.file.Inputs), "input", nil, "`path` or glob of extracts to decide under both packs; may be repeated")
	flags.StringVar(&m.file.Layout, "layout", "", "`name` or path of the extracts' layout")
	flags.StringVar(&m.file.AsOf, "as-of", "", "the `date` on which the law is asked, as 2006-01-02")
	flags.StringArrayVar(&m.params, "param", nil, "`key=value` of a parameter, for the packs that have it; may be repeated")
	flags.StringVar(&m.against, "against", "", "`folder` of outputs whose newest run stands for pack A")
	identityFlag(flags, &m.identity)
	flags.StringVar(&m.scratch, "scratch", "", "`folder` for what is removed at the end; the system's if not given")
	flags.StringVar(&m.file.Memory, "memory", "512MiB", "memory to use, `size` such as 512MiB or 2GiB; changes no result")
	flags.IntVar(&m.file.Workers, "workers", runtime.GOMAXPROCS(0), "ranges or parts in work at once; changes no result")
	registerUnpack(flags, &m.file.Unpack)
	flags.Int64Var(&m.file.MaxRejects, "max-rejects", 100_000, "stop when more than this `number` of rows is rejected; -1 never stops")
}

func printChanges(w io.Writer, a, b *policies.Pack) {
	changes := policies.Diff(a, b)
	if len(changes) == 0 {
		fmt.Fprintf(w, "%s and %s say the same.\n", a.Name(), b.Name())
		return
	}
	fmt.Fprintf(w, "From %s to %s:\n", a.Name(), b.Name())
	for _, kind := range []policies.ChangeKind{policies.LawChange, policies.SourceChange, policies.WordChange} {
		heading := fmt.Sprintf("\n%s\n", kind)
		for _, change := range changes {
			if change.Kind == kind {
				fmt.Fprintf(w, "%s  %s: %s\n", heading, change.Part, change.What)
				heading = ""
			}
		}
	}
}
