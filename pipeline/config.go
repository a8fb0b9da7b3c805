package pipeline

import (
	"errors"
	"fmt"
	"os"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/readers/containers"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
	"github.com/clearsweep/clearsweep/writers/signing"
)

// Config is what a sweep is asked to do. It is plain data: it can be printed,
// compared and sent to workers.
type Config struct {
	Inputs    []string          // paths, folders, globs or s3:// URLs of the extracts
	Lists     []string          // paths or URLs of lists of extracts, with what is expected of each
	Layout    string            // name of a layout, or path of one
	Policy    string            // name of a policy pack, or path of one
	Params    map[string]string // parameters of the policy; lists separated by commas
	Codes     []string          // paths of exact tables of approved texts, beside the built-in ones
	Crosswalk string            // path of a reviewed list of person keys that are one person's; or empty
	// KeepRows are public keys of age, or files of some, for whom the rows that are
	// rejected are kept; empty keeps none.
	KeepRows []string
	// Repairs is the path of rejected rows that somebody has mended; or empty.
	Repairs string
	// Answers is the path of facts that people have found, in place of what the extract says of
	// them; or empty.
	Answers string
	// Agencies is the path of a directory of the agencies that hear of decisions; empty is
	// that of the state which ships.
	Agencies string
	// EncryptFor are public keys of age, or files of some, for whom all files of the run are
	// encrypted that may name somebody; empty leaves them in clear.
	EncryptFor []string
	// Recipients is the path of a list of those for whom the update files of each agency are
	// encrypted, beside those of EncryptFor; or empty.
	Recipients string
	AsOf       schemas.Date // the date on which the law is asked
	Out        string       // folder of the outputs, or s3://bucket/prefix
	// Scratch is a folder of the local disk for what does not outlive the run.
	// Empty, it is Out where that is one, and the system's own elsewhere.
	Scratch string
	S3      storage.S3Options
	// Unpack bounds what compressed files and archives may expand to.
	Unpack containers.Limits
	// MaxRejects is the number of rejected rows after which the run is stopped
	// as going wrong. 0 stops at the first; -1 never stops.
	MaxRejects int64
	// Variants decides under the what-ifs of the policy too, in the same pass, and
	// counts what they would change and what each condition of the policy costs.
	Variants bool
	// UpdateForms says in which forms update files are written; empty is all.
	UpdateForms writers.UpdateForms
	// RequireSignoff refuses a policy that no lawyer has signed.
	RequireSignoff bool
	// RequireSigned is the path of public keys, one of which must have signed the policy;
	// Signatures is that of the signatures.
	RequireSigned, Signatures string
	// Grouping says whether the extracts come grouped by person; empty is Auto. It
	// decides the order of the decisions in the output, and none of them.
	Grouping Grouping
	// RangeBytes is the length of content that one Prepare or Pass reads; 0 is as
	// much as serves a sweep best. One pass makes a part of each range, so it depends
	// on nothing else: tests cut finer.
	RangeBytes int64
	// Workers is the number of ranges or parts in work at once, and Memory the
	// bytes they share. They decide nothing of what comes out.
	Workers int
	Memory  int64
	// Version and Binary say which program ran: its version and the SHA-256 of
	// its executable.
	Version, Binary string
}

const mostWorkers = 1024

// Memory bounds: below the least a run would be all overhead.
const (
	LeastMemory   = 16 << 20
	DefaultMemory = 512 << 20
)

// ErrTooManyRejects stops a run whose rows cannot be read. The caller says so;
// the remedy is another layout, or a larger MaxRejects.
var ErrTooManyRejects = errors.New("too many rejected rows")

// validate reports every key of c that is missing or out of range.
func (c Config) validate() error {
	var faults []error
	require := func(ok bool, key, remedy string) {
		if !ok {
			faults = append(faults, fmt.Errorf("%s: %s", key, remedy))
		}
	}
	require(len(c.Inputs)+len(c.Lists) > 0, "inputs", "name at least one file or glob")
	require(c.Layout != "", "layout", "name a layout; 'clearsweep layout list' lists them")
	require(c.Policy != "", "policy", "name a policy pack; 'clearsweep policy list' lists them")
	require(c.AsOf > 0, "as_of", "give the date on which the law is asked, as 2006-01-02; it is never taken from the clock")
	require(c.Out != "", "out", "name the folder for the outputs")
	require(c.Workers > 0 && c.Workers <= mostWorkers, "workers", fmt.Sprintf("must be from 1 to %d", mostWorkers))
	require(c.MaxRejects >= -1, "max_rejects", "must be a number of rows, or -1 for no limit")
	require(c.Memory >= LeastMemory, "memory", fmt.Sprintf("must be at least %d MiB", LeastMemory>>20))
	_, grouping := ParseGrouping(string(c.Grouping))
	forms := c.UpdateForms.Check()
	return errors.Join(append(faults, grouping, forms, c.Unpack.Check())...)
}

// checkSignoff is an error if the policy must be signed and is not.
func (c Config) checkSignoff(pack *policies.Pack) error {
	if !c.RequireSignoff || pack.SignedOff {
		return nil
	}
	return fmt.Errorf("policy: %s is not signed off, and require_signoff is set; "+
		"have a lawyer answer its SOURCES.md and sign it (a line \"Signed: name, date\"), then write signed_off: true", pack.Name())
}

// checkSigned is an error if the policy must be signed by a key and is not.
func (c Config) checkSigned(pack *policies.Pack) error {
	if c.RequireSigned == "" {
		return nil
	}
	keys, err := os.ReadFile(c.RequireSigned)
	if err != nil {
		return fmt.Errorf("require_signed: %w", err)
	}
	trusted, err := signing.ReadTrusted(keys)
	if err != nil {
		return fmt.Errorf("require_signed: %s: %w", c.RequireSigned, err)
	}
	source, err := os.ReadFile(c.Signatures)
	if err != nil {
		return fmt.Errorf("signatures: %w", err)
	}
	list, err := signing.ReadSignatures(source)
	if err != nil {
		return fmt.Errorf("signatures: %s: %w", c.Signatures, err)
	}
	if err := trusted.Check(signing.Policy, pack.Called(), pack.Digest(), list); err != nil {
		return fmt.Errorf("policy: %w; 'clearsweep policy sign' signs it", err)
	}
	return nil
}

// The sizes below follow from Memory and Workers. They bound what is held at
// once; they never show in an output.

// defaultRange is large enough that a part of each range is no small file, and small
// enough for a worker to hold one that had to be unpacked.
const defaultRange = 16 << 20

func (c Config) rangeBytes() int64 {
	if c.RangeBytes > 0 {
		return c.RangeBytes
	}
	return defaultRange
}

// batchRows is the number of rows of one record batch, taking 512 bytes a row
// for what readers, normalize and link hold of it.
func (c Config) batchRows() int {
	return int(min(max(c.Memory/int64(8*c.Workers*512), 1<<10), 1<<16))
}

// bucketBytes is the length of content whose charges one Settle holds at once.
func (c Config) bucketBytes() int64 {
	return max(c.Memory/int64(16*c.Workers), 1<<18)
}

// readAhead is what readers of S3 may hold of what nobody has read yet.
func (c Config) readAhead() int64 { return min(c.Memory/8, storage.DefaultReadAhead) }

// SegmentBytes is the memory that segments may take before they spill.
func (c Config) SegmentBytes() int64 { return c.Memory / 4 }
