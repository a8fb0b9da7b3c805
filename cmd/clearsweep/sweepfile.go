package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/storage"
)

// sweepFile is a sweep's configuration as written: the keys of --config.
// Relative paths in it are relative to the working directory, as on the command
// line.
type sweepFile struct {
	Inputs     paths          `yaml:"inputs"`
	Lists      paths          `yaml:"lists"`
	Layout     string         `yaml:"layout"`
	Policy     string         `yaml:"policy"`
	Params     map[string]any `yaml:"params"`
	AsOf       string         `yaml:"as_of"`
	Out        string         `yaml:"out"`
	Scratch    string         `yaml:"scratch"`
	Workers    int            `yaml:"workers"`
	Memory     string         `yaml:"memory"`
	MaxRejects int64          `yaml:"max_rejects"`

	Codes          paths `yaml:"codes"`
	RequireSignoff bool  `yaml:"require_signoff"`

	S3 storage.S3Options `yaml:"s3"`
}

// paths is a list of paths, or one path.
type paths []string

// UnmarshalYAML implements yaml.BytesUnmarshaler.
func (p *paths) UnmarshalYAML(text []byte) error {
	var one string
	if err := yaml.Unmarshal(text, &one); err == nil {
		*p = paths{one}
		return nil
	}
	return yaml.Unmarshal(text, (*[]string)(p))
}

// read reads a configuration over f. An unknown key is an error that names it,
// with its line.
func (f *sweepFile) read(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	if err := yaml.UnmarshalWithOptions(text, f, yaml.Strict()); err != nil {
		return fmt.Errorf("config: %s: %s", name, yaml.FormatError(err, false, false))
	}
	return nil
}

func (f *sweepFile) config() (pipeline.Config, error) {
	cfg := pipeline.Config{
		Inputs: f.Inputs, Lists: f.Lists, Layout: f.Layout, Policy: f.Policy, Out: f.Out, Scratch: f.Scratch, S3: f.S3,
		Workers: f.Workers, MaxRejects: f.MaxRejects, Memory: pipeline.DefaultMemory,
		Codes: f.Codes, RequireSignoff: f.RequireSignoff,
	}
	var errDate, errMemory, errParams error
	cfg.AsOf, errDate = asOf(f.AsOf)
	if f.Memory != "" {
		cfg.Memory, errMemory = parseBytes(f.Memory)
	}
	cfg.Params, errParams = paramTexts(f.Params)
	return cfg, errors.Join(errDate, errMemory, errParams)
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

// parseBytes reads a size such as 512MiB.
func parseBytes(text string) (int64, error) {
	units := []string{"KiB", "MiB", "GiB", "TiB"}
	number, shift := text, 0
	if i := slices.IndexFunc(units, func(u string) bool { return strings.HasSuffix(text, u) }); i >= 0 {
		number, shift = strings.TrimSuffix(text, units[i]), 10*(i+1)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	if err != nil || n < 0 || n > 1<<62>>shift {
		return 0, fmt.Errorf("memory: %q is no size; write 512MiB or 2GiB", text)
	}
	return n << shift, nil
}
