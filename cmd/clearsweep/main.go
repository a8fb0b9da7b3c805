// Command clearsweep decides from the statute, for every charge of every
// person in a repository's extracts, what record relief the law gives, and
// writes the updates that courts and repositories load.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/cmd/program"
	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/writers"
)

// Exit codes. The table in exitHelp says what they mean.
const (
	exitOK          = 0
	exitError       = 1
	exitUsage       = 2
	exitRejects     = 3
	exitLost        = 4
	exitDamaged     = 5
	exitFailed      = 6
	exitInterrupted = 130
)

const exitHelp = `Exit codes:
  0    done; or nothing to do, because the same run is committed already
  1    an error stopped the command; nothing was published
  2    the command line or the configuration is wrong
  3    the run was stopped because too many rows were rejected
  4    another process committed the same run first
  5    verify, archive verify or audit verify found damage
  6    policy lint, policy test, layout lint, codes lint, codes approve or doctor found faults;
       track status --fail-on-overdue, track verify, coverage or issue --expected found what is late or missing;
       archive get had no key that opens one
  130  interrupted; nothing was published
`

func main() {
	log.SetOutput(io.Discard) // libraries that log what they also return
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program: it returns its exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := rootCommand()
	out := &printed{w: stdout}
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil && out.err != nil {
		err = fmt.Errorf("the command is done, but what it printed is not: %w", out.err)
	}
	if err != nil {
		fmt.Fprintf(stderr, "clearsweep: %v\n", err)
	}
	return exitCode(ctx, err)
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "clearsweep",
		Short: "Clear criminal records in bulk, automatically, exactly as the statute says",
		Long: `clearsweep reads a repository's extracts, decides from the statute for every
charge of every person what relief the law gives, and writes the decisions
(Parquet), the update files for courts and the repository, and a manifest that
accounts for every row.

` + exitHelp,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       program.Version(),
		Args:          noArgs,
		RunE:          noSubcommand,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		sweepCommand(), runsCommand(), verifyCommand(), catCommand(), explainCommand(), rejectsCommand(), reviewCommand(), gcCommand(), purgeCommand(),
		inspectCommand(), policyCommand(), codesCommand(), layoutCommand(), synthCommand(), benchCommand(),
		issueCommand(), trackCommand(), coverageCommand(), archiveCommand(), signCommand(), profileCommand(), auditCommand(),
		watchCommand(), statusCommand(), doctorCommand(),
	)
	return root
}

// printed is where commands print. It keeps its first error, so that a full disk
// behind a pipe is not taken for success.
type printed struct {
	w   io.Writer
	err error
}

func (p *printed) Write(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.w.Write(b)
	p.err = err
	return n, err
}

// usageError is a command line or a configuration that is wrong.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// failure is a check that ended with faults, which have been printed.
type failure struct{ error }

func (e failure) Unwrap() error { return e.error }

// damage is what verify found.
type damage struct{ error }

func (e damage) Unwrap() error { return e.error }

func exitCode(ctx context.Context, err error) int {
	var usage usageError
	var failed failure
	var damaged damage
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &failed):
		return exitFailed
	case errors.Is(err, pipeline.ErrTooManyRejects):
		return exitRejects
	case errors.Is(err, writers.ErrCommitted):
		return exitLost
	case errors.As(err, &damaged):
		return exitDamaged
	case ctx.Err() != nil:
		return exitInterrupted
	default:
		return exitError
	}
}

// noArgs is cobra's check as a usage error.
func noArgs(cmd *cobra.Command, args []string) error {
	if err := cobra.NoArgs(cmd, args); err != nil {
		return usageError{err}
	}
	return nil
}

// noSubcommand is what a command does that only has others below it.
func noSubcommand(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// oneArg wants one argument, and says what it is.
func oneArg(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageError{fmt.Errorf("%s: want %s; see '%s --help'", cmd.CommandPath(), what, cmd.CommandPath())}
		}
		return nil
	}
}

// someArgs wants one argument or more, and says what they are.
func someArgs(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageError{fmt.Errorf("%s: want %s; see '%s --help'", cmd.CommandPath(), what, cmd.CommandPath())}
		}
		return nil
	}
}

// atMostOneArg wants one argument or none, and says what it is.
func atMostOneArg(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usageError{fmt.Errorf("%s: want %s and no more; see '%s --help'", cmd.CommandPath(), what, cmd.CommandPath())}
		}
		return nil
	}
}
