package normalize

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

// literals are the descriptions of offences that a person has approved as naming
// substances, whole texts as foldLiteral writes them.
type literals map[string]schemas.Substances

// loadLiterals reads the table of a state, which need not have one. Its first
// line pins the digest of the rest, so that no row slips in after the approval:
//
//	# sha256 9f86d081...
//	literal,substances,approver,approved_on
func loadLiterals(files fs.FS, name string, sum io.Writer) (literals, error) {
	path := "codes/" + name + "-substances.csv"
	text, err := fs.ReadFile(files, path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("code table: %w", err)
	}
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	digest := sha256.Sum256(rest)
	if pin := "# sha256 " + hex.EncodeToString(digest[:]); string(bytes.TrimSpace(first)) != pin {
		return nil, fmt.Errorf("%s: line 1: the rows are not those that were approved; have them read, and write %q", path, pin)
	}
	l := literals{}
	table := Table{path, append([]byte("\n"), rest...)} // lines count from the first
	return l, readTable(table, sum, []string{"literal", "substances", "approver", "approved_on"}, l.add)
}

func (l literals) add(row []string) error {
	if folded := string(foldLiteral(nil, row[0])); folded == "" || folded != row[0] {
		return fmt.Errorf("literal %q must be written %q", row[0], folded)
	}
	set, err := schemas.ParseSubstances(row[1])
	if err != nil {
		return err
	}
	if set == 0 {
		return errors.New("substances is empty")
	}
	if strings.TrimSpace(row[2]) == "" {
		return errors.New("approver is empty")
	}
	if _, err := schemas.ParseDate(row[3]); err != nil {
		return fmt.Errorf("approved_on: %w", err)
	}
	if _, twice := l[row[0]]; twice {
		return fmt.Errorf("literal %q stands twice", row[0])
	}
	l[row[0]] = set
	return nil
}

// foldLiteral adds a text to b in capitals, its white space as one blank each.
func foldLiteral(b []byte, text string) []byte {
	gap := false
	for i := range len(text) {
		switch c := text[i]; {
		case c == ' ' || c >= '\t' && c <= '\r':
			gap = len(b) > 0
			continue
		case 'a' <= c && c <= 'z':
			b = appendGap(b, gap, c-('a'-'A'))
		default:
			b = appendGap(b, gap, c)
		}
		gap = false
	}
	return b
}

func appendGap(b []byte, gap bool, c byte) []byte {
	if gap {
		b = append(b, ' ')
	}
	return append(b, c)
}

// name returns the columns substances and substance_evidence of a batch with
// what its descriptions name, as the text of the charge. Better evidence stays,
// and so does what contradicts itself; weaker evidence of another substance
// leaves nothing that is believed. The caller releases both.
func (l literals) name(mem memory.Allocator, charges arrow.Record) [2]arrow.Array {
	named := charges.Column(schemas.ColSubstances).(*array.Uint16)
	evidence := charges.Column(schemas.ColEvidence).(*array.Uint8)
	if len(l) == 0 {
		named.Retain()
		evidence.Retain()
		return [2]arrow.Array{named, evidence}
	}
	descriptions := charges.Column(schemas.ColDescription).(*array.Dictionary)
	numbers, words := descriptions.Indices().(*array.Int32), descriptions.Dictionary().(*array.String)
	byWord := make([]schemas.Substances, words.Len())
	var folded []byte
	for i := range byWord {
		folded = foldLiteral(folded[:0], words.Value(i))
		byWord[i] = l[string(folded)]
	}
	sets, rungs := array.NewUint16Builder(mem), array.NewUint8Builder(mem)
	defer sets.Release()
	defer rungs.Release()
	sets.Reserve(named.Len())
	rungs.Reserve(named.Len())
	for i := range named.Len() {
		set, rung := schemas.Substances(named.Value(i)), schemas.Evidence(evidence.Value(i))
		contradicted := rung == schemas.NoEvidence && set != 0
		if !rung.Decides() && !contradicted && numbers.IsValid(i) {
			literal := byWord[numbers.Value(i)]
			switch {
			case literal == 0:
			case set&^literal.Kin() != 0:
				set, rung = set|literal, schemas.NoEvidence
			default:
				set, rung = literal, schemas.Charging
			}
		}
		sets.UnsafeAppend(uint16(set))
		rungs.UnsafeAppend(uint8(rung))
	}
	return [2]arrow.Array{sets.NewArray(), rungs.NewArray()}
}
