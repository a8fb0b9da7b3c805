package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/pipeline/agencies"
	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/pipeline/normalize"
	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

// Plan is a Config that has been checked against everything it names. It is
// read only and may be used by many goroutines.
type Plan struct {
	Config Config
	Files  []File // in order of name

	layout       *readers.Layout
	pack         *policies.Pack
	bound        *policies.Bound
	law          *evaluate.Law
	laws         []*evaluate.Law    // law, and those of the variants
	variants     []policies.Variant // decided in the same pass
	jurisdiction string
	codes        []normalize.Table         // beside the built-in ones
	statutes     *normalize.Normalizer     // of the code tables; each goroutine takes another
	tables       string                    // digest of the code tables
	crosswalk    *link.Crosswalk           // nil where there is none
	answers      *link.Answers             // nil where there are none
	recipients   writers.Recipients        // of rejected rows
	repairs      *repairs                  // nil where there are none
	encryptFor   writers.Recipients        // of all files of the run
	sealedFor    *writers.AgencyRecipients // of update files, beside these
	directory    *agencies.Directory       // of the agencies that hear of decisions
	places       *storage.Places
	out          storage.Store
}

// File is one file of the input as it was delivered: an extract, or a container
// of extracts.
type File struct {
	// Name tells the file from the others of the run. It is the path below the
	// folder that all files share, so it is the same wherever they lie.
	Name  string
	Bytes int64

	object   storage.Object
	expected *expected // nil where no list says anything of it
}

// open reads a range of the file, as it was when it was found.
func (f File) open(ctx context.Context, offset, length int64) (io.ReadCloser, error) {
	r, err := f.object.Store.Open(ctx, f.object.Info.Key, offset, length, f.object.Info.Version)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Name, f.changed(err))
	}
	return r, nil
}

// changed says what to do about an error that comes of a file which is no longer
// the one that was found.
func (File) changed(err error) error {
	if errors.Is(err, storage.ErrChanged) || errors.Is(err, storage.ErrNotExist) {
		return fmt.Errorf("%w: %w", err, ErrInputChanged)
	}
	return err
}

// Object is what was found of the file when the plan was opened, and what is read
// of it: not one byte of another version.
func (f File) Object() storage.Object { return f.object }

// Open checks cfg and loads what it names. It reports every fault it finds,
// each with the key that caused it.
func Open(ctx context.Context, cfg Config) (*Plan, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	s3 := cfg.S3
	s3.ReadAhead = cfg.readAhead()
	p := &Plan{Config: cfg, places: storage.NewPlaces(s3)}
	err := errors.Join(
		p.openLayout(),
		p.openPolicy(),
		p.openCrosswalk(),
		p.openAnswers(),
		p.openRepairs(),
		p.openRecipients(),
		p.openFiles(ctx),
		p.openOut(ctx),
	)
	if err != nil {
		return nil, err
	}
	return p, p.openTables()
}

// asksCircumstances tells whether a law asks for the substance or the victim of a
// charge.
func (p *Plan) asksCircumstances() bool {
	return slices.ContainsFunc(p.laws, (*evaluate.Law).AsksCircumstances)
}

// Bytes is the length of all files together.
func (p *Plan) Bytes() (n int64) {
	for _, f := range p.Files {
		n += f.Bytes
	}
	return n
}

func (p *Plan) openLayout() (err error) {
	if p.layout, err = readers.LoadLayout(p.Config.Layout); err != nil {
		return fmt.Errorf("layout: %w", err)
	}
	return nil
}

func (p *Plan) openPolicy() (err error) {
	if p.pack, err = policies.Load(p.Config.Policy); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	if err := errors.Join(p.Config.checkSignoff(p.pack), p.Config.checkSigned(p.pack)); err != nil {
		return err
	}
	if p.bound, err = p.pack.Bind(p.Config.Params, p.Config.AsOf); err != nil {
		return fmt.Errorf("params: %w", err)
	}
	if p.law, err = evaluate.Compile(p.bound); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	p.laws = []*evaluate.Law{p.law}
	return p.openVariants()
}

func (p *Plan) openRecipients() (err error) {
	if p.encryptFor, err = writers.ParseRecipients(p.Config.EncryptFor); err != nil {
		return fmt.Errorf("encrypt_for: %w", err)
	}
	if p.Config.Recipients == "" {
		return nil
	}
	source, err := os.ReadFile(p.Config.Recipients)
	if err == nil {
		p.sealedFor, err = writers.ParseAgencyRecipients(p.Config.Recipients, source)
	}
	if err != nil {
		return fmt.Errorf("recipients: %w", err)
	}
	return nil
}

func (p *Plan) openAnswers() error {
	if p.Config.Answers == "" {
		return nil
	}
	source, err := os.ReadFile(p.Config.Answers)
	if err == nil {
		p.answers, err = link.ParseAnswers(p.Config.Answers, source)
	}
	if err != nil {
		return fmt.Errorf("answers: %w", err)
	}
	return nil
}

// openDirectory loads who hears of decisions: what the configuration names, or the state's.
func (p *Plan) openDirectory() (err error) {
	name := p.Config.Agencies
	if name == "" {
		p.directory, err = agencies.Load(schemas.Agencies, p.jurisdiction)
		return err
	}
	source, err := os.ReadFile(name)
	if err == nil {
		p.directory, err = agencies.Parse(schemas.Agencies, name, source)
	}
	return err
}

func (p *Plan) openCrosswalk() error {
	if p.Config.Crosswalk == "" {
		return nil
	}
	source, err := os.ReadFile(p.Config.Crosswalk)
	if err != nil {
		return fmt.Errorf("crosswalk: %w", err)
	}
	if p.crosswalk, err = link.ParseCrosswalk(p.Config.Crosswalk, source); err != nil {
		return fmt.Errorf("crosswalk: %w", err)
	}
	return nil
}

func (p *Plan) openOut(ctx context.Context) (err error) {
	if p.out, err = p.places.Make(ctx, p.Config.Out); err != nil {
		return fmt.Errorf("out: %w", err)
	}
	return nil
}

// Out is where the outputs go.
func (p *Plan) Out() storage.Store { return p.out }

// openTables loads the code tables of the state whose law is asked, which must
// be the state that the layout is of, if it is of one.
func (p *Plan) openTables() error {
	p.jurisdiction = p.pack.Jurisdiction
	if err := p.openDirectory(); err != nil {
		return fmt.Errorf("agencies: %w", err)
	}
	if of := p.layout.Jurisdiction(); of != "" && of != p.jurisdiction {
		return fmt.Errorf("layout: %s is of %s, but the policy %s is of %s", p.layout.Name(), of, p.pack.Name(), p.jurisdiction)
	}
	for _, name := range p.Config.Codes {
		source, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("codes: %w", err)
		}
		p.codes = append(p.codes, normalize.Table{Name: name, Source: source})
	}
	statutes, err := normalize.New(p.jurisdiction, p.codes...)
	if err != nil {
		return fmt.Errorf("codes: %w", err)
	}
	p.statutes, p.tables = statutes, statutes.Digest()
	return nil
}

func (p *Plan) openFiles(ctx context.Context) error {
	objects, err := p.places.Locate(ctx, p.Config.Inputs...)
	if err != nil {
		return fmt.Errorf("inputs: %w", err)
	}
	for _, o := range objects {
		p.Files = append(p.Files, File{object: o})
	}
	for _, list := range p.Config.Lists {
		if err := p.openList(ctx, list); err != nil {
			return fmt.Errorf("lists: %w", err)
		}
	}
	slices.SortFunc(p.Files, func(a, b File) int { return strings.Compare(a.object.URI, b.object.URI) })
	names := fileNames(p.Files)
	for i := range p.Files {
		f := &p.Files[i]
		f.Name, f.Bytes = names[i], f.object.Info.Size
	}
	return nil
}

// openList adds what a list names to the files, and what it says to those that
// are there already.
func (p *Plan) openList(ctx context.Context, name string) error {
	list, err := readList(ctx, p.places, name)
	if err != nil {
		return err
	}
	paths := make([]string, len(list))
	for i, e := range list {
		paths[i] = e.Path
	}
	objects, err := p.places.Find(ctx, paths...)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	byPlace := map[string]int{}
	for i, f := range p.Files {
		byPlace[f.object.Place()] = i
	}
	for i, o := range objects {
		at, ok := byPlace[o.Place()]
		if !ok {
			at = len(p.Files)
			byPlace[o.Place()] = at
			p.Files = append(p.Files, File{object: o})
		}
		if p.Files[at].expected != nil {
			return fmt.Errorf("%s: %s is listed twice", name, list[i].Path)
		}
		p.Files[at].expected = &list[i]
	}
	return nil
}

// fileNames are the paths of files below the folder that all share.
func fileNames(files []File) []string {
	folder := func(path string) string { return path[:strings.LastIndexByte(path, '/')+1] }
	var shared string
	if len(files) > 0 {
		shared = folder(files[0].object.URI)
	}
	for _, f := range files {
		for !strings.HasPrefix(f.object.URI, shared) {
			shared = folder(strings.TrimSuffix(shared, "/"))
		}
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimPrefix(f.object.URI, shared)
	}
	return names
}
