package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/readers/containers"
	"github.com/clearsweep/clearsweep/readers/inspect"
)

func inspectCommand() *cobra.Command {
	var asJSON bool
	var draft string
	var layouts []string
	cmd := &cobra.Command{
		Use:   "inspect FILE...",
		Short: "Tell what an extract is, and which layout reads it",
		Long: `Inspect looks at the beginning of files that nobody has described yet: how each is
packed, encoded and cut into rows and fields, what stands in its columns, and what
each layout makes of it, best first. It prints names of columns, shapes and counts,
and never a value but words that stand for nothing, such as NULL.

With --draft it prints a layout to start from, for delimited text, JSON and Parquet. Columns
are guessed by their names: look at every line of it.`,
		Example: `  clearsweep inspect extracts/*.csv.gz
  clearsweep inspect --layout our/county.yaml charges.dat
  clearsweep inspect --draft our/county charges.csv > our/county.yaml && clearsweep layout lint our/county.yaml`,
		Args: someArgs("the files to look at"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if draft != "" && len(args) > 1 {
				return usageError{errors.New("--draft: name one file")}
			}
			var all []inspect.Report
			for _, name := range args {
				reports, err := inspectFile(cmd, name, append(layouts, readers.Layouts()...))
				if err != nil {
					return err
				}
				all = append(all, reports...)
			}
			out := cmd.OutOrStdout()
			switch {
			case draft != "":
				text := all[0].Draft(draft)
				if text == "" {
					return failure{fmt.Errorf("%s: it is %s, of which no draft is made; see docs/formats/layout.md", all[0].Name, all[0].Form)}
				}
				_, err := fmt.Fprint(out, text)
				return err
			case asJSON:
				e := json.NewEncoder(out)
				e.SetIndent("", "  ")
				return e.Encode(all)
			}
			for i := range all {
				if err := all[i].Print(out); err != nil {
					return err
				}
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&asJSON, "json", false, "print the reports as JSON")
	flags.StringVar(&draft, "draft", "", "print a draft of a layout of this `name`")
	flags.StringSliceVar(&layouts, "layout", nil, "try this `layout` too, a file ending in .yaml; may be given again")
	return cmd
}

func inspectFile(cmd *cobra.Command, name string, layouts []string) (_ []inspect.Report, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, usageError{err}
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, usageError{fmt.Errorf("%s is a folder: name its files", name)}
	}
	return inspect.File(cmd.Context(), name, f, info.Size(), layouts, containers.Limits{})
}
