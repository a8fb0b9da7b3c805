package readers_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/clearsweep/clearsweep/benchmarks/corpus"
	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/schemas"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(readers.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("layout.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("layout.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// check compares every document of a layout file with the schema.
func check(s *jsonschema.Schema, source []byte) error {
	for part := range bytes.SplitSeq(source, []byte("\n---\n")) {
		var document any
		if err := yaml.UnmarshalWithOptions(part, &document, yaml.UseJSONUnmarshaler()); err != nil {
			return err
		}
		asJSON, err := yaml.MarshalWithOptions(document, yaml.JSON())
		if err != nil {
			return err
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
		if err != nil {
			return err
		}
		if err := s.Validate(value); err != nil {
			return err
		}
	}
	return nil
}

// What ParseLayout accepts satisfies the schema.
func TestLayoutsSatisfyTheSchema(t *testing.T) {
	s := schema(t)
	sources := map[string][]byte{"least": []byte(least), "segments": []byte(segments)}
	err := fs.WalkDir(schemas.Layouts, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".yaml") {
			sources[path], err = schemas.Layouts.ReadFile(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range corpus.Kinds() {
		if _, err := readers.ParseLayout(k.Name, []byte(k.Layout)); err == nil && strings.Contains(k.Layout, "\n") {
			sources[k.Name] = []byte(k.Layout)
		}
	}
	doc, err := os.ReadFile(filepath.Join("..", "docs", "formats", "layout.md"))
	if err != nil {
		t.Fatal(err)
	}
	for block := range strings.SplitSeq(string(doc), "```yaml\nlayout:") {
		source, _, _ := strings.Cut("layout:"+block, "```")
		if _, err := readers.ParseLayout("layout.md", []byte(source)); err == nil {
			sources["docs: "+source[:40]] = []byte(source)
		}
	}
	if len(sources) < 20 {
		t.Errorf("only %d layouts", len(sources))
	}
	for name, source := range sources {
		if err := check(s, source); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Mistakes that the schema can see are seen.
func TestTheSchemaSeesMistakes(t *testing.T) {
	s := schema(t)
	for _, c := range [][2]string{
		{"header: none", "header: sometimes"},
		{"statute: s", "statut: s"},
		{"person_id: p", "person_id: {from: p, plaseholders: X}"},
		{"layout: t/least", "layout: t/least\nencoding: ebcdic"},
		{"layout: t/least", "layout: t/least\nfixed: {}"},
		{"statute: s", "statute: s\n  birth_date: {from: x}"},
	} {
		source := strings.Replace(least, c[0], c[1], 1)
		if source == least {
			t.Fatalf("%q is not in the layout", c[0])
		}
		if check(s, []byte(source)) == nil {
			t.Errorf("%q satisfies the schema", c[1])
		}
	}
}
