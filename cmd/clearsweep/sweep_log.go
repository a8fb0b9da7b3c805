package main

import (
	"context"
	"time"

	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers/journal"
)

// sweepLog tells the journal of an output of a sweep, where somebody says who sweeps. Where
// the journal cannot be told, the sweep does not run.
type sweepLog struct {
	out   storage.Store
	who   string
	clock func() time.Time
}

// Kinds of the journal's entries.
const (
	sweepStarted = "sweep started"
	sweepEnded   = "sweep ended"
)

func (l sweepLog) started(ctx context.Context, cfg pipeline.Config) error {
	if l.who == "" {
		return nil
	}
	return journal.Add(ctx, l.out, l.clock(), l.who, sweepStarted, struct {
		Policy  string            `json:"policy"`
		Params  map[string]string `json:"params,omitempty"`
		Layout  string            `json:"layout"`
		AsOf    string            `json:"as_of"`
		Inputs  []string          `json:"inputs"` // as they were asked for
		Lists   []string          `json:"lists,omitempty"`
		Version string            `json:"version"`
		Binary  string            `json:"binary_sha256"`
	}{cfg.Policy, cfg.Params, cfg.Layout, cfg.AsOf.String(), cfg.Inputs, cfg.Lists, cfg.Version, cfg.Binary})
}

// ended tells how the sweep ended. It is told even where the sweep was interrupted.
func (l sweepLog) ended(ctx context.Context, result pipeline.Result, err error) error {
	if l.who == "" {
		return nil
	}
	end := struct {
		Run       string `json:"run,omitempty"` // whose manifest has the inputs, the policy and their hashes
		Path      string `json:"path,omitempty"`
		Before    bool   `json:"committed_before,omitempty"`
		Read      int64  `json:"rows_read,omitempty"`
		Decisions int64  `json:"determinations,omitempty"`
		Error     string `json:"error,omitempty"`
	}{}
	if err != nil {
		end.Error = err.Error()
	} else {
		m := &result.Manifest
		end.Run, end.Path, end.Before, end.Read, end.Decisions = m.RunID, result.Path, result.Before, m.Totals.Read, m.Totals.Determinations
	}
	return journal.Add(context.WithoutCancel(ctx), l.out, l.clock(), l.who, sweepEnded, end)
}
