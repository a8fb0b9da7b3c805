package issue_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/pipeline/agencies"
	"github.com/clearsweep/clearsweep/pipeline/issue"
	"github.com/clearsweep/clearsweep/pipeline/local"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
	"github.com/clearsweep/clearsweep/writers/archive"
	"github.com/clearsweep/clearsweep/writers/journal"
	"github.com/clearsweep/clearsweep/writers/profile"
)

const head = "person_id,surname,given_name,birth_date,case_id,charge_id,county,statute,severity,disposition,disposition_date\n"

// extract is of persons from first to last, each with a charge that is eligible; what is told
// of their charges is as of a version.
func extract(first, last, version int) string {
	var b strings.Builder
	b.WriteString(head)
	for n := first; n <= last; n++ {
		day := schemas.Date(11000 + version)
		fmt.Fprintf(&b, "MARKER%d,MARKERSON,MARKERINE,1970-01-01,C%d,1,ALPINE,11359 HS,FELONY,CONVICTED,%s\n", n, n, day)
	}
	return b.String()
}

func day(t *testing.T, text string) schemas.Date {
	t.Helper()
	d, err := schemas.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// output is an output, and what is issued of it.
type output struct {
	t       *testing.T
	folder  string
	store   storage.Store
	key     *age.X25519Identity
	sealed  writers.Recipients
	readers []string // runs are encrypted for these
	run     string   // swept last
}

func newOutput(t *testing.T) *output {
	t.Helper()
	o := &output{t: t, folder: t.TempDir()}
	var err error
	if o.store, err = storage.OpenDisk(o.folder); err != nil {
		t.Fatal(err)
	}
	if o.key, err = age.GenerateX25519Identity(); err != nil {
		t.Fatal(err)
	}
	if o.sealed, err = writers.ParseRecipients([]string{o.key.Recipient().String()}); err != nil {
		t.Fatal(err)
	}
	return o
}

// sweep sweeps an extract.
func (o *output) sweep(source, asOf string) {
	o.t.Helper()
	name := filepath.Join(o.t.TempDir(), "extract.csv")
	if err := os.WriteFile(name, []byte(source), 0o600); err != nil {
		o.t.Fatal(err)
	}
	plan, err := pipeline.Open(o.t.Context(), pipeline.Config{
		Inputs: []string{name}, Layout: "generic/charges", Policy: "us-ca/prop64-county-options",
		Params: map[string]string{"county": "ALPINE", "years_since_conviction": "8"}, AsOf: day(o.t, asOf), Out: o.folder,
		MaxRejects: -1, Workers: 2, Memory: pipeline.LeastMemory, Version: "test", EncryptFor: o.readers,
	})
	if err != nil {
		o.t.Fatal(err)
	}
	result, err := local.Run(o.t.Context(), plan, new(local.Progress), nil)
	if err != nil {
		o.t.Fatal(err)
	}
	o.run = result.Manifest.RunID
}

// issue issues the newest sweep by way of a store.
func (o *output) issue(by storage.Store, on string, change func(*issue.Config)) (*issue.Batch, error) {
	o.t.Helper()
	ctx := context.Background()
	run, err := writers.OpenRun(ctx, o.store, o.run)
	if err != nil {
		o.t.Fatal(err)
	}
	run.Keys = []age.Identity{o.key}
	directory, err := agencies.Load(schemas.Agencies, "US-CA")
	if err != nil {
		o.t.Fatal(err)
	}
	scratch, err := storage.OpenDisk(o.t.TempDir())
	if err != nil {
		o.t.Fatal(err)
	}
	cfg := issue.Config{
		Out: by, Scratch: scratch, Run: run, Directory: directory, ArchiveFor: &o.sealed, Workers: 2,
		Profiles: func(name string) (*profile.Profile, error) { return profile.Load(schemas.Updates, name) },
		Moment:   issue.Moment{On: day(o.t, on), At: time.Unix(0, 0), Who: "a test"},
	}
	if change != nil {
		change(&cfg)
	}
	history := o.history(by)
	if faulty, ok := by.(*faultyStore); ok {
		faulty.armed = true
	}
	return issue.Issue(ctx, history, cfg)
}

func (o *output) history(by storage.Store) *issue.History {
	o.t.Helper()
	j, err := journal.Read(context.Background(), by)
	if err != nil {
		o.t.Fatal(err)
	}
	h, err := issue.ReadHistory(j)
	if err != nil {
		o.t.Fatal(err)
	}
	return h
}

// told are the persons that the court was told of in a batch, each with why.
func (o *output) told(b *issue.Batch) map[string]string {
	o.t.Helper()
	told, err := b.Told("court-us-ca-alpine")
	if err != nil {
		o.t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(o.folder, told.File.Path))
	if err != nil {
		o.t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		o.t.Fatal(err)
	}
	list := map[string]string{}
	for i, row := range rows[1:] {
		if row[0] != strconv.Itoa(i+1) {
			o.t.Errorf("%s: sequence %s, want %d", b.ID, row[0], i+1)
		}
		if list[row[8]] != "" {
			o.t.Errorf("%s: %s is told twice", b.ID, row[8])
		}
		list[row[8]] = row[2]
	}
	return list
}

// TestNothingIsToldTwice issues sweeps of newer and newer extracts.
func TestNothingIsToldTwice(t *testing.T) {
	o := newOutput(t)
	o.sweep(extract(1, 3, 0), "2020-01-01")
	first, err := o.issue(o.store, "2020-01-01", nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"C1": "new", "C2": "new", "C3": "new"}, o.told(first)); diff != "" {
		t.Errorf("the first: (-want +got)\n%s", diff)
	}
	if _, err := o.issue(o.store, "2020-01-02", nil); !errors.Is(err, issue.ErrNothing) {
		t.Errorf("the same again: %v, want ErrNothing", err)
	}
	// One is gone from the extract, one stays, one is new: nobody takes back what is gone.
	o.sweep(extract(2, 4, 0), "2020-02-01")
	second, err := o.issue(o.store, "2020-02-01", nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"C4": "new"}, o.told(second)); diff != "" {
		t.Errorf("the second: (-want +got)\n%s", diff)
	}
	// It comes back, and nobody is told anew.
	o.sweep(extract(1, 4, 0), "2020-03-01")
	if _, err := o.issue(o.store, "2020-03-01", nil); !errors.Is(err, issue.ErrNothing) {
		t.Errorf("one that came back: %v, want ErrNothing", err)
	}
	o.sweep(extract(1, 4, 1), "2020-04-01")
	third, err := o.issue(o.store, "2020-04-01", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"C1": "corrected", "C2": "corrected", "C3": "corrected", "C4": "corrected"}
	if diff := cmp.Diff(want, o.told(third)); diff != "" {
		t.Errorf("the third: (-want +got)\n%s", diff)
	}
	list, err := archive.List(o.history(o.store).Journal)
	if err != nil || len(list) != 3 || list[0].Rows.Rows != 3 || list[1].Rows.Rows != 1 || list[2].Rows.Rows != 4 {
		t.Errorf("archives: %+v, %v", list, err)
	}
}

// TestWhatWasTakenBackStaysSo: of charges that are alike in all that tells them apart none is
// given again once one was taken back, whatever rows a newer extract adds.
func TestWhatWasTakenBackStaysSo(t *testing.T) {
	o := newOutput(t)
	row := func(day string) string { return "P1,D,A,1970-01-01,C1,,ALPINE,11359 HS,FELONY,CONVICTED," + day + "\n" }
	o.sweep(head+row("2001-01-01"), "2020-01-01")
	if _, err := o.issue(o.store, "2020-01-01", nil); err != nil {
		t.Fatal(err)
	}
	reversals, err := issue.ParseReversals("test", []byte("person_id,county,case_id,charge_id,code,reason,document\nP1,ALPINE,C1,,CA:HSC:11359,court_order,an order\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.issue(o.store, "2020-01-02", func(cfg *issue.Config) { cfg.Reversals = reversals }); err != nil {
		t.Fatal(err)
	}
	for n := range 6 { // whichever of the two comes first by its hash
		o.sweep(head+row("2001-01-01")+row(schemas.Date(11500+n).String()), "2020-02-01")
		if _, err := o.issue(o.store, "2020-02-01", nil); !errors.Is(err, issue.ErrNothing) {
			t.Errorf("another that is alike: %v, want ErrNothing", err)
		}
	}
}

// TestManyAgreeWithFew issues more charges than are kept in memory: the same are told, once.
func TestManyAgreeWithFew(t *testing.T) {
	const many = 2000
	defer issue.KeepInMemory(100)()
	o := newOutput(t)
	o.sweep(extract(1, many, 0), "2020-01-01")
	first, err := o.issue(o.store, "2020-01-01", nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(o.told(first)); n != many {
		t.Errorf("%d told, want %d", n, many)
	}
	o.sweep(extract(101, many+100, 0), "2020-02-01")
	second, err := o.issue(o.store, "2020-02-01", nil)
	if err != nil {
		t.Fatal(err)
	}
	told := o.told(second)
	if len(told) != 100 || told[fmt.Sprintf("C%d", many+1)] != "new" {
		t.Errorf("%d told, want the 100 that are new", len(told))
	}
}

// TestEveryFaultLeavesTheLedgerTrue lets the store fail at every call in turn: nothing counts
// that is not whole, nobody is told before the archive is durable, and the next try tells all.
func TestEveryFaultLeavesTheLedgerTrue(t *testing.T) {
	o := newOutput(t)
	o.sweep(extract(1, 3, 0), "2020-01-01")
	faults := 0
	for at := 1; ; at += 1 + at/50 { // each of the first, then some: what is called later is called often
		faulty := &faultyStore{Store: o.store, left: at}
		b, err := o.issue(faulty, "2020-01-02", nil)
		if err == nil {
			if n := len(o.told(b)); n != 3 {
				t.Errorf("after %d faults: %d told, want 3", faults, n)
			}
			break
		}
		if !errors.Is(err, errFault) {
			t.Fatalf("fault %d: %v", at, err)
		}
		faults++
		h := o.history(o.store)
		if len(h.Batches) > 0 {
			t.Fatalf("fault %d: a batch counts that failed", at)
		}
		// Where the store does not say whether it took the entry, it may have.
		if files := agencyFiles(t, o.folder); len(files) > 0 && !strings.Contains(err.Error(), "journal/") {
			t.Errorf("fault %d: files of a batch that does not count are left: %s", at, files)
		}
	}
	if faults < 20 {
		t.Errorf("only %d faults: the store was hardly called", faults)
	}
	list, err := archive.List(o.history(o.store).Journal)
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	for _, a := range list {
		if err := a.CheckWith(context.Background(), o.store, a.Wrapped, []age.Identity{o.key}); err != nil {
			t.Errorf("an archive in the journal cannot be read: %v", err)
		}
	}
}

func agencyFiles(t *testing.T, folder string) (names []string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "issued", "*", "*", "agencies", "*", "update*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestTwoAtOnce issues by two who have read the same journal: one wins.
func TestTwoAtOnce(t *testing.T) {
	o := newOutput(t)
	o.sweep(extract(1, 3, 0), "2020-01-01")
	late := &slowStore{Store: o.store, before: func() {
		if _, err := o.issue(o.store, "2020-01-02", nil); err != nil {
			t.Error(err)
		}
	}}
	if _, err := o.issue(late, "2020-01-02", nil); !errors.Is(err, journal.ErrMoved) {
		t.Errorf("the second: %v, want ErrMoved", err)
	}
	if h := o.history(o.store); len(h.Batches) != 1 {
		t.Errorf("%d batches, want 1", len(h.Batches))
	}
	if files := agencyFiles(t, o.folder); len(files) != 2 {
		t.Errorf("%d files, want the two of the first: %s", len(files), files)
	}
}

// TestNothingInClear encrypts a run, and for each agency, and looks for a person under all that
// sweeping and issuing wrote.
func TestNothingInClear(t *testing.T) {
	o := newOutput(t)
	o.readers = o.sealed.Names
	o.sweep(extract(1, 300, 0), "2020-01-01")
	if _, err := o.issue(o.store, "2020-01-02", nil); !errors.Is(err, issue.ErrClear) {
		t.Fatalf("an encrypted run told in clear: %v", err)
	}
	recipients, err := writers.ParseAgencyRecipients("test", []byte("agency,recipient\n*,"+o.key.Recipient().String()+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	scratch := t.TempDir()
	b, err := o.issue(o.store, "2020-01-02", func(cfg *issue.Config) {
		cfg.Recipients = recipients
		store, err := storage.NewScratch(scratch)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Scratch = keepAll{store}
	})
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, folder := range []string{o.folder, scratch} {
		err := filepath.WalkDir(folder, func(name string, d os.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			files++
			data, err := os.ReadFile(name)
			if bytes.Contains(data, []byte("MARKER")) || strings.Contains(name, "MARKER") {
				t.Errorf("%s holds a person in clear", name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	told, err := b.Told("repository-us-ca")
	if err != nil {
		t.Fatal(err)
	}
	if files < 15 {
		t.Errorf("only %d files were looked at", files)
	}
	in, err := writers.Folder{Store: o.store, Keys: []age.Identity{o.key}}.OpenFile(context.Background(), told.File)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := io.ReadAll(in)
	if err != nil || bytes.Count(opened, []byte("MARKER")) != 300 {
		t.Errorf("%d persons behind the key, want 300: %v", bytes.Count(opened, []byte("MARKER")), err)
	}
}

// Nobody is told of a charge of which the run does not say what its record said.
func TestNothingIsToldWithoutItsRecord(t *testing.T) {
	o := newOutput(t)
	o.sweep(extract(1, 3, 0), "2020-01-01")
	_, err := o.issue(o.store, "2020-01-02", func(cfg *issue.Config) {
		m := *cfg.Run.Manifest
		m.Outputs = slices.DeleteFunc(slices.Clone(m.Outputs), func(of writers.Output) bool { return strings.HasPrefix(of.Path, "determinations/") })
		cfg.Run.Manifest = &m
	})
	if err == nil || !strings.Contains(err.Error(), "no determination of the charges that would be told") {
		t.Errorf("told: %v", err)
	}
	if entries, err := os.ReadDir(filepath.Join(o.folder, "issued")); err == nil && len(entries) > 0 {
		t.Errorf("%d batches are left", len(entries))
	}
}

// keepAll is a scratch store that keeps what is removed, to be looked at.
type keepAll struct{ storage.Store }

func (keepAll) Remove(context.Context, string) error { return nil }

// slowStore lets somebody else be first before it makes the first object that may be made once.
type slowStore struct {
	storage.Store
	before func()
}

func (s *slowStore) PutIfAbsent(ctx context.Context, key string, data []byte) (storage.Info, error) {
	if before := s.before; before != nil {
		s.before = nil
		before()
	}
	return s.Store.PutIfAbsent(ctx, key, data)
}
