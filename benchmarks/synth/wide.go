package synth

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/clearsweep/clearsweep/benchmarks/policy"
	"github.com/clearsweep/clearsweep/pipeline/normalize"
	"github.com/clearsweep/clearsweep/schemas"
)

// Wide says how to make the extract of the side-by-side benchmark: 36 columns, of
// which the law asks for half; persons of 1 to 30 rows that stand together; some
// thousand ways to write 640 codes.
type Wide struct {
	Rows    int64
	Seed    uint64
	Files   int  // 1 to 999
	Shuffle bool // all rows in any order; they are held in memory
}

// WideSummary counts what was made.
type WideSummary struct{ Rows, Persons, Bytes, Spellings int64 }

// WideAsOf is the day on which the law of the extract is asked.
const WideAsOf = "2026-01-01"

// GenerateWide writes the extract and all that a sweep of it needs into dir, which is
// made if it is missing: charges-*.csv, layout.yaml, the policy pack policy, the
// approved texts codes.csv, and sweep.yaml that names them. peer-codes.csv says the
// same as codes.csv, for programs that join tables. It does not write over files.
func GenerateWide(ctx context.Context, dir string, cfg Wide) (WideSummary, error) {
	if cfg.Rows < 1 || cfg.Rows > mostRows || cfg.Files < 1 || cfg.Files > 999 {
		return WideSummary{}, fmt.Errorf("synth: %d rows in %d files: want 1 to %d rows in 1 to 999 files", cfg.Rows, cfg.Files, int64(mostRows))
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return WideSummary{}, fmt.Errorf("synth: %w", err)
	}
	w := &wide{dice: newDice(cfg.Seed), cfg: cfg, codes: newWideCodes(newDice(cfg.Seed + 2))}
	w.often = rand.NewZipf(w.Rand, 1.15, 4, wideCodeCount-1)
	if err := errors.Join(writeWideCodes(dir, w.codes), writeWideLaw(dir)); err != nil {
		return WideSummary{}, err
	}
	for i := range cfg.Files {
		f, err := create(filepath.Join(dir, fmt.Sprintf("charges-%03d.csv", i+1)))
		if err != nil {
			return WideSummary{}, errors.Join(err, w.close())
		}
		f.write([]byte(strings.Join(wideColumns, ",") + "\n"))
		w.files = append(w.files, f)
	}
	if err := errors.Join(w.run(ctx), w.close()); err != nil {
		return WideSummary{}, err
	}
	for _, c := range w.codes {
		w.sum.Spellings += int64(len(c.texts))
	}
	return w.sum, nil
}

// writeWideLaw writes the policy, the layout, and the configuration of a sweep.
func writeWideLaw(dir string) error {
	pack := filepath.Join(dir, "policy")
	if err := os.MkdirAll(pack, 0o700); err != nil {
		return fmt.Errorf("synth: %w", err)
	}
	files := map[string]string{"extract.yaml": filepath.Join(dir, "layout.yaml")}
	for _, name := range []string{"policy.yaml", "cases.yaml", "SOURCES.md"} {
		files[name] = filepath.Join(pack, name)
	}
	for name, to := range files {
		text, err := fs.ReadFile(policy.Files, name)
		if err != nil {
			return fmt.Errorf("synth: %w", err)
		}
		if err := writeNew(to, text); err != nil {
			return err
		}
	}
	return writeNew(filepath.Join(dir, "sweep.yaml"), fmt.Appendf(nil,
		"inputs: ['%[1]s/charges-*.csv']\nlayout: %[1]s/layout.yaml\npolicy: %[1]s/policy\ncodes: %[1]s/codes.csv\nupdate_forms: csv\nas_of: %[2]s\n",
		filepath.ToSlash(dir), WideAsOf))
}

// writeNew writes a file that is not there yet.
func writeNew(name string, text []byte) error {
	f, err := create(name)
	if err != nil {
		return err
	}
	f.write(text)
	return f.close()
}

// wideColumns are the columns of the extract.
var wideColumns = strings.Fields(`record_id subject_id last_name first_name middle_name dob sex race address city state zip county
	agency_ori agency_name case_number count_no arrest_date booking_no filing_date charge_code statute description
	severity court_name plea disposition disposition_date sentence jail_days probation_months fine_amount
	restitution_due case_status updated_at comments`)

// wideCode is a code and the ways to write it.
type wideCode struct {
	title    int // 10 violent, 20 cannabis, and others that the law does not tell apart
	section  int
	severity string
	texts    []wideText
}

type wideText struct{ statute, description string }

func (c *wideCode) code() string { return fmt.Sprintf("ZZ:%d:%d", c.title, c.section) }

const wideCodeCount = 640

// newWideCodes makes the codes: of eighty in each hundred the law says nothing.
func newWideCodes(d dice) []wideCode {
	acts := strings.Fields("BURGLARY THEFT ROBBERY ASSAULT BATTERY POSSESSION SALE CULTIVATION FORGERY FRAUD VANDALISM TRESPASS ARSON STALKING SHOPLIFTING EMBEZZLEMENT")
	manners := []string{"FIRST DEGREE", "SECOND DEGREE", "W/PRIOR", "FOR SALE", "OVER $950", "UNDER $950", "AGGRAVATED", "NEAR SCHOOL", "BY NIGHT", "28.5 GRAMS OR LESS"}
	codes := make([]wideCode, wideCodeCount)
	for i := range codes {
		title := []int{10, 20, 30, 30, 40, 40, 50, 50, 50, 60}[i%10]
		c := wideCode{title: title, section: 100 + i*17, severity: pick(d, []string{"F", "F", "F", "F", "M", "M", "M", "M", "M", "I"})}
		if title == 10 {
			c.severity = "F"
		}
		act, manner := acts[i%len(acts)], manners[i/len(acts)%len(manners)]
		statutes := []string{
			fmt.Sprintf("%d(A) PC", c.section), fmt.Sprintf("PC %d(a)", c.section), fmt.Sprintf("%d PC", c.section),
			fmt.Sprintf("PC%d.a", c.section), fmt.Sprintf("%d(a)(1) PC", c.section), fmt.Sprintf("PC § %d", c.section),
		}[:d.between(2, 6)]
		descriptions := []string{
			act + ":" + manner, act + ", " + manner, manner + " " + act, act + "-" + strings.ReplaceAll(manner, " ", "/"), fmt.Sprintf("%dPC-%s", c.section, act),
		}[:d.between(1, 5)]
		for _, statute := range statutes {
			for _, description := range descriptions {
				c.texts = append(c.texts, wideText{statute, description})
			}
		}
		codes[i] = c
	}
	return codes
}

// writeWideCodes writes what each text means: as approved texts, and as a table.
func writeWideCodes(dir string, codes []wideCode) error {
	approved, err := create(filepath.Join(dir, "codes.csv"))
	if err != nil {
		return err
	}
	peers, err := create(filepath.Join(dir, "peer-codes.csv"))
	if err != nil {
		return errors.Join(err, approved.close())
	}
	ours, theirs := csv.NewWriter(approved.w), csv.NewWriter(peers.w)
	err = errors.Join(ours.Write(normalize.ExactColumns()), theirs.Write([]string{"statute", "description", "norm_code", "title"}))
	for i := range codes {
		c := &codes[i]
		for _, t := range c.texts {
			row := normalize.ExactRow{
				Text: strings.ToUpper(t.statute + " " + t.description), Code: c.code(),
				Origin: "read", ApprovedBy: "the generator", ApprovedOn: WideAsOf,
			}
			// As the normalizer writes a text: without section signs.
			row.Text = strings.Join(strings.Fields(strings.ReplaceAll(row.Text, "§", " ")), " ")
			row.Hash = row.Sum()
			err = errors.Join(err, ours.Write(row.Fields()), theirs.Write([]string{
				strings.ToUpper(t.statute), strings.ToUpper(t.description), c.code(), strconv.Itoa(c.title),
			}))
		}
	}
	ours.Flush()
	theirs.Flush()
	return errors.Join(err, ours.Error(), theirs.Error(), approved.close(), peers.close())
}

// wide is the state of one GenerateWide.
type wide struct {
	dice
	cfg   Wide
	codes []wideCode
	often *rand.Zipf
	files []*file
	rows  [][]byte // of all, when they are shuffled
	line  []byte
	sum   WideSummary
}

func (w *wide) run(ctx context.Context) error {
	for w.sum.Rows < w.cfg.Rows {
		if w.sum.Persons%betweenLooks == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		w.person()
	}
	w.Shuffle(len(w.rows), func(i, j int) { w.rows[i], w.rows[j] = w.rows[j], w.rows[i] })
	for i, row := range w.rows {
		w.file(int64(i)).row(row)
	}
	return nil
}

// file is the file of a row: they fill up one after the other.
func (w *wide) file(row int64) *file {
	i := row * int64(len(w.files)) / w.cfg.Rows
	return w.files[min(i, int64(len(w.files)-1))]
}

func (w *wide) close() (err error) {
	for _, f := range w.files {
		err = errors.Join(err, f.close())
		w.sum.Bytes += f.size
	}
	return err
}

// wideCase is what the charges of one case share.
type wideCase struct {
	county, number, arrest, booking, filing string
	agency                                  int
	decided                                 schemas.Date
	counts                                  int
}

// person writes the rows of one person.
func (w *wide) person() {
	w.sum.Persons++
	rows := 1
	for rows < 30 && w.IntN(100) < 78 {
		rows++
	}
	person := w.name()
	home := w.IntN(len(wideCounties))
	day := schemas.Date(5479 + w.IntN(14_000)) //nolint:gosec // from 1985
	var c wideCase
	for range rows {
		if w.sum.Rows == w.cfg.Rows {
			return
		}
		if c.counts == 0 || w.IntN(3) == 0 {
			day = min(day+schemas.Date(w.IntN(500)), 20_200) //nolint:gosec // to 2025
			c = w.newCase(home, day)
		}
		c.counts++
		w.charge(person, &c)
	}
}

// name is the columns that describe a person, from subject_id to zip.
func (w *wide) name() string {
	last := pick(w.dice, wideSurnames)
	if w.IntN(50) == 0 {
		last = `"` + last + `, JR"`
	}
	middle := ""
	if w.IntN(3) > 0 {
		middle = w.letter()
	}
	return fmt.Sprintf("A%08d,%s,%s,%s,%s,%s,%s,%d %s %s,%s CITY,ZZ,9%04d", w.sum.Persons*7919%100_000_000, last,
		pick(w.dice, wideGivenNames), middle, schemas.Date(w.IntN(9_000)-9_000), //nolint:gosec // from 1945 to 1970
		pick(w.dice, []string{"M", "M", "M", "F"}), pick(w.dice, strings.Split("WBHAIPUX", "")),
		1+w.IntN(9999), pick(w.dice, wideStreets), pick(w.dice, []string{"ST", "AVE", "BLVD", "RD"}), pick(w.dice, wideStreets), w.IntN(10_000))
}

func (w *wide) newCase(home int, day schemas.Date) wideCase {
	county := home
	if w.IntN(5) == 0 {
		county = w.IntN(len(wideCounties))
	}
	return wideCase{
		county: wideCounties[county], agency: county*7 + w.IntN(4),
		number: fmt.Sprintf("%02d-%cC-%07d", county+1, 'A'+w.IntN(6), w.IntN(10_000_000)),
		arrest: day.String(), booking: strconv.Itoa(1_000_000 + w.IntN(8_999_999)),
		filing:  (day + schemas.Date(w.IntN(30))).String(), //nolint:gosec // days
		decided: day + 30 + schemas.Date(w.IntN(170)),      //nolint:gosec // days
	}
}

// charge writes one row.
func (w *wide) charge(person string, c *wideCase) {
	w.sum.Rows++
	code := &w.codes[w.often.Uint64()]
	text := w.spelling(pick(w.dice, code.texts))
	severity := code.severity
	if w.IntN(40) == 0 {
		severity = pick(w.dice, []string{"F", "M", "I"})
	}
	disposition := w.disposition()
	decided, plea, status := "", "", "CLOSED"
	switch disposition {
	case "":
	case "PENDING":
		status = "OPEN"
	default:
		decided, plea = c.decided.String(), pick(w.dice, []string{"NG", "NOLO"})
	}
	sentence, jail, months, fine, owed := "", "", "", "", "0"
	if strings.HasPrefix(disposition, "CONV") {
		jail, months = strconv.Itoa(w.IntN(400)), strconv.Itoa(12*(1+w.IntN(5)))
		sentence = jail + " DAYS JAIL, " + months + " MONTHS PROBATION"
		if w.IntN(4) == 0 {
			fine = strconv.Itoa(w.IntN(5000)) + ".00"
			sentence += ", FINE"
		}
		if w.IntN(12) == 0 {
			owed = strconv.Itoa(1+w.IntN(9000)) + "." + strconv.Itoa(10+w.IntN(90))
		}
		sentence = `"` + sentence + `"`
	}
	b := strconv.AppendInt(w.line[:0], w.sum.Rows, 10)
	for _, v := range [...]string{
		person, c.county, fmt.Sprintf("ZZ%03d%04d", c.agency%58, c.agency*13), "POLICE OF " + wideStreets[c.agency%len(wideStreets)],
		c.number, strconv.Itoa(c.counts), c.arrest, c.booking, c.filing, strconv.Itoa(code.section), quoted(text.statute), quoted(text.description),
		severity, "SUPERIOR COURT " + c.county, plea, disposition, decided, sentence, jail, months, fine, owed,
		status, c.filing + "T00:00:00", w.comment(),
	} {
		b = append(b, ',')
		b = append(b, v...)
	}
	b = append(b, '\n')
	w.line = b
	if w.cfg.Shuffle {
		w.rows = append(w.rows, append([]byte(nil), w.line...))
		return
	}
	w.file(w.sum.Rows - 1).row(w.line)
}

// quoted is a text as CSV holds it.
func quoted(s string) string {
	if strings.ContainsAny(s, ",\"\n") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

// letter is any capital letter.
func (w *wide) letter() string {
	i := w.IntN(26)
	return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i : i+1]
}

// spelling is a text as a clerk writes it: three in a hundred are nobody's.
func (w *wide) spelling(t wideText) wideText {
	switch n := w.IntN(1000); {
	case n < 15:
		t.description += strconv.Itoa(w.IntN(10_000))
	case n < 30:
		t.statute += "-" + w.letter()
	case n < 80:
		t.description = strings.ToLower(t.description)
	case n < 110:
		t.statute += " "
	}
	return t
}

func (w *wide) disposition() string {
	n := w.IntN(100)
	for _, d := range wideDispositions {
		if n < d.share {
			return d.text
		}
		n -= d.share
	}
	return "CONVICTED"
}

var wideDispositions = []struct {
	text  string
	share int
}{
	{"CONVICTED", 46},
	{"CONVICTED-PROB/JAIL", 10},
	{"DISMISSED", 12},
	{"DISMISSED/FURTHERANCE/JUSTICE", 5},
	{"ACQUITTED", 2},
	{"PROS REL-DET ONLY", 4},
	{"PROS REJ-LACK OF CORP", 6},
	{"DIVERSION", 3},
	{"PENDING", 4},
	{"", 5},
	{"CONV SET ASIDE", 3},
}

func (w *wide) comment() string {
	if w.IntN(50_000) == 0 {
		return "\"FIRST LINE\nSECOND LINE, WITH A COMMA\""
	}
	switch w.IntN(13) {
	case 0:
		return "RECORD UPDATED PER COURT ORDER"
	case 1:
		return `"SEE ALSO CASE FILE, VOL 2"`
	case 2:
		return `"AKA ""JUNIOR""; VERIFIED BY PRINTS"`
	case 3:
		return "DISPO RECEIVED LATE"
	}
	return ""
}

var (
	wideSurnames = strings.Fields("SMITH JOHNSON WILLIAMS BROWN JONES GARCIA MILLER DAVIS LOPEZ WILSON ANDERSON THOMAS TAYLOR MOORE MARTIN LEE " +
		"PEREZ WHITE HARRIS CLARK LEWIS WALKER YOUNG KING WRIGHT SCOTT TORRES NGUYEN HILL GREEN ADAMS BAKER O'NEILL DE-LA-CRUZ NUÑEZ PEÑA")
	wideGivenNames = strings.Fields("JAMES MARY ROBERT PATRICIA JOHN JENNIFER MICHAEL LINDA DAVID ELIZABETH WILLIAM SUSAN JOSEPH SARAH CHARLES " +
		"KAREN DANIEL NANCY MATTHEW SANDRA MARK ASHLEY PAUL EMILY ANDREW DONNA JOSÉ MARÍA")
	wideStreets  = strings.Fields("MAIN OAK PINE MAPLE CEDAR ELM LAKE HILL PARK MISSION MARKET BROADWAY")
	wideCounties = wideCountyNames()
)

// wideCountyNames are 58 names of invented counties.
func wideCountyNames() []string {
	var names []string
	for _, first := range []string{"NORTH", "SOUTH", "EAST", "WEST", "SAN", "OLD"} {
		for _, second := range wideStreets[:10] {
			names = append(names, first+" "+second)
		}
	}
	return names[:58]
}
