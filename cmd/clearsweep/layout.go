package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/readers"
)

func layoutCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "layout",
		Short: "List, show and check layouts: how an extract is read",
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
	)
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
