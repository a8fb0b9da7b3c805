package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/clearsweep/clearsweep/cmd/watchfile"
	"github.com/clearsweep/clearsweep/pipeline/trigger"
	"github.com/clearsweep/clearsweep/storage"
)

func watchCommand() *cobra.Command {
	var flags watchFlags
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Sweep whatever arrives, each delivery once: queues, folders, buckets, schedules",
		Long: `Watch waits for deliveries and sweeps each of them once, however often it is told
of them, by however many daemons, and however they end. What it waits for stands
in watch.yaml, with the options of the sweep: see docs/formats/watch.md.

A ledger below OUT/ledger/ says of every delivery whether it is swept: see
'clearsweep status'. A delivery is a sweep like any other, and a commit like any
other: see 'clearsweep runs'.

On SIGTERM and SIGINT no further delivery is begun, sweeps under way have the time
of grace to end, and what has not ended is left for the next daemon. The exit code
is then 0.

` + exitHelp,
		Example: `  clearsweep watch --config watch.yaml
  clearsweep watch next --config watch.yaml
  clearsweep watch submit --config watch.yaml --again 'the layout was mended' incoming/may.csv
  clearsweep status out`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			log := slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil))
			w, err := flags.open(cmd, log)
			if err != nil {
				return err
			}
			return watch(cmd.Context(), w, log)
		},
	}
	flags.register(cmd.PersistentFlags())
	cmd.AddCommand(watchNextCommand(&flags), watchSubmitCommand(&flags))
	return cmd
}

// watchFlags say which watch.yaml, and how to reach S3.
type watchFlags struct {
	config string
	s3     s3Flags
}

func (f *watchFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.config, "config", "watch.yaml", "what to watch and how to sweep, a YAML `file`")
	f.s3.register(flags)
}

// read reads the file, and the flags over it.
func (f *watchFlags) read(cmd *cobra.Command) (*watchfile.File, error) {
	file, err := watchfile.Read(f.config)
	if err == nil {
		file.S3, err = f.s3.over(cmd, file.S3)
	}
	if err != nil {
		return nil, usageError{err}
	}
	return file, nil
}

// open opens what the file names.
func (f *watchFlags) open(cmd *cobra.Command, log *slog.Logger) (*watchfile.Watch, error) {
	file, err := f.read(cmd)
	if err != nil {
		return nil, err
	}
	w, err := file.Open(cmd.Context(), wall, log)
	if errors.Is(err, storage.ErrUnavailable) {
		return nil, err
	}
	if err != nil {
		return nil, usageError{err}
	}
	debug.SetMemoryLimit(w.Memory())
	return w, nil
}

// wall is the wall clock, the only one of the program.
func wall() time.Time {
	return time.Now() //nolint:forbidigo // leases, schedules and logs need it; it decides no result
}

// watch serves until ctx ends and what was begun has ended.
func watch(ctx context.Context, w *watchfile.Watch, log *slog.Logger) error {
	stop, err := serveHealth(ctx, w, log)
	if err != nil {
		return err
	}
	log.Info("watching", "sources", len(w.Sources), "out", w.Out.String())
	w.Desk.Serve(ctx, w.Sources...)
	log.Info("stopped")
	return stop()
}

const (
	headerTimeout   = 10 * time.Second
	shutdownTimeout = 5 * time.Second
)

// serveHealth serves health and metrics until stop is called.
func serveHealth(ctx context.Context, w *watchfile.Watch, log *slog.Logger) (stop func() error, err error) {
	address := w.File.Listen
	if address == watchfile.ListenNowhere {
		return func() error { return nil }, nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, usageError{fmt.Errorf("listen: %w; write another address, or none", err)}
	}
	server := &http.Server{
		Handler:           w.Desk.Handler(func() bool { return ctx.Err() != nil }),
		ReadHeaderTimeout: headerTimeout,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	log.Info("serving health and metrics", "address", listener.Addr().String())
	return func() error {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		err := server.Shutdown(closing)
		if served := <-served; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		return err
	}, nil
}

func watchSubmitCommand(flags *watchFlags) *cobra.Command {
	var again string
	cmd := &cobra.Command{
		Use:   "submit OBJECT...",
		Short: "Sweep objects of the watched places now, as if they had just arrived",
		Long: `Submit sweeps objects as a daemon would, through the same ledger: one that is
swept already is not swept again, and one that a daemon works on is left to it.

With --again a delivery that has ended, in a commit or in quarantine, is swept once
more, and the ledger keeps the reason. The same reason twice is the same delivery.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("name at least one object")}
			}
			w, err := flags.open(cmd, slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)))
			if err != nil {
				return err
			}
			var faults []error
			for _, name := range args {
				end, err := w.Submit(cmd.Context(), name, again)
				if err == nil {
					fmt.Fprintln(cmd.OutOrStdout(), endLine(name, end))
					if end.State == trigger.Quarantined {
						err = errors.New("quarantined: " + end.Detail)
					}
				}
				if err != nil {
					faults = append(faults, fmt.Errorf("%s: %w", name, err))
				}
			}
			return errors.Join(faults...)
		},
	}
	cmd.Flags().StringVar(&again, "again", "", "sweep once more what has ended, for this `reason`")
	return cmd
}

// endLine says on one line how a delivery ended.
func endLine(name string, end trigger.End) string {
	if end.State == trigger.Committed {
		return fmt.Sprintf("%s: committed as run %s, %d rows, %d rejected", name, end.Run.RunID, end.Run.Rows, end.Run.Rejects)
	}
	return fmt.Sprintf("%s: quarantined (%s): %s", name, end.Reason, end.Detail)
}
