package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"filippo.io/age"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/clearsweep/clearsweep/cmd/program"
	"github.com/clearsweep/clearsweep/cmd/sweepfile"
	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/pipeline/local"
	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

// moves decides one extract under two packs and counts what changes. It runs
// two whole sweeps, so that what it counts is what a sweep would decide, and
// walks their determinations side by side: both are in the same order, because
// the order depends on the input alone.
type moves struct {
	file     sweepfile.File
	params   []string
	against  string
	identity string // of the run that is compared with
	scratch  string
}

// errInput is the error of flags that need an extract.
var errInput = errors.New("--input: name the extracts that both packs shall decide")

func (m *moves) run(cmd *cobra.Command, a, b *policies.Pack) (err error) {
	if len(m.file.Inputs) == 0 {
		if m.against != "" || m.file.Layout != "" || m.file.AsOf != "" || len(m.params) > 0 {
			return usageError{errInput}
		}
		return nil
	}
	if err := m.known(a, b); err != nil {
		return usageError{err}
	}
	if err := os.MkdirAll(cmp.Or(m.scratch, os.TempDir()), 0o700); err != nil {
		return usageError{fmt.Errorf("--scratch: %w", err)}
	}
	scratch, err := os.MkdirTemp(m.scratch, "clearsweep-diff-")
	if err != nil {
		return usageError{fmt.Errorf("--scratch: %w", err)}
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	ctx := cmd.Context()
	old, err := m.before(ctx, a, scratch)
	if err != nil {
		return interrupted(ctx, err)
	}
	now, err := m.sweep(ctx, b, scratch+"/b")
	if err != nil {
		return interrupted(ctx, err)
	}
	if !sameInputs(old.run.Manifest, now.run.Manifest) {
		return usageError{fmt.Errorf("--against: run %s read other files than --input names", old.run.Manifest.RunID)}
	}
	t, err := compareRuns(ctx, old, now)
	if err != nil {
		return err
	}
	return t.print(cmd.OutOrStdout())
}

// known refuses parameters that neither pack has.
func (m *moves) known(a, b *policies.Pack) error {
	for _, param := range m.params {
		key, _, ok := strings.Cut(param, "=")
		if !ok || a.Param(key) == nil && b.Param(key) == nil {
			return fmt.Errorf("--param %s: write key=value, with a parameter that one of the packs has", key)
		}
	}
	return nil
}

// decided is a committed run and where it is.
type decided struct {
	store storage.Store
	run   *writers.Run
}

// before is what pack a decides: a sweep of its own, or the newest run of an
// output, whose layout, date and parameters then hold for pack b too.
func (m *moves) before(ctx context.Context, a *policies.Pack, scratch string) (decided, error) {
	if m.against == "" {
		return m.sweep(ctx, a, scratch+"/a")
	}
	store, err := openOut(ctx, m.against)
	if err != nil {
		return decided{}, usageError{fmt.Errorf("--against: %w", err)}
	}
	run, err := writers.OpenRun(ctx, store, "")
	if err != nil {
		return decided{}, fmt.Errorf("--against: %w", err)
	}
	if run.Keys, err = readIdentity(m.identity); err != nil {
		return decided{}, usageError{err}
	}
	ran, _, err := program.Identify()
	if err != nil {
		return decided{}, err
	}
	manifest := run.Manifest
	switch {
	case manifest.Policy.SHA256 != a.Digest():
		return decided{}, usageError{fmt.Errorf("--against: run %s was decided by %s in another state than %s", manifest.RunID, manifest.Policy.ID, a.Name())}
	case manifest.Version != ran:
		return decided{}, usageError{fmt.Errorf("--against: run %s was made by version %s, this is %s", manifest.RunID, manifest.Version, ran)}
	case len(manifest.Layouts) != 1:
		return decided{}, usageError{fmt.Errorf("--against: run %s has %d layouts; compare on the extracts with --layout", manifest.RunID, len(manifest.Layouts))}
	}
	m.file.Layout = cmp.Or(m.file.Layout, manifest.Layouts[0].Name)
	m.file.AsOf = manifest.AsOf
	for key, value := range manifest.Policy.Params {
		m.params = slices.Insert(m.params, 0, key+"="+value)
	}
	return decided{store, run}, nil
}

// sweep decides the extract under one pack.
func (m *moves) sweep(ctx context.Context, pack *policies.Pack, out string) (decided, error) {
	file := m.file
	file.Policy, file.Out, file.Params = pack.Name(), out, map[string]any{}
	for _, param := range m.params {
		key, value, _ := strings.Cut(param, "=")
		if pack.Param(key) != nil {
			file.Params[key] = value
		}
	}
	d, err := sweepAside(ctx, &file)
	if err != nil {
		return decided{}, fmt.Errorf("%s: %w", pack.Name(), err)
	}
	return d, nil
}

// sweepAside sweeps into an output that goes when the command ends, and that nobody else can
// read: it is encrypted with a key of its own.
func sweepAside(ctx context.Context, file *sweepfile.File) (decided, error) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		return decided{}, err
	}
	file.EncryptFor = []string{key.Recipient().String()}
	cfg, err := file.Config()
	if err != nil {
		return decided{}, usageError{err}
	}
	if cfg.Version, cfg.Binary, err = program.Identify(); err != nil {
		return decided{}, err
	}
	plan, err := pipeline.Open(ctx, cfg)
	if err != nil {
		return decided{}, usageError{err}
	}
	if _, err := local.Run(ctx, plan, new(local.Progress), nil); err != nil {
		return decided{}, err
	}
	store, err := openOut(ctx, file.Out)
	if err != nil {
		return decided{}, err
	}
	run, err := writers.OpenRun(ctx, store, "")
	if err != nil {
		return decided{}, err
	}
	run.Keys = []age.Identity{key}
	return decided{store, run}, nil
}

// sameInputs tells whether two runs read the same bytes.
func sameInputs(a, b *writers.Manifest) bool {
	hashes := func(m *writers.Manifest) []string {
		var out []string
		for _, in := range m.Inputs {
			out = append(out, in.SHA256)
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(hashes(a), hashes(b))
}

// The columns of a determination that are compared.
var movedColumns = []string{"source", "line", "person_id", "code", "rule", "outcome", "remedy_floor", "remedy_ceiling"}

const (
	atSource = iota
	atLine
	atPerson
	atCode
	atRule
	atOutcome
	atFloor
	atCeiling
)

// compareRuns walks the determinations of two runs of one input side by side.
func compareRuns(ctx context.Context, a, b decided) (*transitions, error) {
	g, ctx := errgroup.WithContext(ctx)
	old, now := a.rows(ctx, g), b.rows(ctx, g)
	t := &transitions{of: map[transition]*moved{}}
	g.Go(func() error {
		// Closing the pipes ends the readers when this side stops early.
		defer old.close()
		defer now.close()
		return t.walk(old.csv, now.csv)
	})
	return t, g.Wait()
}

// rows are the determinations of a run as CSV, without the heading.
type rows struct {
	csv   *csv.Reader
	close func()
}

func (d decided) rows(ctx context.Context, g *errgroup.Group) rows {
	in, out := io.Pipe()
	g.Go(func() error {
		options := writers.PrintOptions{Format: writers.CSV, Columns: movedColumns}
		err := writers.Print(ctx, d.run.Folder(d.store), "determinations", options, out)
		out.CloseWithError(err)
		if errors.Is(err, io.ErrClosedPipe) {
			return nil // the other side stopped first and says why
		}
		return err
	})
	reader := csv.NewReader(in)
	reader.ReuseRecord = true
	return rows{reader, func() { in.Close() }} //nolint:errcheck,gosec // it never fails
}

// transition is from what to what.
type transition struct{ from, to string }

// moved counts what makes a transition.
type moved struct {
	charges, persons int64
	examples         map[string]int64 // charges by section and rules
}

// transitions counts the charges of two runs. A person counts once for each
// transition that a charge of the person makes.
type transitions struct {
	of              map[transition]*moved
	charges, differ int64

	person string
	made   map[transition]bool // by the person at hand
}

var errOrder = errors.New("the two runs do not list the same charges in the same order")

func (t *transitions) walk(a, b *csv.Reader) error {
	for heading := true; ; heading = false {
		old, errOld := a.Read()
		now, errNow := b.Read()
		switch {
		case errors.Is(errOld, io.EOF) && errors.Is(errNow, io.EOF):
			t.next("")
			return nil
		case errors.Is(errOld, io.EOF) || errors.Is(errNow, io.EOF):
			return errOrder
		case errOld != nil || errNow != nil:
			return errors.Join(errOld, errNow)
		case old[atSource] != now[atSource] || old[atLine] != now[atLine]:
			return errOrder
		case !heading:
			t.add(old, now)
		}
	}
}

func (t *transitions) add(old, now []string) {
	if old[atPerson] == "" || old[atPerson] != t.person {
		t.next(strings.Clone(old[atPerson]))
	}
	t.charges++
	change := transition{result(old), result(now)}
	m := t.of[change]
	if m == nil {
		m = &moved{examples: map[string]int64{}}
		t.of[change] = m
	}
	m.charges++
	t.made[change] = true
	if change.from != change.to {
		t.differ++
		m.examples[fmt.Sprintf("%s, rule %s -> %s", cmp.Or(old[atCode], "no code"), cmp.Or(old[atRule], "none"), cmp.Or(now[atRule], "none"))]++
	}
}

// next ends a person.
func (t *transitions) next(person string) {
	for change := range t.made {
		t.of[change].persons++
	}
	t.person, t.made = person, map[transition]bool{}
}

// result is the outcome of a determination, with its remedy.
func result(row []string) string {
	switch outcome := row[atOutcome]; {
	case outcome != "ELIGIBLE":
		return strings.Clone(outcome)
	case row[atFloor] == row[atCeiling]:
		return outcome + " " + row[atFloor]
	default:
		return outcome + " " + row[atFloor] + " to " + row[atCeiling]
	}
}

// mostExamples is how many sections are printed of a transition.
const mostExamples = 3

func (t *transitions) print(w io.Writer) error {
	fmt.Fprintf(w, "\n%d of %d charges are decided otherwise.\n\n", t.differ, t.charges)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "from\tto\tcharges\tpersons")
	changes := slices.SortedFunc(maps.Keys(t.of), func(a, b transition) int {
		return cmp.Or(
			cmp.Compare(same(a), same(b)), cmp.Compare(t.of[b].charges, t.of[a].charges),
			cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to),
		)
	})
	for _, change := range changes {
		m := t.of[change]
		to := change.to
		if to == change.from {
			to = "the same"
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\n", change.from, to, m.charges, m.persons)
		for _, example := range most(m.examples) {
			fmt.Fprintf(table, "  %s\t\t%d\t\n", example, m.examples[example])
		}
	}
	return table.Flush()
}

// same is 1 for what does not move, which is printed last.
func same(t transition) int {
	if t.from == t.to {
		return 1
	}
	return 0
}

// most are the commonest examples.
func most(examples map[string]int64) []string {
	names := slices.SortedFunc(maps.Keys(examples), func(a, b string) int {
		return cmp.Or(cmp.Compare(examples[b], examples[a]), cmp.Compare(a, b))
	})
	return names[:min(len(names), mostExamples)]
}
