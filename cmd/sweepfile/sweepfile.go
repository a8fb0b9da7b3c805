// Package sweepfile reads the configuration of a sweep: the keys of sweep.yaml,
// which all commands that sweep share.
//
// In goes YAML, or flags in its form; out comes a pipeline.Config. It must never
// let a misspelt key pass.
package sweepfile

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

// File is a sweep's configuration as written: the keys of --config.
// Relative paths in it are relative to the working directory, as on the command
// line.
type File struct {
	Inputs     Paths          `yaml:"inputs"`
	Lists      Paths          `yaml:"lists"`
	Layout     string         `yaml:"layout"`
	Policy     string         `yaml:"policy"`
	Params     map[string]any `yaml:"params"`
	AsOf       string         `yaml:"as_of"`
	Out        string         `yaml:"out"`
	Scratch    string         `yaml:"scratch"`
	Workers    int            `yaml:"workers"`
	Memory     string         `yaml:"memory"`
	MaxRejects int64          `yaml:"max_rejects"`

	Codes Paths `yaml:"codes"`
	// KeepRawRejects are public keys of age, or files of some.
	KeepRawRejects Paths  `yaml:"keep_raw_rejects"`
	Repairs        string `yaml:"repairs"`
	Recipients     string `yaml:"recipients"`
	// EncryptFor are public keys of age, or files of some.
	EncryptFor     Paths  `yaml:"encrypt_for"`
	Agencies       string `yaml:"agencies"`
	Answers        string `yaml:"answers"`
	RequireSigned  string `yaml:"require_signed"`
	Signatures     string `yaml:"signatures"`
	Crosswalk      string `yaml:"crosswalk"`
	RequireSignoff bool   `yaml:"require_signoff"`
	Variants       bool   `yaml:"variants"`
	// Grouping is auto, contiguous or partition.
	Grouping string `yaml:"grouping"`
	// UpdateForms is csv, fixed or both.
	UpdateForms string `yaml:"update_forms"`

	S3     storage.S3Options `yaml:"s3"`
	Unpack Unpack            `yaml:"unpack"`
}

// DefaultMaxRejects is the number of rejects that a sweep bears if nobody says.
const DefaultMaxRejects = 100_000

// Defaults is a configuration that leaves the speed to the machine.
func Defaults() File {
	return File{Workers: runtime.GOMAXPROCS(0), MaxRejects: DefaultMaxRejects}
}

// Paths is a list of paths, or one path.
type Paths []string

// UnmarshalYAML implements yaml.BytesUnmarshaler.
func (p *Paths) UnmarshalYAML(text []byte) error {
	var one string
	if err := yaml.Unmarshal(text, &one); err == nil {
		*p = Paths{one}
		return nil
	}
	return yaml.Unmarshal(text, (*[]string)(p))
}

// Read reads a configuration over f. An unknown key is an error that names it,
// with its line.
func (f *File) Read(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	if err := yaml.UnmarshalWithOptions(text, f, yaml.Strict()); err != nil {
		return fmt.Errorf("config: %s: %s", name, yaml.FormatError(err, false, false))
	}
	return nil
}

// Config is the configuration of a sweep. What is missing in it is left for the
// plan to report.
func (f *File) Config() (pipeline.Config, error) {
	cfg := pipeline.Config{
		Inputs: f.Inputs, Lists: f.Lists, Layout: f.Layout, Policy: f.Policy, Out: f.Out, Scratch: f.Scratch, S3: f.S3,
		Workers: f.Workers, MaxRejects: f.MaxRejects, Memory: pipeline.DefaultMemory,
		Codes: f.Codes, Crosswalk: f.Crosswalk, KeepRows: f.KeepRawRejects, EncryptFor: f.EncryptFor, Repairs: f.Repairs, Recipients: f.Recipients, Agencies: f.Agencies, Answers: f.Answers, RequireSigned: f.RequireSigned, Signatures: f.Signatures,
		RequireSignoff: f.RequireSignoff, Variants: f.Variants,
	}
	var errDate, errMemory, errParams, errUnpack, errGrouping, errForms error
	cfg.AsOf, errDate = asOf(f.AsOf)
	if f.Memory != "" {
		cfg.Memory, errMemory = parseBytes("memory", f.Memory)
	}
	cfg.Unpack, errUnpack = f.Unpack.Limits()
	cfg.Grouping, errGrouping = pipeline.ParseGrouping(f.Grouping)
	cfg.UpdateForms, errForms = writers.ParseUpdateForms(f.UpdateForms)
	cfg.Params, errParams = paramTexts(f.Params)
	return cfg, errors.Join(errDate, errMemory, errParams, errUnpack, errGrouping, errForms)
}

// paramTexts writes parameters as the command line would.
func paramTexts(params map[string]any) (map[string]string, error) {
	texts := make(map[string]string, len(params))
	for key, value := range params {
		list, ok := value.([]any)
		if !ok {
			list = []any{value}
		}
		parts := make([]string, len(list))
		for i, item := range list {
			switch item.(type) {
			case string, bool, int, int64, uint64:
				parts[i] = fmt.Sprint(item)
			default:
				return nil, fmt.Errorf("params: %s: must be a text, a number, true or false, or a list of those", key)
			}
		}
		texts[key] = strings.Join(parts, ",")
	}
	return texts, nil
}

// parseBytes reads a size such as 512MiB, of the key.
func parseBytes(key, text string) (int64, error) {
	units := []string{"KiB", "MiB", "GiB", "TiB"}
	number, shift := text, 0
	if i := slices.IndexFunc(units, func(u string) bool { return strings.HasSuffix(text, u) }); i >= 0 {
		number, shift = strings.TrimSuffix(text, units[i]), 10*(i+1)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	if err != nil || n < 0 || n > 1<<62>>shift {
		return 0, fmt.Errorf("%s: %q is no size; write 512MiB or 2GiB", key, text)
	}
	return n << shift, nil
}

// asOf reads the date; a missing one is left for the plan to report with the
// other missing keys.
func asOf(text string) (schemas.Date, error) {
	if text == "" {
		return schemas.NoDate, nil
	}
	date, err := schemas.ParseDate(text)
	if err != nil {
		return date, fmt.Errorf("as_of: %w", err)
	}
	return date, nil
}
