package issue

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

// A Known is one charge of which an agency has been told.
type Known struct {
	Key     Key
	Content [8]byte // hash of what it was told last
	Batch   uint32  // number of the batch that told it last
	Action  Action  // that it was told last
}

// Action is what an agency was told to add, as lists have it: a place in listedVerbs, from 1;
// or Reinstated.
type Action uint8

// Reinstated is the action of a reversal.
const Reinstated Action = 255

// listedVerbs are the verbs by their numbers in lists. New ones come at the end, for the
// lists of batches before have these.
var listedVerbs = []policies.Verb{
	policies.RecallResentence, policies.RedesignateMisdemeanor, policies.Reduce, policies.RedesignateInfraction, policies.Seal,
	policies.Dismiss, policies.DismissLegalInvalidity, policies.DismissAndSeal, policies.Vacate, policies.Expunge,
	policies.ReliefGrantedNote, policies.LimitedAccess, policies.SetAside,
}

// actionOf is the action of a name; 0 where there is none such.
func actionOf(name string) Action {
	verb, err := policies.ParseVerb(name)
	if err != nil {
		return 0
	}
	return Action(slices.Index(listedVerbs, verb) + 1) //nolint:gosec // verbs are few
}

// Verb is the verb of an action; NoVerb of Reinstated, and of a number that no verb has.
func (a Action) Verb() policies.Verb {
	if a == 0 || int(a) > len(listedVerbs) {
		return policies.NoVerb
	}
	return listedVerbs[a-1]
}

// knownBytes is the length of a record of a list: key, content, batch, action. Lists are in
// order of key.
const knownBytes = keyBytes + 8 + 4 + 1

func (k *Known) append(b []byte) []byte {
	b = append(append(b, k.Key[:]...), k.Content[:]...)
	return append(binary.BigEndian.AppendUint32(b, k.Batch), byte(k.Action))
}

// list reads what an agency was told before, in order of key.
type list struct {
	in   io.Closer
	r    *bufio.Reader
	name string
	have bool // at hand
	at   Known
	err  error
}

// openList opens the list of an agency; one without a file is empty. The caller closes it.
func openList(ctx context.Context, store storage.Store, of writers.Output) (*list, error) {
	if of.Path == "" {
		return &list{err: io.EOF}, nil
	}
	in, err := writers.Folder{Store: store}.OpenFile(ctx, of)
	if err != nil {
		return nil, err
	}
	return &list{in: in, r: bufio.NewReaderSize(in, 1<<16), name: of.Path}, nil
}

// peek is the record at hand; false at the end.
func (l *list) peek() (*Known, bool, error) {
	if !l.have && l.err == nil {
		l.err = l.read()
		l.have = l.err == nil
	}
	if errors.Is(l.err, io.EOF) {
		return nil, false, nil
	}
	return &l.at, l.have, l.err
}

// pass goes on to the next record.
func (l *list) pass() { l.have = false }

func (l *list) read() error {
	var b [knownBytes]byte
	if _, err := io.ReadFull(l.r, b[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("%s: %w", l.name, writers.ErrDamaged)
		}
		return err
	}
	before := l.at.Key
	l.at = Known{Batch: binary.BigEndian.Uint32(b[keyBytes+8:]), Action: Action(b[knownBytes-1])}
	copy(l.at.Key[:], b[:])
	copy(l.at.Content[:], b[keyBytes:])
	if bytes.Compare(l.at.Key[:], before[:]) < 0 {
		return fmt.Errorf("%s: not in order: %w", l.name, writers.ErrDamaged)
	}
	return nil
}

func (l *list) close() error {
	if l.in == nil {
		return nil
	}
	return l.in.Close()
}
