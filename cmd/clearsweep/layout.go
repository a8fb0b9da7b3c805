package main

import (
	"fmt"

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
			Use: "list", Short: "List the layouts that travel with clearsweep", Args: noArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				for _, name := range readers.Layouts() {
					fmt.Fprintln(cmd.OutOrStdout(), name)
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
			Use: "lint LAYOUT", Short: "Check a layout and report every fault with its line",
			Args: oneArg("the name or path of a layout"),
			RunE: func(cmd *cobra.Command, args []string) error {
				layout, err := readers.LoadLayout(args[0])
				if err != nil {
					return failure{err}
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: no faults\n", layout.Name())
				return nil
			},
		},
	)
	return cmd
}
