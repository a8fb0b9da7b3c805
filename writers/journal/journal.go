// Package journal is the log of what was done with an output, which can be added to and
// not changed without showing.
//
// In go what somebody did; out come entries, each an object of its own that is made once and
// holds the SHA-256 of the one before, and what they say when read again. Whoever changes,
// swaps or removes an entry breaks the chain, but for the removal of the last ones: so the
// hash of the last, the head, is for an auditor to keep elsewhere.
//
//	Append ─► journal/00000001.json ◄─ journal/00000002.json ◄─ ... ─► Read, Verify
//
// It must never hold personal data, and nothing that it vouches for counts before its entry
// is there.
package journal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/clearsweep/clearsweep/storage"
)

const (
	folder     = "journal"
	entryLimit = 16 << 20 // of an entry; one names the files of every agency of a state
)

// Entry is what was done, by whom and when.
type Entry struct {
	Number int64  `json:"number"` // from 1, without gaps
	Before string `json:"before"` // SHA-256 of the bytes of the entry before, hexadecimal; empty in the first
	// At is when the entry was made, by the clock of the machine.
	At   time.Time       `json:"at"`
	Who  string          `json:"who"` // who says so: a person or a job
	Kind string          `json:"kind"`
	Body json.RawMessage `json:"body"` // what Kind says

	Digest string `json:"-"` // SHA-256 of the bytes of this entry, hexadecimal
}

// Decode reads the body of an entry, and refuses what it does not know.
func (e *Entry) Decode(to any) error {
	d := json.NewDecoder(bytes.NewReader(e.Body))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return fmt.Errorf("%s: its body is no %q: %w", key(e.Number), e.Kind, err)
	}
	return nil
}

// Journal is the entries that were there when it was read, and the place for the next.
type Journal struct {
	Entries []Entry
	store   storage.Store
}

// ErrBroken tells that the chain of entries is broken: one was changed, swapped or removed,
// or the head is not the one that somebody kept. Nothing that the journal says can be relied
// on until a copy of it is found.
var ErrBroken = errors.New("the journal was changed, or entries of it were removed")

// ErrMoved tells that somebody else added to the journal since it was read. What was to be
// added may no longer be right: read it again, and decide anew.
var ErrMoved = errors.New("somebody else wrote to the journal of this output at the same time; start again")

// Read reads all entries and follows their chain. The error is ErrBroken where it does not
// hold. A store without entries is a journal that begins.
func Read(ctx context.Context, store storage.Store) (*Journal, error) {
	j := &Journal{store: store}
	for info, err := range store.List(ctx, folder+"/") {
		if err != nil {
			return nil, err
		}
		if path.Dir(info.Key) != folder || !strings.HasSuffix(info.Key, ".json") {
			continue
		}
		number := int64(len(j.Entries)) + 1
		if info.Key != key(number) {
			return nil, fmt.Errorf("%s: %w", key(number), ErrBroken)
		}
		data, err := storage.ReadAll(ctx, store, info.Key, entryLimit)
		if err != nil {
			return nil, err
		}
		var e Entry
		if err := json.Unmarshal(data, &e); err != nil {
			return nil, fmt.Errorf("%s: %w: %w", info.Key, ErrBroken, err)
		}
		if e.Number != number || e.Before != j.Head() {
			return nil, fmt.Errorf("%s: %w", info.Key, ErrBroken)
		}
		e.Digest = digest(data)
		j.Entries = append(j.Entries, e)
	}
	return j, nil
}

// Head is the hash of the last entry; empty where there is none.
func (j *Journal) Head() string {
	if len(j.Entries) == 0 {
		return ""
	}
	return j.Entries[len(j.Entries)-1].Digest
}

// Holds is ErrBroken unless a head that somebody kept is that of one of the entries: the
// journal then only grew since.
func (j *Journal) Holds(head string) error {
	for _, e := range j.Entries {
		if e.Digest == head {
			return nil
		}
	}
	return fmt.Errorf("no entry has the hash that was kept: %w", ErrBroken)
}

// Append adds an entry behind those that were read. Once it returns nil the entry is durable.
// ErrMoved: nothing was added. After any other error it may have been, if the store lost the
// answer.
func (j *Journal) Append(ctx context.Context, at time.Time, who, kind string, body any) (Entry, error) {
	if strings.TrimSpace(who) == "" {
		return Entry{}, errors.New("say who does this: the journal names a person or a job")
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return Entry{}, fmt.Errorf("journal %s: %w", kind, err)
	}
	e := Entry{Number: int64(len(j.Entries)) + 1, Before: j.Head(), At: at.UTC().Truncate(time.Second), Who: who, Kind: kind, Body: raw}
	data, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return Entry{}, fmt.Errorf("journal %s: %w", kind, err)
	}
	data = append(data, '\n')
	if len(data) > entryLimit {
		return Entry{}, fmt.Errorf("journal %s: an entry of more than %d MiB", kind, entryLimit>>20)
	}
	if err := j.put(ctx, e.Number, data); err != nil {
		return Entry{}, err
	}
	e.Digest = digest(data)
	j.Entries = append(j.Entries, e)
	return e, nil
}

// Add appends an entry to the journal of a store, behind whatever others append at the same
// time: for what is true whatever stands before it.
func Add(ctx context.Context, store storage.Store, at time.Time, who, kind string, body any) error {
	const tries = 20
	for range tries {
		j, err := Read(ctx, store)
		if err != nil {
			return err
		}
		if _, err = j.Append(ctx, at, who, kind, body); !errors.Is(err, ErrMoved) {
			return err
		}
	}
	return ErrMoved
}

// put makes the object of an entry. A store may do so and lose the answer, so what it then
// has decides.
func (j *Journal) put(ctx context.Context, number int64, data []byte) error {
	_, err := j.store.PutIfAbsent(ctx, key(number), data)
	if err == nil {
		return nil
	}
	there, readErr := storage.ReadAll(context.WithoutCancel(ctx), j.store, key(number), entryLimit)
	switch {
	case readErr == nil && bytes.Equal(there, data):
		return nil
	case readErr == nil:
		return ErrMoved
	}
	return fmt.Errorf("%s: %w", key(number), err)
}

func key(number int64) string { return path.Join(folder, fmt.Sprintf("%08d.json", number)) }

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
