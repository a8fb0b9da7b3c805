package trigger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/clearsweep/clearsweep/storage"
)

// Folders of the ledger, below the output of the sweeps.
const (
	ledgerFolder     = "ledger"
	deliveriesFolder = ledgerFolder + "/deliveries" // <id>.json, made once
	claimsFolder     = ledgerFolder + "/claims"     // <id>.json, replaced by whoever holds it, gone at the end
	endsFolder       = ledgerFolder + "/ends"       // <id>.json, made once
	refusedFolder    = ledgerFolder + "/refused"    // <digest>.json, made once
	schedulesFolder  = ledgerFolder + "/schedules"  // <digest>.json, made once
)

const entryLimit = 4 << 20 // of one object of the ledger; a message of SQS has at most 1 MiB

// Ledger is what is known of deliveries, in the store of the sweeps' output. It
// may be used by several goroutines and several processes at once.
type Ledger struct {
	store storage.Store
	owner string // tells people who holds a claim

	mu    sync.Mutex
	ended map[string]bool // ends never change, so they are asked for once
}

// NewLedger is the ledger in a store; owner names this process for people.
func NewLedger(store storage.Store, owner string) *Ledger {
	return &Ledger{store: store, owner: owner, ended: map[string]bool{}}
}

// Entry is a delivery as it was recorded.
type Entry struct {
	ID string `json:"id"`
	Delivery
	// RecordedAt is when it was first recorded. It is kept so that whoever sweeps
	// it, whenever, asks the law on the same date.
	RecordedAt time.Time `json:"recorded_at"`
}

// End is how a delivery ended.
type End struct {
	ID    string    `json:"id"`
	State State     `json:"state"` // Committed or Quarantined
	At    time.Time `json:"at"`
	Run   Result    `json:"run,omitzero"` // of a commit
	// Reason and Detail say why a delivery is quarantined: the reason is one of a
	// few words, the detail is for people.
	Reason Reason `json:"reason,omitempty"`
	Detail string `json:"detail,omitempty"`
}

// State is where a delivery stands.
type State string

// The states. A delivery that is recorded and waits for its next attempt is
// waiting.
const (
	Waiting     State = "waiting"
	Running     State = "running"
	Committed   State = "committed"
	Quarantined State = "quarantined"
)

// Record makes the entry of a delivery, or finds the one that is there: what it
// says of objects and time holds for every attempt.
func (l *Ledger) Record(ctx context.Context, d Delivery, now time.Time) (Entry, error) {
	e := Entry{ID: d.ID(), Delivery: d, RecordedAt: now.UTC().Truncate(time.Second)}
	key := entryKey(deliveriesFolder, e.ID)
	if err := l.putOnce(ctx, key, e); !errors.Is(err, storage.ErrExists) {
		return e, err
	}
	var there Entry // of its own: reading into e would write to the caller's objects
	err := l.read(ctx, key, &there)
	return there, err
}

// Ended is the end of a delivery. The error is storage.ErrNotExist if it has not
// ended.
func (l *Ledger) Ended(ctx context.Context, id string) (End, error) {
	var end End
	err := l.read(ctx, entryKey(endsFolder, id), &end)
	if err == nil {
		l.remember(id)
	}
	return end, err
}

// HasEnded tells whether a delivery has ended. It asks the store until it has.
func (l *Ledger) HasEnded(ctx context.Context, id string) (bool, error) {
	l.mu.Lock()
	ended := l.ended[id]
	l.mu.Unlock()
	if ended {
		return true, nil
	}
	_, err := l.store.Head(ctx, entryKey(endsFolder, id))
	if errors.Is(err, storage.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		l.remember(id)
	}
	return err == nil, err
}

// Learn lists all ends, so that none of them is asked for by itself: for a source
// that is about to ask for many.
func (l *Ledger) Learn(ctx context.Context) error {
	for info, err := range l.store.List(ctx, endsFolder+"/") {
		if err != nil {
			return err
		}
		l.remember(entryID(info.Key))
	}
	return nil
}

func (l *Ledger) remember(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended[id] = true
}

// Conclude ends a delivery, and returns how it ended: the end that is there, if
// somebody else was first.
func (l *Ledger) Conclude(ctx context.Context, end End) (_ End, first bool, err error) {
	err = l.putOnce(ctx, entryKey(endsFolder, end.ID), end)
	if errors.Is(err, storage.ErrExists) {
		end, err = l.Ended(ctx, end.ID)
		return end, false, err
	}
	if err == nil {
		l.remember(end.ID)
	}
	return end, err == nil, err
}

// Refusal is what came in and could not become a delivery.
type Refusal struct {
	Source string    `json:"source"`
	At     time.Time `json:"at"`
	Reason Reason    `json:"reason"`
	Detail string    `json:"detail"`
	// URI and ETag are those of an object that is gone.
	URI  string `json:"uri,omitempty"`
	ETag string `json:"etag,omitempty"`
	// Body is a message that cannot be read, or has a record that cannot be.
	Body string `json:"body,omitempty"`
}

// Refuse keeps a refusal, once for each thing that was refused.
func (l *Ledger) Refuse(ctx context.Context, r Refusal) error {
	same := r
	same.At = time.Time{}
	err := l.putOnce(ctx, entryKey(refusedFolder, digest(same)), r)
	if errors.Is(err, storage.ErrExists) {
		return nil
	}
	return err
}

// Since is when a schedule was first known to this ledger with a configuration.
// Its firings before then were not missed.
func (l *Ledger) Since(ctx context.Context, name string, s Schedule, config string, now time.Time) (time.Time, error) {
	entry := struct {
		Schedule string    `json:"schedule"`
		Cron     string    `json:"cron"`
		Since    time.Time `json:"since"`
	}{name, s.String(), now.UTC().Truncate(time.Second)}
	key := entryKey(schedulesFolder, digest([]string{name, s.String(), config}))
	err := l.putOnce(ctx, key, entry)
	if errors.Is(err, storage.ErrExists) {
		err = l.read(ctx, key, &entry)
	}
	return entry.Since, err
}

// putOnce makes an object that never changes. That it exists may be our own
// doing, when a store lost the answer; then it is as good as another's.
func (l *Ledger) putOnce(ctx context.Context, key string, v any) error {
	data, err := encode(v)
	if err != nil {
		return err
	}
	_, err = l.store.PutIfAbsent(ctx, key, data)
	return err
}

func (l *Ledger) read(ctx context.Context, key string, v any) error {
	data, err := storage.ReadAll(ctx, l.store, key, entryLimit)
	if err != nil {
		return err
	}
	return decode(key, data, v)
}

func encode(v any) ([]byte, error) {
	data, err := json.MarshalIndent(v, "", "  ")
	return append(data, '\n'), err
}

func decode(key string, data []byte, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: not an entry of the ledger: %w", key, err)
	}
	return nil
}

func entryKey(folder, id string) string { return path.Join(folder, id+".json") }

// entryID is the identity in the key of an entry.
func entryID(key string) string { return strings.TrimSuffix(path.Base(key), ".json") }
