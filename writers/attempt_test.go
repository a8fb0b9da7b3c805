package writers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/storage/storagetest"
)

// inventedDelivery tells an agency of invented row i.
func inventedDelivery(i int) *Delivery {
	d := invented(i)
	return &Delivery{
		Agencies: []string{fmt.Sprintf("court-us-ca-%c", 'a'+i%3)}, Source: d.Source, Line: d.Line,
		Person: d.Person, Case: d.Case, Charge: d.Charge, County: d.County, Court: "SUPERIOR COURT, EAST \"ANNEX\"",
		Code: d.Code, DispositionDate: d.DispositionDate, Words: &Words{RemedyFloor: "dismiss", LegalBasis: d.LegalBasis, Clause: d.Clause},
		EligibleOn: d.EligibleOn, JurisdictionRetained: i%2 == 0,
	}
}

// inventedManifest is that of an invented run of n charges.
func inventedManifest(n int) *Manifest {
	totals := schemas.Totals{
		Rows:    schemas.Rows{Read: int64(n) + 2, Accepted: int64(n), Rejected: 1, NonData: 1},
		Charges: int64(n), Persons: int64(n), Determinations: int64(n), Outcomes: map[string]int64{"ELIGIBLE": int64(n)},
	}
	m := &Manifest{
		Version: fmt.Sprintf("v0.1.%d", n), BinarySHA256: strings.Repeat("b", 64), AsOf: "2026-01-02",
		Policy:     PolicyRef{ID: "us-ca/prop64", SHA256: strings.Repeat("a", 64), Params: map[string]string{"county": "SACRAMENTO"}},
		Layouts:    []DataRef{{"us-ca/doj-extract", strings.Repeat("c", 64)}},
		CodeTables: []DataRef{{"us-ca.csv", strings.Repeat("d", 64)}},
		Leaves:     []Leaf{{0, "code", "H&S 11361.8(a)"}},
		Inputs:     []Input{{Name: "extract.csv", Bytes: 10, SHA256: strings.Repeat("e", 64), Totals: totals}},
		Totals:     totals,
	}
	id, err := RunID(m)
	if err != nil {
		panic(err)
	}
	m.RunID = id
	return m
}

var moment = Moment{CommittedAt: time.Date(2026, 1, 3, 4, 5, 6, 0, time.UTC), Seconds: map[string]float64{"settle": 1.5}}

// sweep makes the whole of an invented run of n charges, in two parts unless
// they are few.
func sweep(ctx context.Context, store storage.Store, n int, when Moment) (c Commit, err error) {
	m := inventedManifest(n)
	a, err := Begin(store, store, m.RunID, InClear)
	if err != nil {
		return Commit{}, err
	}
	defer func() {
		if err != nil && !errors.Is(err, ErrCommitted) {
			err = errors.Join(err, a.Abort(ctx))
		}
	}()
	var receipts []Receipt
	parts := min(2, 1+n/10)
	for part := range parts {
		r, err := settle(ctx, a, part, part*n/parts, (part+1)*n/parts)
		if err != nil {
			return Commit{}, err
		}
		receipts = append(receipts, r)
		m.Outputs = append(m.Outputs, r.Outputs...)
	}
	if err := finishRun(ctx, a, m, receipts); err != nil {
		return Commit{}, err
	}
	return a.Commit(ctx, m, when)
}

func settle(ctx context.Context, a *Attempt, number, from, to int) (Receipt, error) {
	p, err := a.Part(ctx, number, memory.NewGoAllocator())
	if err != nil {
		return Receipt{}, err
	}
	for i := from; i < to; i++ {
		d := invented(i)
		charges, sources, verdicts := decided([]*Determination{d}, memory.NewGoAllocator(), false)
		err := errors.Join(p.Determinations(charges, sources, verdicts), p.Delivery(inventedDelivery(i)), p.Person(&Person{Person: d.Person, Charges: 1}))
		if d.Outcome == schemas.Review {
			err = errors.Join(err, p.Review(&Review{Source: d.Source, Line: d.Line, Policy: d.Policy, Question: "Born?"}))
		}
		if err != nil {
			return Receipt{}, errors.Join(err, p.Abort())
		}
	}
	return p.Close()
}

func finishRun(ctx context.Context, a *Attempt, m *Manifest, receipts []Receipt) error {
	rejects, err := a.WriteRejects(ctx, func(yield func(schemas.Reject, error) bool) {
		yield(schemas.Reject{Line: 7, Offset: 99, Reason: schemas.RowFieldCount, Want: 3, Got: 2}, nil)
	}, []string{"extract.csv"}, memory.NewGoAllocator())
	if err != nil {
		return err
	}
	lists, sum, err := a.WriteWorklists(ctx, []CodeGap{{Statute: "XYZ", Rows: 2, Persons: 1}}, nil)
	if err != nil {
		return err
	}
	m.Worklists = sum
	updates, err := a.Deliver(ctx, Delivering{Policy: m.Policy.ID, AsOf: m.AsOf, Workers: 2}, receipts)
	m.Outputs = append(append(append(m.Outputs, rejects), lists...), updates...)
	return err
}

func TestRunIsSeenWholeAndVerifies(t *testing.T) {
	s := newDisk(t)
	c, err := sweep(t.Context(), s, 300, moment)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Verify(t.Context(), s, &Run{Commit: c}, true)
	if err != nil {
		t.Fatal(err)
	}
	// Two parts of three kinds, rejects, two lists, two files for each of three agencies.
	if got.Files != 15 || got.Bytes == 0 {
		t.Errorf("verified %+v", got)
	}
	run, err := OpenRun(t.Context(), s, "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, run.Commit); diff != "" {
		t.Error(diff)
	}
	if run.Manifest.Totals.Determinations != 300 || len(run.Manifest.Outputs) != 15 {
		t.Errorf("manifest has %d outputs", len(run.Manifest.Outputs))
	}
	if target, err := os.Readlink(filepath.Join(s.String(), "current")); err != nil || target != c.Path {
		t.Errorf("current points at %q (%v)", target, err)
	}
	wantNothingLeft(t, s)
}

// wantNothingLeft wants no file that no commit vouches for, and none that others
// can read.
func wantNothingLeft(t *testing.T, s *storage.DiskStore) {
	t.Helper()
	for _, key := range leftovers(t, s) {
		t.Errorf("%s is left", key)
	}
	err := filepath.WalkDir(s.String(), func(name string, e fs.DirEntry, err error) error {
		if err != nil || name == s.String() || e.Type() == fs.ModeSymlink {
			return err
		}
		fi, err := e.Info()
		if err == nil && fi.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", name, fi.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// leftovers are the objects of attempts that did not commit, and of spools.
func leftovers(t *testing.T, s storage.Store) []string {
	t.Helper()
	commits, err := Commits(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, folder := range []string{runsFolder, spoolsFolder} {
		for info, err := range s.List(t.Context(), folder+"/") {
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(commits, func(c Commit) bool { return strings.HasPrefix(info.Key, c.Path+"/") }) {
				left = append(left, info.Key)
			}
		}
	}
	return left
}

func TestEqualRunsAreEqualBytes(t *testing.T) {
	var first map[string]string
	for range 3 {
		s := newDisk(t)
		c, err := sweep(t.Context(), s, 400, moment)
		if err != nil {
			t.Fatal(err)
		}
		files := contents(t, s, c.Path+"/")
		if first == nil {
			first = files
		}
		if diff := cmp.Diff(first, files); diff != "" {
			t.Fatal("two runs of the same rows differ")
		}
	}
}

func contents(t *testing.T, s storage.Store, prefix string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for info, err := range s.List(t.Context(), prefix) {
		if err != nil {
			t.Fatal(err)
		}
		data, err := storage.ReadAll(t.Context(), s, info.Key, 1<<26)
		if err != nil {
			t.Fatal(err)
		}
		files[strings.TrimPrefix(info.Key, prefix)] = string(data)
	}
	return files
}

// A part may be settled again in the same attempt: the same files, once.
func TestSettlingAPartAgainIsSafe(t *testing.T) {
	s := newDisk(t)
	a, err := Begin(s, s, "run", InClear)
	if err != nil {
		t.Fatal(err)
	}
	first, err := settle(t.Context(), a, 3, 0, 200)
	if err != nil {
		t.Fatal(err)
	}
	before := contents(t, s, "")
	again, err := settle(t.Context(), a, 3, 0, 200)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, again); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, contents(t, s, "")); diff != "" {
		t.Error("the files differ")
	}
}

func TestOnlyPartZeroWritesEmptyFiles(t *testing.T) {
	s := newDisk(t)
	a, err := Begin(s, s, "run", InClear)
	if err != nil {
		t.Fatal(err)
	}
	for number, want := range []int{3, 0} {
		r, err := settle(t.Context(), a, number, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Outputs) != want {
			t.Errorf("part %d: %d files, want %d", number, len(r.Outputs), want)
		}
	}
}

func TestSecondAttemptLosesAndLeavesNothing(t *testing.T) {
	s := newDisk(t)
	first, err := sweep(t.Context(), s, 60, moment)
	if err != nil {
		t.Fatal(err)
	}
	again, err := sweep(t.Context(), s, 60, Moment{CommittedAt: moment.CommittedAt.Add(time.Hour)})
	if !errors.Is(err, ErrCommitted) {
		t.Fatalf("got %v", err)
	}
	if diff := cmp.Diff(first, again); diff != "" {
		t.Error(diff)
	}
	wantNothingLeft(t, s)
}

func TestOfManyAttemptsOneWins(t *testing.T) {
	for range 5 {
		s := newDisk(t)
		errs := make([]error, 4)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { _, errs[i] = sweep(t.Context(), s, 30, moment) })
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, ErrCommitted) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d attempts won", won)
		}
		verifyNewest(t, s, true)
		wantNothingLeft(t, s)
	}
}

func verifyNewest(t *testing.T, s storage.Store, deep bool) {
	t.Helper()
	run, err := OpenRun(t.Context(), s, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(t.Context(), s, run, deep); err != nil {
		t.Error(err)
	}
}

// An attempt that died before its commit is seen by nobody, whatever it wrote.
func TestAnAttemptWithoutCommitIsNoRun(t *testing.T) {
	s := newDisk(t)
	dead, err := sweep(t.Context(), s, 60, moment)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(t.Context(), commitKey(dead.RunID)); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenRun(t.Context(), s, dead.RunID); !errors.Is(err, ErrNoRun) {
		t.Errorf("an attempt without a commit: got %v", err)
	}
	if err := os.Truncate(filepath.Join(s.String(), dead.Path, "worklist/codes.csv"), 3); err != nil {
		t.Fatal(err)
	}
	again, err := sweep(t.Context(), s, 60, moment)
	if err != nil {
		t.Fatal(err)
	}
	if again.Path == dead.Path {
		t.Error("two attempts share a folder")
	}
	verifyNewest(t, s, true)
}

// The answer to the put of a commit may be lost, and the put may even arrive
// later. Whatever the commit vouches for must be there then.
func TestACommitInDoubtKeepsItsFiles(t *testing.T) {
	for name, test := range map[string]struct {
		mode storagetest.Mode
		want error
	}{"applied": {storagetest.Late, nil}, "not applied": {storagetest.Once, ErrInDoubt}} {
		t.Run(name, func(t *testing.T) {
			s := newDisk(t)
			lossy := &losesCommit{Injector: storagetest.Injector{Store: s, Mode: test.mode}}
			c, err := sweep(t.Context(), lossy, few, moment)
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if test.want == nil {
				verifyNewest(t, s, true)
				return
			}
			if left := leftovers(t, s); len(left) == 0 {
				t.Error("the files of a commit in doubt are gone")
			}
			// The late put arrives.
			if _, err := s.PutIfAbsent(t.Context(), commitKey(lossy.runID), lossy.data); err != nil {
				t.Fatal(err)
			}
			verifyNewest(t, s, true)
			if c.RunID != "" {
				t.Errorf("an error and the commit %+v", c)
			}
		})
	}
}

// losesCommit fails the put of a commit, as its mode says.
type losesCommit struct {
	storagetest.Injector
	runID string
	data  []byte
}

func (s *losesCommit) PutIfAbsent(ctx context.Context, key string, data []byte) (storage.Info, error) {
	s.runID, s.data = strings.TrimSuffix(path.Base(key), ".json"), data
	if s.Mode == storagetest.Late {
		_, err := s.Store.PutIfAbsent(ctx, key, data)
		return storage.Info{}, errors.Join(err, storagetest.ErrInjected)
	}
	return storage.Info{}, storagetest.ErrInjected
}

// few charges keep the loop over all faults short.
const few = 2

// For every operation that can fail, and every way of failing: an error and no
// commit, or a commit that verifies.
func TestEveryFaultEndsWithoutCommitOrWithAWholeRun(t *testing.T) {
	for name, mode := range map[string]storagetest.Mode{
		"once": storagetest.Once, "onwards": storagetest.Onwards, "late": storagetest.Late, "lying": storagetest.Lying,
	} {
		t.Run(name, func(t *testing.T) {
			for n := 1; ; n++ {
				disk := newDiskAt(t, quickDir(t))
				s := &storagetest.Injector{Store: disk, N: n, Mode: mode}
				_, err := sweep(t.Context(), s, few, moment)
				if s.Hit() == "" {
					if err != nil {
						t.Fatalf("nothing failed, got %v", err)
					}
					return
				}
				commits, listErr := Commits(t.Context(), disk)
				if listErr != nil {
					t.Fatal(listErr)
				}
				checkFault(t, disk, s.Hit(), mode, err, len(commits))
			}
		})
	}
}

func checkFault(t *testing.T, disk *storage.DiskStore, hit string, mode storagetest.Mode, err error, commits int) {
	t.Helper()
	switch {
	case err == nil && commits == 0:
		t.Fatalf("%s failed: success without a commit", hit)
	case err != nil && commits > 0:
		// Only what comes after the commit may fail once it stands.
		_, afterwards, _ := strings.Cut(hit, " ")
		if afterwards != currentPointer {
			t.Fatalf("%s failed: error %v, and a commit", hit, err)
		}
	case err != nil && mode != storagetest.Lying && !errors.Is(err, storagetest.ErrInjected):
		t.Fatalf("%s failed: got %v", hit, err)
	}
	// What a fault left must not keep the next attempt from its end.
	if _, err := sweep(t.Context(), disk, few, moment); err != nil && (commits == 0 || !errors.Is(err, ErrCommitted)) {
		t.Fatalf("after %s failed: %v", hit, err)
	}
	verifyNewest(t, disk, false)
}

func TestCommitRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*Manifest){
		"another run":           func(m *Manifest) { m.RunID = "other" },
		"unbalanced totals":     func(m *Manifest) { m.Totals.Rejected++ },
		"an unbalanced input":   func(m *Manifest) { m.Inputs[0].Totals.Read++ },
		"missing rows":          func(m *Manifest) { m.Outputs[0].Rows-- },
		"an output twice":       func(m *Manifest) { m.Outputs = append(m.Outputs, m.Outputs[0]) },
		"a path out of the run": func(m *Manifest) { m.Outputs[0].Path = "../x" },
		"an output of no file":  func(m *Manifest) { m.Outputs = append(m.Outputs, Output{Path: "none"}) },
		"a file of no output":   func(m *Manifest) { m.Outputs = m.Outputs[:1] },
		"another size":          func(m *Manifest) { m.Outputs[0].Bytes++ },
		"rows of another file":  func(m *Manifest) { m.Outputs[1].Rows++ },
	} {
		t.Run(name, func(t *testing.T) {
			s := newDisk(t)
			m := inventedManifest(9)
			a, err := Begin(s, s, m.RunID, InClear)
			if err != nil {
				t.Fatal(err)
			}
			r, err := settle(t.Context(), a, 0, 0, 9)
			if err != nil {
				t.Fatal(err)
			}
			m.Outputs = r.Outputs
			if err := finishRun(t.Context(), a, m, []Receipt{r}); err != nil {
				t.Fatal(err)
			}
			spoil(m)
			if _, err := a.Commit(t.Context(), m, moment); err == nil {
				t.Error("committed")
			}
			if commits, err := Commits(t.Context(), s); err != nil || len(commits) > 0 {
				t.Errorf("%d commits (%v)", len(commits), err)
			}
		})
	}
}

func TestVerifyNamesTheDamagedFile(t *testing.T) {
	s := newDisk(t)
	c, err := sweep(t.Context(), s, 60, moment)
	if err != nil {
		t.Fatal(err)
	}
	for name := range contents(t, s, c.Path+"/") {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(s.String(), c.Path, name)
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			damaged := append([]byte{}, data...)
			damaged[len(data)/2] ^= 1
			if err := os.WriteFile(file, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Verify(t.Context(), s, &Run{Commit: c}, true); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("got %v", err)
			}
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
		})
	}
	if _, err := Verify(t.Context(), s, &Run{Commit: c}, true); err != nil {
		t.Errorf("restored: %v", err)
	}
}

func TestCommitsAreNewestFirst(t *testing.T) {
	s := newDisk(t)
	for i, n := range []int{10, 20, 30} {
		hours := []time.Duration{2, 3, 1}[i]
		m := Moment{CommittedAt: moment.CommittedAt.Add(hours * time.Hour)}
		if _, err := sweep(t.Context(), s, n, m); err != nil {
			t.Fatal(err)
		}
	}
	commits, err := Commits(t.Context(), s)
	if err != nil || len(commits) != 3 {
		t.Fatalf("%d commits, %v", len(commits), err)
	}
	if target, err := os.Readlink(filepath.Join(s.String(), "current")); err != nil || target != commits[0].Path {
		t.Errorf("current points at %q (%v)", target, err)
	}
	for i := 1; i < len(commits); i++ {
		if commits[i].CommittedAt.After(commits[i-1].CommittedAt) {
			t.Errorf("commit %d is newer than the one before it", i)
		}
	}
	if _, err := OpenRun(t.Context(), s, "unknown"); !errors.Is(err, ErrNoRun) {
		t.Errorf("got %v", err)
	}
	if _, err := OpenRun(t.Context(), newDisk(t), ""); !errors.Is(err, ErrNoRun) {
		t.Errorf("got %v", err)
	}
}
