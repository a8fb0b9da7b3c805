package normalize

import (
	"regexp"
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/schemas"
)

// FuzzStatute reads any text in all grammars. What is matched must be read
// again from the way it is written, and its section must stand in the text as
// a number of its own.
func FuzzStatute(f *testing.F) {
	for _, text := range []string{
		"11357(C) HS-POSSESS", "664/11358 HS", "66411357(c) HS", "HS 11357 A", "1l357 HS", "246/186.22(B)(4) PC",
		"288A(B) PC", "999B PC", "PC 664/HS 11358", "720 ILCS 570/402(c)", "720 ILCS 5/8-4(a)(720-5/9-1(a)(1))",
		"8-4( 406.2(a)(2) )", "720-550/4-A", "8-4(730 ILCS 150/3(a)", "56.5-704(a)", "§ ﬁ\xff",
		"PL 221.10 Sub 01 Class B Misdemeanor Degree 5 NCIC 3562", "PL 2211001", "PL 1102212000", "VTL 1192.3",
		"110-221.20", "PL 130.65-A(1)", "VTL051101A", "333.74012D3", "750.520B2C[A]", "257.6251-A", "750.92/750.812",
		"35 § 780-113 §§ A31I", "18 § 903 §§ C / 35 P.S. § 780-113 A 30", "75 § 3802 §§ A1*", "18 § 3503 §§ B.11I",
		"LARCENY c266 §37 & §30(1)", "c265 §13 1/2", "265/13A/B", "322 CMR §6.07(2)(a)", "c. 274 s. 6/c. 90 s. 24(2)(a½)(1)",
		"PC 15.01/HSC 481.121(b)(1)", "20A.02(a-1) PC", "481.121B1", "356226", "18§901§§10& 3  P.S.20", "(664)11358 HS", "56½ ¶ 704(a)", "35 Â§ 780-113 Â§Â§ A16",
	} {
		f.Add(text)
	}
	var normalizers []*Normalizer
	for _, jurisdiction := range Supported() {
		normalizers = append(normalizers, mustNew(f, jurisdiction))
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, n := range normalizers {
			s := n.parse(text)
			code := s.String()
			if (code != "") != (s.Match >= schemas.Grammar) {
				t.Fatalf("%q: code %q by %s", text, code, s.Match)
			}
			if code == "" {
				continue
			}
			if parsed, ok := parseCode(code); !ok || parsed.String() != code {
				t.Fatalf("%q: code %q cannot be parsed", text, code)
			}
			if again := n.parse(n.Written(s)); again.String() != code {
				t.Fatalf("%q: code %q is written %q, and that is read as %q", text, code, n.Written(s), again)
			}
			if s.Match != schemas.Exact && !strings.Contains(s.Rule, "repaired") && !delimited(n.clean(text), s) {
				t.Fatalf("%q: code %q, but no such number stands in the text", text, code)
			}
		}
	})
}

// delimited tells whether a section stands in text and is not part of a longer
// number. An attempt may be written as one number with it, 66411357. Where
// section and subdivisions are run together it must be listed, and stand in the
// text with or without its separators.
func delimited(text string, s Statute) bool {
	if strings.Contains(s.Rule, "run together") {
		bare := strings.NewReplacer(".", "", "-", "")
		return s.Match == schemas.Section &&
			strings.Contains(bare.Replace(text), bare.Replace(strings.ToUpper(s.Section)))
	}
	text = decimals(text)
	_, number, found := strings.Cut(s.Section, "/")
	if !found {
		number = s.Section
	}
	if s.Jurisdiction == "IL" && strings.Contains(s.Rule, "chapter 56 1/2") {
		number = map[string]string{"4": "704", "5": "705"}[number]
	}
	end := `($|[^0-9.]|\.$|\.[^0-9])`
	switch {
	case s.Jurisdiction == "MA" && strings.Contains(number, "."):
		end = `($|[^0-9])` // 13B½.
	case isLetter(number[len(number)-1]):
		end = `($|[^.]|\.$|\.[^0-9])` // 520B2C: what follows the letter is below it
	case s.Jurisdiction == "NY" && !isDotted(s.Code):
		end = `($|[^0-9])` // 1192.3
	}
	return regexp.MustCompile(`(?i)(^|[^0-9.]|[^0-9]\.|664\.?)` + regexp.QuoteMeta(number) + end).MatchString(text)
}
