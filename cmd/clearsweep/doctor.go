package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"
)

func doctorCommand() *cobra.Command {
	var flags watchFlags
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check that a daemon can do what its watch.yaml asks, and say what to mend",
		Long: `Doctor checks what 'clearsweep watch' needs: the configuration, the credentials,
what they may do in the output, in the watched places and with the queues, the clock
against that of the store, and how buckets and queues keep what they hold. It writes
one small object below OUT/ledger/ and removes it; it takes no message.

Exit code 0 if nothing must be mended, though there may be advice; 6 otherwise.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w, err := flags.open(cmd, slog.New(slog.DiscardHandler))
			if err != nil {
				return err
			}
			d := doctor{w: w, out: cmd.OutOrStdout()}
			d.examine(cmd.Context())
			if d.faults > 0 {
				return failure{fmt.Errorf("%d to mend", d.faults)}
			}
			return nil
		},
	}
	flags.register(cmd.Flags())
	return cmd
}

// report is one line of what the doctor found.
func report(w io.Writer, verdict, what, remedy string) {
	if remedy != "" {
		what += ": " + remedy
	}
	fmt.Fprintf(w, "%-6s %s\n", verdict, what)
}

func (d *doctor) fine(what string)           { report(d.out, "ok", what, "") }
func (d *doctor) advise(what, remedy string) { report(d.out, "advice", what, remedy) }

func (d *doctor) mend(what, remedy string) {
	d.faults++
	report(d.out, "MEND", what, remedy)
}

// must reports whether what is needed works.
func (d *doctor) must(what string, err error) bool {
	if err != nil {
		d.mend(what, err.Error())
		return false
	}
	d.fine(what)
	return true
}

var errNotRefused = errors.New("a condition that does not hold is not refused: a store that does that cannot hold a ledger")
