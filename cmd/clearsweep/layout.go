package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/readers/descriptions"
)

func layoutCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "layout",
		Short: "List, show, check and import layouts: how an extract is read",
		Args:  noArgs,
		RunE:  noSubcommand,
	}
	cmd.AddCommand(
		&cobra.Command{
			Use: "list", Short: "List the layouts that travel with clearsweep, and what each reads", Args: noArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				for _, name := range readers.Layouts() {
					layout, err := readers.LoadLayout(name)
					if err != nil {
						return err
					}
					fmt.Fprintf(cmd.OutOrStdout(), "%s\n  %s\n", name, layout.About())
				}
				return nil
			},
		},
		&cobra.Command{
			Use: "show LAYOUT", Short: "Print a layout, to read it or to start one from it",
			Args: oneArg("the name or path of a layout"),
			RunE: func(cmd *cobra.Command, args []string) error {
				layout, err := readers.LoadLayout(args[0])
				if err != nil {
					return err
				}
				_, err = cmd.OutOrStdout().Write(layout.Source())
				return err
			},
		},
		&cobra.Command{
			Use: "lint LAYOUT...", Short: "Check layouts and report every fault of each with its line",
			Args: someArgs("the names or paths of layouts"),
			RunE: func(cmd *cobra.Command, args []string) error { return lintLayouts(cmd.OutOrStdout(), args) },
		},
		&cobra.Command{
			Use: "schema", Short: "Print the JSON Schema of layouts, so that editors complete and check them", Args: noArgs,
			Example: `  clearsweep layout schema > layout.schema.json
  # then, as the first line of a layout:
  # yaml-language-server: $schema=layout.schema.json`,
			RunE: func(cmd *cobra.Command, _ []string) error {
				_, err := cmd.OutOrStdout().Write(readers.Schema())
				return err
			},
		},
		layoutImportCommand(),
	)
	return cmd
}

func layoutImportCommand() *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Draft a layout of a COBOL copybook, or of a .des list of columns",
		Long: `Import reads what a sender has written of a fixed-width file and prints a layout to
start from. A file ending in .des is a list of columns: name, description, type, first
byte, length. Any other is a COBOL copybook: PICTURE with X, A, 9, S and V, DISPLAY,
COMP-3, COMP, OCCURS of a fixed number, REDEFINES. What it cannot read it refuses.

Where columns stand is taken as described; what they mean is guessed by their names,
and no value is mapped: look at every line marked TODO.`,
		Example: `  clearsweep layout import --name our/mainframe CHARGES.cpy > our/mainframe.yaml
  clearsweep layout import --name us-nc/sentences OFNT3CE1.des`,
		Args: oneArg("a copybook, or a file ending in .des"),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := os.ReadFile(args[0])
			if err != nil {
				return usageError{err}
			}
			read := descriptions.Copybook
			if strings.EqualFold(filepath.Ext(args[0]), ".des") {
				read = descriptions.DES
			}
			records, err := read(string(text))
			if err != nil {
				return failure{fmt.Errorf("%s: %w", args[0], err)}
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), descriptions.Draft(name, records))
			return err
		},
	}
	cmd.Flags().StringVar(&name, "name", "our/extract", "the `name` of the layout")
	return cmd
}

// lintLayouts checks all layouts, also those behind one that has faults.
func lintLayouts(w io.Writer, names []string) error {
	var faults []error
	for _, name := range names {
		layout, err := readers.LoadLayout(name)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		fmt.Fprintf(w, "%s: no faults\n", layout.Name())
	}
	if len(faults) > 0 {
		return failure{errors.Join(faults...)}
	}
	return nil
}
