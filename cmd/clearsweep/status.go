package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/pipeline/trigger"
)

func statusCommand() *cobra.Command {
	var asJSON bool
	var limit int
	var s3 s3Flags
	cmd := &cobra.Command{
		Use:   "status OUT",
		Short: "Show what became of every delivery: waiting, running, committed, quarantined",
		Long: `Status reads the ledger of an output that a daemon writes to: deliveries,
newest first, with the progress of those that run and the reason of those that are
quarantined, and then what came in and was refused before it was a delivery.`,
		Args: oneArg("the output"),
		RunE: func(cmd *cobra.Command, args []string) error {
			out, err := s3.openOut(cmd, args[0])
			if err != nil {
				return err
			}
			status, err := trigger.NewLedger(out, "").Status(cmd.Context(), wall())
			if err != nil {
				return err
			}
			if asJSON {
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", "  ")
				return encoder.Encode(status)
			}
			return printStatus(cmd.OutOrStdout(), status, limit)
		},
	}
	s3.register(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "print all of it as JSON")
	cmd.Flags().IntVar(&limit, "limit", 50, "print at most this `number` of deliveries, those that have not ended first; 0 prints all")
	return cmd
}

func printStatus(w io.Writer, s trigger.Status, limit int) error {
	count := map[trigger.State]int{}
	for _, d := range s.Deliveries {
		count[d.State]++
	}
	fmt.Fprintf(w, "%d waiting, %d running, %d committed, %d quarantined, %d refused\n",
		count[trigger.Waiting], count[trigger.Running], count[trigger.Committed], count[trigger.Quarantined], len(s.Refused))
	slices.SortStableFunc(s.Deliveries, func(a, b trigger.Standing) int { return ended(a) - ended(b) })
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, d := range s.Deliveries {
		if limit > 0 && i == limit {
			fmt.Fprintf(table, "and %d more\n", len(s.Deliveries)-limit)
			break
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", d.ID, d.State, d.RecordedAt.Format(time.RFC3339), d.Source, objectsOf(d), standing(d))
	}
	for i, r := range s.Refused {
		if limit > 0 && i == limit {
			fmt.Fprintf(table, "and %d more refused\n", len(s.Refused)-limit)
			break
		}
		fmt.Fprintf(table, "-\trefused\t%s\t%s\t%s\t%s: %s\n", r.At.Format(time.RFC3339), r.Source, r.URI, r.Reason, r.Detail)
	}
	return table.Flush()
}

func ended(d trigger.Standing) int {
	if d.End != nil {
		return 1
	}
	return 0
}

// objectsOf names what is to be swept, in a few words.
func objectsOf(d trigger.Standing) string {
	uris := d.URIs()
	switch {
	case d.Schedule != "":
		return fmt.Sprintf("firing of %s, %d objects", d.At.Format(time.RFC3339), len(uris))
	case len(uris) == 1:
		return uris[0]
	}
	return fmt.Sprintf("%s and %d more", uris[0], len(uris)-1)
}

// standing says how far a delivery is, or how it ended.
func standing(d trigger.Standing) string {
	switch {
	case d.End != nil && d.State == trigger.Committed:
		return fmt.Sprintf("run %s, %d rows, %d rejected", d.End.Run.RunID, d.End.Run.Rows, d.End.Run.Rejects)
	case d.End != nil:
		return fmt.Sprintf("%s: %s", d.End.Reason, strings.ReplaceAll(d.End.Detail, "\n", "; "))
	case d.State == trigger.Running:
		p := d.Claim.Progress
		text := fmt.Sprintf("attempt %d by %s", d.Claim.Attempt, d.Claim.Owner)
		if p.Phase != "" {
			text += ", " + p.Phase
		}
		if p.Total > 0 {
			text += fmt.Sprintf(" %d%%", 100*p.Done/p.Total)
		}
		return fmt.Sprintf("%s, %d rows", text, p.Rows)
	case d.Claim != nil && d.Claim.Owner != "":
		return fmt.Sprintf("attempt %d by %s gave no sign of life since %s", d.Claim.Attempt, d.Claim.Owner, d.Claim.Until.Format(time.RFC3339))
	case d.Claim != nil:
		return fmt.Sprintf("attempt %d failed, the next not before %s: %s", d.Claim.Attempt, d.Claim.Until.Format(time.RFC3339), d.Claim.Detail)
	}
	return ""
}
