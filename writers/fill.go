package writers

import (
	"encoding/binary"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/clearsweep/clearsweep/schemas"
)

// piece is verdicts of one batch that go to one row group.
type piece struct {
	charges    arrow.Record
	sources    []string
	verdicts   []Verdict
	rows       []int32 // of the verdicts
	neighbours bool    // their rows stand one behind the other
}

func (p *piece) row(i int) int { return int(p.rows[i]) }

// at adds to an error where the row of verdict i stood.
func (p *piece) at(i int, err error) error {
	source := p.sources[p.charges.Column(schemas.ColSource).(*array.Uint32).Value(p.row(i))]
	return at(err, source, p.charges.Column(schemas.ColLine).(*array.Int64).Value(p.row(i)))
}

// fill adds the rows of a piece to the column of an ordinal. An error is that of the
// value of a row, counted in the piece.
type fill func(t *Determinations, c *column, ordinal int, p *piece) (row int, err error)

// fillOf is how a column of schemas.Determinations is filled: from the column of
// schemas.Coded that has its name, or from the verdict.
func fillOf(name string) fill {
	if said, ok := verdictFills[name]; ok {
		return said
	}
	at := schemas.Coded.FieldIndices(name)
	if len(at) != 1 {
		panic("writers: nothing fills the column " + name)
	}
	from := at[0]
	switch schemas.Coded.Field(from).Type.ID() { //nolint:exhaustive // of Coded
	case arrow.STRING:
		return fillTexts(from)
	case arrow.DICTIONARY:
		return fillWords(from)
	case arrow.DATE32:
		return fillDates(from)
	case arrow.INT32:
		return fillNumbers(from)
	case arrow.INT64:
		return fillLines(from)
	case arrow.UINT8:
		return fillNames(from, classNames[name])
	default:
		panic("writers: no column of type " + schemas.Coded.Field(from).Type.Name())
	}
}

// classNames are the names of the values of classes, by column. An empty one is null.
var classNames = map[string]func(uint8) string{
	"code_match":         func(v uint8) string { return schemas.CodeMatch(v).String() },
	"inchoate":           func(v uint8) string { return schemas.Inchoate(v).String() },
	"severity":           func(v uint8) string { return schemas.Severity(v).String() },
	"disposition":        func(v uint8) string { return schemas.Disposition(v).String() },
	"sentence":           func(v uint8) string { return schemas.Sentence(v).String() },
	"incarcerated":       func(v uint8) string { return schemas.Incarceration(v).String() },
	"restitution":        func(v uint8) string { return schemas.Restitution(v).String() },
	"substance_evidence": func(v uint8) string { return said(schemas.Evidence(v)) },
	"victim_relation":    func(v uint8) string { return said(schemas.VictimRelation(v)) },
}

// said is the name of a value, empty for the one that says nothing.
func said[T interface {
	~uint8
	String() string
}](v T) string {
	if v == 0 {
		return ""
	}
	return v.String()
}

var verdictFills = map[string]fill{
	"source":          fillSources,
	"surname":         fillNamed(schemas.ColSurname),
	"given_name":      fillNamed(schemas.ColGivenName),
	"substances":      fillSubstances,
	"policy":          fillSaid(0, func(w *Words) string { return w.Policy }),
	"rule":            fillSaid(1, func(w *Words) string { return w.Rule }),
	"outcome":         fillSaid(2, func(w *Words) string { return w.Outcome.String() }),
	"remedy_floor":    fillSaid(3, func(w *Words) string { return w.RemedyFloor }),
	"remedy_ceiling":  fillSaid(4, func(w *Words) string { return w.RemedyCeiling }),
	"legal_basis":     fillSaid(5, func(w *Words) string { return w.LegalBasis }),
	"clause":          fillSaid(6, func(w *Words) string { return w.Clause }),
	"reason":          fillSaid(7, func(w *Words) string { return w.Reason }),
	"question":        fillSaid(8, func(w *Words) string { return w.Question }),
	"eligible_on":     fillDays(func(v *Verdict) schemas.Date { return v.EligibleOn }),
	"due_on":          fillDays(func(v *Verdict) schemas.Date { return v.DueOn }),
	"leaves_true":     fillMasks(func(v *Verdict) uint64 { return v.LeavesTrue }),
	"leaves_false":    fillMasks(func(v *Verdict) uint64 { return v.LeavesFalse }),
	"leaves_presumed": fillMasks(func(v *Verdict) uint64 { return v.LeavesPresumed }),
}

// saidIDs are the places of the words of a decision, by text: 0 where they were not
// looked up, 1 where there is none, else two more than the number of the word.
type saidIDs struct {
	words *Words
	ids   [9]uint32
}

const isNull = 1

func fillSaid(text int, of func(*Words) string) fill {
	return func(t *Determinations, c *column, _ int, _ *piece) (int, error) {
		valid := validRows{to: &c.levels}
		for i, ids := range t.pieces {
			id := &ids.ids[text]
			if *id == 0 {
				s := of(ids.words)
				if *id = isNull; s != "" || !c.nullable {
					number, err := c.words.of(s)
					if err != nil {
						return i, err
					}
					*id = number + 2
				}
			}
			if *id == isNull {
				valid.note(0)
				continue
			}
			valid.note(1)
			c.words.numbers = append(c.words.numbers, *id-2)
		}
		valid.end()
		return 0, nil
	}
}

func fillDays(of func(*Verdict) schemas.Date) fill {
	return func(_ *Determinations, c *column, _ int, p *piece) (int, error) {
		valid := validRows{to: &c.levels}
		for i := range p.verdicts {
			d := of(&p.verdicts[i])
			if !d.Known() {
				valid.note(0)
				continue
			}
			valid.note(1)
			c.values = binary.LittleEndian.AppendUint32(c.values, uint32(d)) //nolint:gosec // its bits
		}
		valid.end()
		return 0, nil
	}
}

func fillMasks(of func(*Verdict) uint64) fill {
	return func(_ *Determinations, c *column, _ int, p *piece) (int, error) {
		c.levels.add(len(p.verdicts), true)
		for i := range p.verdicts {
			c.values = binary.LittleEndian.AppendUint64(c.values, of(&p.verdicts[i]))
		}
		return 0, nil
	}
}

func fillSources(_ *Determinations, c *column, _ int, p *piece) (int, error) {
	ordinals := p.charges.Column(schemas.ColSource).(*array.Uint32).Uint32Values()
	c.levels.add(len(p.verdicts), true)
	last, number, err := uint32(0), uint32(0), error(nil)
	for i := range p.verdicts {
		if ordinal := ordinals[p.row(i)]; i == 0 || ordinal != last {
			last = ordinal
			if number, err = c.words.of(p.sources[ordinal]); err != nil {
				return i, err
			}
		}
		c.words.numbers = append(c.words.numbers, number)
	}
	return 0, nil
}

func fillSubstances(_ *Determinations, c *column, _ int, p *piece) (int, error) {
	sets := p.charges.Column(schemas.ColSubstances).(*array.Uint16).Uint16Values()
	valid := validRows{to: &c.levels}
	for i := range p.verdicts {
		set := sets[p.row(i)]
		if set == 0 {
			valid.note(0)
			continue
		}
		valid.note(1)
		number, err := c.words.of(schemas.Substances(set).String())
		if err != nil {
			return i, err
		}
		c.words.numbers = append(c.words.numbers, number)
	}
	valid.end()
	return 0, nil
}

func fillTexts(from int) fill {
	return func(_ *Determinations, c *column, _ int, p *piece) (int, error) {
		texts := p.charges.Column(from).(*array.String)
		c.levels.addRows(texts, p)
		valid, ascii := schemas.ValidOf(texts), isASCII(texts, p)
		for i, row := range p.rows {
			if !valid.Has(row) {
				continue
			}
			s := texts.Value(int(row))
			if c.plainText(s); !ascii && !utf8.ValidString(s) {
				return i, errUTF8
			}
		}
		return 0, nil
	}
}

// isASCII tells whether the texts of a piece, and those between them, are of ASCII alone.
func isASCII(texts *array.String, p *piece) bool {
	if !p.neighbours {
		return false
	}
	first, last := int(p.rows[0]), int(p.rows[len(p.rows)-1])
	begin := texts.ValueOffset(0)
	text := texts.ValueBytes()[texts.ValueOffset(first)-begin : texts.ValueOffset(last+1)-begin]
	odd := uint64(0)
	for ; len(text) >= 8; text = text[8:] {
		odd |= binary.LittleEndian.Uint64(text)
	}
	for _, c := range text {
		odd |= uint64(c)
	}
	return odd&0x8080808080808080 == 0
}

// fillNamed fills a column with what is kept of those alone to whom relief is due.
func fillNamed(from int) fill {
	return func(_ *Determinations, c *column, _ int, p *piece) (int, error) {
		texts := p.charges.Column(from).(*array.String)
		if texts.NullN() == texts.Len() {
			c.levels.add(len(p.verdicts), false)
			return 0, nil
		}
		valid := validRows{to: &c.levels}
		for i := range p.verdicts {
			row := p.row(i)
			if p.verdicts[i].Words.Outcome != schemas.Eligible || texts.IsNull(row) || texts.ValueLen(row) == 0 {
				valid.note(0)
				continue
			}
			valid.note(1)
			s := texts.Value(row)
			if c.plainText(s); !utf8.ValidString(s) {
				return i, errUTF8
			}
		}
		valid.end()
		return 0, nil
	}
}

func fillWords(from int) fill {
	return func(t *Determinations, c *column, ordinal int, p *piece) (int, error) {
		column := p.charges.Column(from).(*array.Dictionary)
		numbers, list := column.Indices().(*array.Int32), column.Dictionary().(*array.String)
		c.levels.addRows(numbers, p)
		if numbers.NullN() == numbers.Len() {
			return 0, nil
		}
		if len(t.renumbered[ordinal]) < list.Len() {
			t.renumbered[ordinal] = append(t.renumbered[ordinal], make([]uint32, list.Len()-len(t.renumbered[ordinal]))...)
		}
		renumbered, of, valid := t.renumbered[ordinal], numbers.Int32Values(), schemas.ValidOf(numbers)
		for i, row := range p.rows {
			if !valid.Has(row) {
				continue
			}
			to := &renumbered[of[row]]
			if *to == 0 {
				number, err := c.words.of(list.Value(int(of[row])))
				if err != nil {
					return i, err
				}
				*to = number + 1
			}
			c.words.numbers = append(c.words.numbers, *to-1)
		}
		return 0, nil
	}
}

func fillDates(from int) fill {
	return func(_ *Determinations, c *column, _ int, p *piece) (int, error) {
		dates := p.charges.Column(from).(*array.Date32)
		c.levels.addRows(dates, p)
		values := dates.Date32Values()
		if dates.NullN() == 0 && p.neighbours {
			first := p.row(0)
			c.values = append(c.values, arrow.Date32Traits.CastToBytes(values[first:first+len(p.verdicts)])...)
			return 0, nil
		}
		valid := schemas.ValidOf(dates)
		for _, row := range p.rows {
			if valid.Has(row) {
				c.values = binary.LittleEndian.AppendUint32(c.values, uint32(values[row])) //nolint:gosec // its bits
			}
		}
		return 0, nil
	}
}

func fillLines(from int) fill {
	return func(_ *Determinations, c *column, _ int, p *piece) (int, error) {
		values := p.charges.Column(from).(*array.Int64).Int64Values()
		c.levels.add(len(p.verdicts), true)
		for _, row := range p.rows {
			c.values = binary.LittleEndian.AppendUint64(c.values, uint64(values[row])) //nolint:gosec // its bits
		}
		return 0, nil
	}
}

// fillNumbers fills a column of numbers that are not negative.
func fillNumbers(from int) fill {
	return func(_ *Determinations, c *column, _ int, p *piece) (int, error) {
		numbers := p.charges.Column(from).(*array.Int32)
		if numbers.NullN() == numbers.Len() {
			c.levels.add(len(p.verdicts), false)
			return 0, nil
		}
		c.levels.addRows(numbers, p)
		values, valid := numbers.Int32Values(), schemas.ValidOf(numbers)
		for _, row := range p.rows {
			if valid.Has(row) {
				c.values = binary.LittleEndian.AppendUint64(c.values, uint64(values[row])) //nolint:gosec // not negative
			}
		}
		return 0, nil
	}
}

func fillNames(from int, name func(uint8) string) fill {
	return func(_ *Determinations, c *column, _ int, p *piece) (int, error) {
		values := p.charges.Column(from).(*array.Uint8).Uint8Values()
		var ids [256]uint32 // as in saidIDs
		valid := validRows{to: &c.levels}
		c.words.numbers = slices.Grow(c.words.numbers, len(p.rows))
		for i, row := range p.rows {
			v := values[row]
			if ids[v] == 0 {
				s := name(v)
				if ids[v] = isNull; s != "" || !c.nullable {
					number, err := c.words.of(s)
					if err != nil {
						return i, fmt.Errorf("value %d: %w", v, err)
					}
					ids[v] = number + 2
				}
			}
			if ids[v] == isNull {
				valid.note(0)
				continue
			}
			valid.note(1)
			c.words.numbers = append(c.words.numbers, ids[v]-2)
		}
		valid.end()
		return 0, nil
	}
}

// addRows adds the rows of a piece, valid as in a column.
func (l *levels) addRows(column arrow.Array, p *piece) {
	switch column.NullN() {
	case 0:
		l.add(len(p.verdicts), true)
		return
	case column.Len():
		l.add(len(p.verdicts), false)
		return
	}
	of, valid := schemas.ValidOf(column), validRows{to: l}
	for _, row := range p.rows {
		valid.note(uint64(of.Bit(row)))
	}
	valid.end()
}
