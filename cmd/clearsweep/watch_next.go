package main

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/cmd/watchfile"
	"github.com/clearsweep/clearsweep/pipeline/trigger"
)

func watchNextCommand(flags *watchFlags) *cobra.Command {
	var after string
	var count int
	cmd := &cobra.Command{
		Use:   "next",
		Short: "Print the coming firings of the schedules, and what clock changes do to them",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			from := wall()
			if after != "" {
				var err error
				if from, err = time.Parse(time.RFC3339, after); err != nil {
					return usageError{fmt.Errorf("--after: %q is no instant; write 2026-11-23T02:30:00Z", after)}
				}
			}
			file, err := flags.read(cmd)
			if err != nil {
				return err
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, s := range file.Schedules() {
				if err := printFirings(table, s, from, count); err != nil {
					return err
				}
			}
			return table.Flush()
		},
	}
	cmd.Flags().StringVar(&after, "after", "", "count from this `instant` and not from now, as 2026-11-23T02:30:00Z")
	cmd.Flags().IntVar(&count, "count", 5, "print this `number` of firings of each schedule")
	return cmd
}

// clockChanges says what a clock change does to a firing.
var clockChanges = map[trigger.Change]string{
	trigger.Skipped:  "clock change: its time of day is left out; fires when the clocks have changed",
	trigger.Repeated: "clock change: its time of day comes twice; fires the first time",
}

// lookAhead is how many further firings are looked at for clock changes.
const lookAhead = 400

// printFirings prints the next firings of a schedule, and those later ones that a
// clock change moves.
func printFirings(table *tabwriter.Writer, s watchfile.NamedSchedule, after time.Time, count int) error {
	for i := range count + lookAhead {
		firing, err := s.Next(after)
		if errors.Is(err, trigger.ErrNoFiring) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("schedule %s: %w", s.Name, err)
		}
		if after = firing.At; i < count || firing.Change != trigger.Unchanged {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", s.Name, firing.At.Format(time.RFC3339), firing.At.UTC().Format(time.RFC3339), clockChanges[firing.Change])
		}
	}
	return nil
}
