package writers

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/clearsweep/clearsweep/schemas"
)

// ManifestVersion is the form of manifest.json. It changes when a field takes
// another meaning or goes; new fields do not change it.
const ManifestVersion = 1

// Manifest says what a run is: what decided it, what it read, what it wrote. It
// holds no wall-clock time, no path of this machine and no personal data, so
// equal runs have equal manifests.
type Manifest struct {
	Schema  int    `json:"schema"`
	RunID   string `json:"run_id"`
	Version string `json:"version"`
	// BinarySHA256 is that of the program, which decides nothing that Version
	// does not.
	BinarySHA256 string    `json:"binary_sha256"`
	AsOf         string    `json:"as_of"` // 2006-01-02
	Policy       PolicyRef `json:"policy"`
	Layouts      []DataRef `json:"layouts"`
	CodeTables   []DataRef `json:"code_tables"`
	// CrosswalkSHA256 is that of the list by which person keys were joined, if there was one.
	CrosswalkSHA256 string `json:"crosswalk_sha256,omitempty"`
	// RepairsSHA256 is that of the rows which people have mended, if there were some, and
	// RowsKeptFor the public keys of those for whom rejected rows were kept.
	RepairsSHA256 string   `json:"repairs_sha256,omitempty"`
	RowsKeptFor   []string `json:"rows_kept_for,omitempty"`
	// EncryptedFor are the public keys of those for whom the run's files are encrypted, if they
	// are.
	EncryptedFor []string `json:"encrypted_for,omitempty"`
	// RecipientsSHA256 is that of the list for whom update files were encrypted, if they were.
	RecipientsSHA256 string `json:"recipients_sha256,omitempty"`
	// AnswersSHA256 is that of the facts that people have answered, if there were some.
	AnswersSHA256 string `json:"answers_sha256,omitempty"`
	// AgenciesSHA256 is that of the directory of agencies, where it is not one that ships.
	AgenciesSHA256 string         `json:"agencies_sha256,omitempty"`
	Leaves         []Leaf         `json:"leaves"`  // the bits of the trace masks, in order
	Inputs         []Input        `json:"inputs"`  // in order of name
	Totals         schemas.Totals `json:"totals"`  // of all inputs
	Outputs        []Output       `json:"outputs"` // in order of path
	Worklists      Worklists      `json:"worklists"`
	// UpdateForms are the forms of the update files, where not both are written.
	UpdateForms UpdateForms `json:"update_forms,omitempty"`
	// Variants and SoleCauses are there when the sweep was asked for variants.
	Variants   []Variant   `json:"variants,omitempty"`
	SoleCauses []SoleCause `json:"sole_causes,omitempty"`
	Warnings   []string    `json:"warnings"`

	// Substances is nil where the policy asks for none.
	Substances *Substances `json:"substances,omitempty"`
}

// Substances says how the charges were decided on which the substance had a
// part, and by which evidence.
type Substances struct {
	Answered map[string]int64 `json:"answered"` // charges, by the evidence that named the substance
	Asked    map[string]int64 `json:"asked"`    // charges that wait for it, by the best evidence there is
	// Included counts the charges that the policy includes though nothing says
	// which substance it was, by Clause.
	Included int64  `json:"included"`
	Clause   string `json:"clause,omitempty"`
}

// PolicyRef is the policy pack of a run.
type PolicyRef struct {
	ID        string            `json:"id"`
	SHA256    string            `json:"sha256"`
	SignedOff bool              `json:"signed_off"`
	Params    map[string]string `json:"params"`
	// ReEvaluate are the rules whose relief time alone may end, so that their
	// eligible_on is no promise.
	ReEvaluate []string `json:"re_evaluate,omitempty"`
}

// Variant is a what-if of the policy: what it would decide, and the relief that
// it would give or take beside the policy. It is nobody's law.
type Variant struct {
	Name     string           `json:"name"`
	Title    string           `json:"title,omitempty"`
	Outcomes map[string]int64 `json:"outcomes"`
	Gained   Cost             `json:"relief_gained"`
	Lost     Cost             `json:"relief_lost"`
}

// SoleCause is what a condition of the policy alone keeps from relief.
type SoleCause struct {
	Leaf string `json:"leaf"`
	Cite string `json:"cite"`
	Cost
}

// Cost is a number of charges, and of the persons who have them.
type Cost struct {
	Charges int64 `json:"charges"`
	Persons int64 `json:"persons"`
}

// DataRef names a piece of configuration and its bytes.
type DataRef struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// Leaf is a bit of the trace masks.
type Leaf struct {
	Bit  int    `json:"bit"`
	ID   string `json:"id"`
	Cite string `json:"cite"`
}

// Input is a source of a run. Bytes and SHA256 are of the file as it was
// delivered; of an entry of an archive, the archive's.
type Input struct {
	Name    string         `json:"name"`
	Bytes   int64          `json:"bytes"`
	SHA256  string         `json:"sha256"`
	Content *Content       `json:"content,omitempty"` // nil where the file is what was read
	Totals  schemas.Totals `json:"totals"`            // of this input alone
}

// Content is what was found in a container, and read.
type Content struct {
	Containers []string `json:"containers"` // outermost first
	Bytes      int64    `json:"bytes"`
	SHA256     string   `json:"sha256"`
}

// Output is a file of a run. Rows are data rows: of an update file, those
// between header and trailer.
type Output struct {
	Path   string `json:"path"` // below the run's folder
	Bytes  int64  `json:"bytes"`
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`
}

// Worklists sums up what is left for people to map.
type Worklists struct {
	Codes     int   `json:"codes"`      // statute texts without a code
	CodeRows  int64 `json:"code_rows"`  // rows that have them
	Values    int   `json:"values"`     // values that no map lists
	ValueRows int64 `json:"value_rows"` // rows that have them
}

// RunID names a run after what decides its result: the bytes and names of the
// inputs, in any order, the policy with its parameters and the variants that were
// asked for, the layouts, the code tables, the as-of date, the version, and the forms
// of the update files where not both are written. It reads no other field of m.
func RunID(m *Manifest) (string, error) {
	if m.Version == "" || m.AsOf == "" || m.Policy.SHA256 == "" || len(m.Inputs) == 0 {
		return "", errors.New("run id: version, as_of, policy and inputs must be set")
	}
	deciding := struct {
		Version, AsOf, Policy, PolicySHA256 string
		Params                              map[string]string
		Layouts, CodeTables, Inputs         []DataRef
		Variants                            []string    `json:",omitempty"`
		Crosswalk, Repairs, Recipients      string      `json:",omitempty"`
		Agencies, Answers                   string      `json:",omitempty"`
		KeptFor, EncryptedFor               []string    `json:",omitempty"`
		UpdateForms                         UpdateForms `json:",omitempty"`
	}{
		Version: m.Version, AsOf: m.AsOf, Policy: m.Policy.ID, PolicySHA256: m.Policy.SHA256, Params: m.Policy.Params,
		Layouts: sortedRefs(m.Layouts), CodeTables: sortedRefs(m.CodeTables), UpdateForms: m.UpdateForms,
		Crosswalk: m.CrosswalkSHA256, Repairs: m.RepairsSHA256, KeptFor: m.RowsKeptFor, EncryptedFor: m.EncryptedFor, Recipients: m.RecipientsSHA256, Agencies: m.AgenciesSHA256, Answers: m.AnswersSHA256,
	}
	for _, v := range m.Variants {
		deciding.Variants = append(deciding.Variants, v.Name)
	}
	for _, in := range m.Inputs {
		deciding.Inputs = append(deciding.Inputs, DataRef{in.Name, in.SHA256})
	}
	deciding.Inputs = sortedRefs(deciding.Inputs)
	data, err := json.Marshal(deciding) // sorts the keys of maps
	if err != nil {
		return "", fmt.Errorf("run id: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16]), nil
}

// encode is the one spelling of a manifest.
func (m *Manifest) encode() ([]byte, error) {
	c := *m
	c.Schema = ManifestVersion
	c.Layouts, c.CodeTables = sortedRefs(m.Layouts), sortedRefs(m.CodeTables)
	c.Inputs = slices.SortedFunc(slices.Values(m.Inputs), func(a, b Input) int { return cmp.Compare(a.Name, b.Name) })
	c.Outputs = slices.SortedFunc(slices.Values(m.Outputs), func(a, b Output) int { return cmp.Compare(a.Path, b.Path) })
	c.Warnings = slices.Sorted(slices.Values(m.Warnings))
	return encodeJSON(c)
}

// decodeManifest reads what encode wrote.
func decodeManifest(data []byte) (*Manifest, error) {
	m := &Manifest{}
	if err := decodeJSON(data, m); err != nil {
		return nil, err
	}
	if m.Schema != ManifestVersion {
		return nil, fmt.Errorf("manifest has form %d, this program reads %d", m.Schema, ManifestVersion)
	}
	return m, nil
}

func sortedRefs(refs []DataRef) []DataRef {
	return slices.SortedFunc(slices.Values(refs), func(a, b DataRef) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.SHA256, b.SHA256))
	})
}

func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

func decodeJSON(data []byte, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("read JSON: %w", err)
	}
	return nil
}

func hexSHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
