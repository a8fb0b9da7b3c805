// Command clearsweep-lambda sweeps small deliveries inside AWS Lambda, and hands
// large ones to the queue that 'clearsweep watch' reads. Both use one watch.yaml,
// one ledger and one Submit, so that it is no matter which of them is told of a
// delivery, or whether both are.
//
// The environment has CLEARSWEEP_CONFIG, the path of watch.yaml (watch.yaml beside
// the program when not given), and CLEARSWEEP_INLINE_BYTES, the most that is swept
// here (64 MiB when not given).
package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/clearsweep/clearsweep/cmd/watchfile"
)

const defaultInlineBytes = 64 << 20

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	h, err := open(context.Background(), log)
	if err != nil {
		log.Error("not started", "error", err)
		os.Exit(1)
	}
	lambda.Start(h.Handle)
}

func open(ctx context.Context, log *slog.Logger) (*handler, error) {
	inline := int64(defaultInlineBytes)
	if text := os.Getenv("CLEARSWEEP_INLINE_BYTES"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("CLEARSWEEP_INLINE_BYTES: %q is no number of bytes", text)
		}
		inline = n
	}
	file, err := watchfile.Read(cmp.Or(os.Getenv("CLEARSWEEP_CONFIG"), "watch.yaml"))
	if err != nil {
		return nil, err
	}
	file.Grace = 0                          // a sweep that would outlive the invocation is given up before its end
	w, err := file.Open(ctx, time.Now, log) //nolint:forbidigo // the wall clock, for leases and logs; it decides no result
	if err != nil {
		return nil, err
	}
	debug.SetMemoryLimit(w.Memory())
	return newHandler(ctx, w, inline)
}
