package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers"
)

func reviewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "review",
		Short: "Hand the open questions of a run to people, and check their answers",
		Args:  noArgs,
		RunE:  noSubcommand,
	}
	cmd.AddCommand(reviewExportCommand(), reviewCheckCommand())
	return cmd
}

func reviewExportCommand() *cobra.Command {
	var within int
	var of runFlags
	cmd := &cobra.Command{
		Use:   "export OUT",
		Short: "Print the questions of a run as CSV with columns for answers, for people to fill in",
		Long: `Export prints what the law could not decide: for each charge the question, who can answer it,
and by when. People add lines that name a fact, its value, the document that shows it, and
who has read it on which day. A sweep with --answers reads these facts in place of what the
extract says, and asks the law again. What comes of a charge nobody answers.

It is personal data.`,
		Example: `  clearsweep review export out --within 60 > reviews.csv     # then fill them in
  clearsweep review check reviews.csv
  clearsweep sweep --config sweep.yaml --answers reviews.csv`,
		Args: oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			out, run, err := of.open(cmd, args[0])
			if err != nil {
				return err
			}
			asked, err := schemas.ParseDate(run.Manifest.AsOf)
			if err != nil {
				return damage{err}
			}
			w := csv.NewWriter(cmd.OutOrStdout())
			head := append(slices.Clone(link.AnswerColumns), "question", "who", "clause", "priority", "asked_on", "answer_by", "source", "line")
			if err := w.Write(head); err != nil {
				return err
			}
			by := (asked + schemas.Date(within)).String() //nolint:gosec // days that somebody waits
			err = writers.EachReview(cmd.Context(), out, run, func(r *writers.Review) error {
				return w.Write([]string{
					r.Person, r.Case, r.Charge, "", "", "", "", "", "",
					r.Question, r.Who, r.Clause, r.Priority, run.Manifest.AsOf, by, r.Source, strconv.FormatInt(r.Line, 10),
				})
			})
			w.Flush()
			return errors.Join(err, w.Error())
		},
	}
	cmd.Flags().IntVar(&within, "within", 60, "`days` from the date on which the law was asked until an answer is late")
	of.registerReader(cmd)
	return cmd
}

func reviewCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "Check answers, and report every fault with its line",
		Args:  oneArg("the file of answers"),
		RunE: func(cmd *cobra.Command, args []string) error {
			source, err := os.ReadFile(args[0])
			if err != nil {
				return usageError{err}
			}
			answers, err := link.ParseAnswers(args[0], source)
			if err != nil {
				return failure{err}
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d answers\n", answers.Len())
			return err
		},
	}
}
