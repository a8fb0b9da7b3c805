package synth

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// Generate writes an extract, its truth and its parameters into dir, which is
// made if it is missing. It does not write over files. After an error the
// folder holds part of an extract, without params.yaml.
func Generate(ctx context.Context, dir string, cfg Config) (Summary, error) {
	if err := cfg.check(); err != nil {
		return Summary{}, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Summary{}, fmt.Errorf("synth: %w", err)
	}
	answers, err := create(filepath.Join(dir, "truth.csv"))
	if err != nil {
		return Summary{}, err
	}
	files, err := newExtract(dir, cfg)
	if err != nil {
		_, closing := files.close()
		return Summary{}, errors.Join(err, closing, answers.close())
	}
	w := &writing{
		cfg: cfg, people: newPeople(cfg), files: files, answers: answers,
		line:     line{format: cfg.Format},
		sum:      Summary{Files: cfg.Files, Outcomes: map[string]int64{}},
		decision: map[decision]int64{},
	}
	runErr := w.run(ctx)
	size, closeErr := files.close()
	if err := errors.Join(runErr, closeErr, answers.close()); err != nil {
		return Summary{}, err
	}
	for d, n := range w.decision {
		w.sum.Outcomes[d.outcome] += n
	}
	w.sum.Bytes, w.sum.Scattered = size, files.sent
	return w.sum, writeParams(dir)
}

// writing is the state of one Generate.
type writing struct {
	cfg      Config
	people   *people
	files    *extract
	answers  *file
	line     line
	row      []byte
	answer   []byte
	sum      Summary
	decision map[decision]int64
}

// betweenLooks is how many persons are made between two looks at the context.
const betweenLooks = 1024

func (w *writing) run(ctx context.Context) error {
	w.answers.write([]byte("charge_id,outcome,remedy,reason\n"))
	for n := 0; w.sum.Charges < w.cfg.Rows; n++ {
		if n%betweenLooks == 0 && ctx.Err() != nil {
			return fmt.Errorf("synth: %w", context.Cause(ctx))
		}
		w.person(w.people.next(w.cfg.Rows - w.sum.Charges))
	}
	return nil
}

// person writes all rows of a person, and the truth about the charges.
func (w *writing) person(p *person) {
	scattered := w.people.chance(w.cfg.Scatter)
	keyed := int64(0)
	stranger := person{birth: p.birth} // of whom nothing is known but the row
	for i := range p.charges {
		c := &p.charges[i]
		w.line.charge(p, c)
		w.send(scattered)
		w.sum.Charges++
		if c.standsAlone {
			w.sum.Unkeyed++
			w.truth(c, decide(&stranger, c))
		} else {
			keyed++
			w.truth(c, decide(p, c))
		}
		if w.people.chance(w.cfg.Ragged) {
			w.ragged()
		}
	}
	facts := w.facts(p, scattered)
	w.sum.MostCharges = max(w.sum.MostCharges, keyed)
	if keyed+facts > 0 {
		w.sum.Persons++
	}
}

// facts writes the rows of a person that are no charges.
func (w *writing) facts(p *person, scattered bool) (rows int64) {
	if p.registered {
		w.line.fact(p, "registered", "290(B) PC")
		w.send(scattered)
		rows++
	}
	if p.dead == yes {
		w.line.fact(p, "deceased", "")
		w.send(scattered)
		rows++
	}
	w.sum.Facts += rows
	return rows
}

// send writes the line, near the others of its person or far from them.
func (w *writing) send(far bool) {
	w.row = w.line.encode(w.row[:0])
	if far {
		w.files.far(w.row)
	} else {
		w.files.near(w.row, w.sum.Charges, w.cfg.Rows)
	}
}

// ragged writes a row that no one can read, of a person who has no other: the
// truth about a known person would else depend on how much of it was saved.
func (w *writing) ragged() {
	w.people.persons++
	p := person{number: w.people.persons, birth: schemas.NoDate}
	w.line.fact(&p, "charge", "11357 HS")
	w.row = w.line.encode(w.row[:0])
	switch {
	case w.cfg.Format == Segments:
		w.row = w.row[:len(w.row)-1]
		last := len(w.row)
		for at := 0; at < last; at += int(binary.BigEndian.Uint16(w.row[at:])) {
			if size := binary.BigEndian.Uint16(w.row[at:]); at+int(size) > last {
				binary.BigEndian.PutUint16(w.row[at:], size-1) // the last record is one byte short
				break
			}
		}
	case w.cfg.Format == Fixed:
		w.row = append(w.row[:len(w.row)-20], '\n')
	case w.sum.Ragged%2 == 0:
		w.row = append(w.row[:len(w.row)-1], ",one,too,many\n"...)
	default:
		w.row = append(w.row[:len(w.row)-len(",,,charge\n")], '\n')
	}
	w.files.near(w.row, w.sum.Charges, w.cfg.Rows)
	w.sum.Ragged++
}

// truth writes what the policy must decide for a charge.
func (w *writing) truth(c *charge, d decision) {
	w.decision[d]++
	w.answer = append(w.answer[:0], 'C')
	w.answer = appendPadded(w.answer, c.number, 10)
	for _, s := range []string{d.outcome, d.remedy, d.reason} {
		w.answer = append(w.answer, ',')
		w.answer = append(w.answer, s...)
	}
	w.answer = append(w.answer, '\n')
	w.answers.row(w.answer)
}

// writeParams writes the question that the truth answers, last of all.
func writeParams(dir string) error {
	f, err := create(filepath.Join(dir, "params.yaml"))
	if err != nil {
		return err
	}
	f.write([]byte("policy: " + Policy + "\nas_of: " + AsOf + "\nparams:\n"))
	for _, p := range Params() {
		name, value, _ := strings.Cut(p, "=")
		if strings.Contains(value, ",") || name == "dismiss" || name == "reduce" {
			value = "[" + strings.ReplaceAll(value, ",", ", ") + "]"
		}
		f.write([]byte("  " + name + ": " + value + "\n"))
	}
	return f.close()
}
