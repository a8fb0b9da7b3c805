package synth

import "github.com/clearsweep/clearsweep/schemas"

// offence is something to be charged with: the section it is under, and the
// ways in which clerks write that.
type offence struct {
	weight int
	// section is the number of an offence that Proposition 64 changed, attempts
	// included; other for all others; illegible where no one can tell.
	section      int
	severities   []schemas.Severity // drawn evenly
	statutes     []string           // drawn evenly
	descriptions []string           // drawn evenly
}

const (
	illegible = -1
	other     = 0
)

// offences returns what persons are charged with.
func offences() []offence {
	const i, m, f = schemas.Infraction, schemas.Misdemeanor, schemas.Felony
	all := []offence{
		{
			weight: 90, section: 11357, severities: []schemas.Severity{i, m, m, m, f},
			statutes: []string{
				"11357(A) HS-POSSESS CONC CANNABIS", "11357(B) HS-POSSESS MARIJUANA", "11357(C) HS-POSS MARIJ OVER 1 OZ",
				"11357(C)HS-POSSESS", "11357 HS", "11357A HS", "11357B2 HS", "11357 H&S", "HS 11357(A)", "HS11357B",
				"H&S 11357", "11357(a) hs", "hs 11357(c)", "11357 HS  ", "  11357(B) HS", "/11357 HS", "HSC 11357(b)",
			},
			descriptions: []string{"POSSESSION OF MARIJUANA", "POSS MARIJUANA, OVER 28.5 GRAMS", "POSSESS CONCENTRATED CANNABIS", ""},
		},
		{
			weight: 3, section: 11357, severities: []schemas.Severity{m, f},
			statutes:     []string{"664/11357(C) HS", "664-11357(c) HS", "664.11357(C) HS", "66411357(C) HS", "11357(C) HS-ATTEMPTED"},
			descriptions: []string{"ATTEMPTED POSSESSION", ""},
		},
		{
			weight: 45, section: 11358, severities: []schemas.Severity{m, f, f, f},
			statutes: []string{
				"11358 HS-CULTIVATE MARIJUANA", "11358 HS", "11358HS", "HS 11358", "H&S 11358", "11358(C) HS-CULTIVATE 6+ PLANTS",
				"11358(D) HS", "HS11358", "11358 hs  ", "--11358 HS--",
			},
			descriptions: []string{"CULTIVATION OF MARIJUANA", "GROWING MARIJUANA, \"OUTDOOR\"", ""},
		},
		{
			weight: 2, section: 11358, severities: []schemas.Severity{f},
			statutes:     []string{"664/11358 HS", "11358/664 HS", "664-11358 HS"},
			descriptions: []string{"ATTEMPTED CULTIVATION"},
		},
		{
			weight: 60, section: 11359, severities: []schemas.Severity{m, f, f, f, f},
			statutes: []string{
				"11359 HS-POSSESS MARIJUANA FOR SALE", "11359 HS", "11359HS-INTENT SELL", "11359(A) HS", "11359B HS", "HS 11359",
				"H&S 11359", "11359(c) hs", "HS11359", "11359 HS ",
			},
			descriptions: []string{"POSSESSION OF MARIJUANA FOR SALE", "POSS MARIJ F/SALE, JALAPEÑO ST", ""},
		},
		{
			weight: 4, section: 11359, severities: []schemas.Severity{f},
			statutes:     []string{"664/11359 HS", "11359/664 HS", "11359-664 HS", "664/11359(C) HS-SELL"},
			descriptions: []string{"ATTEMPTED POSSESSION FOR SALE", ""},
		},
		{
			weight: 50, section: 11360, severities: []schemas.Severity{i, m, f, f, f},
			statutes: []string{
				"11360(A) HS-GIVE/ETC MARIJ OVER 1 OZ", "11360(A) HS", "11360A HS", "11360A2 HS", "11360(A)(2) HS", "HS 11360(A)",
				"HS11360A2", "11360(B) HS-GIVE MARIJUANA", "11360 H&S", "11360(a) hs",
			},
			descriptions: []string{"SALE OR TRANSPORT OF MARIJUANA", "\"TRANSPORT\" MARIJUANA", ""},
		},
		{
			weight: 3, section: 11360, severities: []schemas.Severity{f},
			statutes:     []string{"664/11360(A) HS", "664-11360(A) HS", "11360(A) HS-ATTEMPTED"},
			descriptions: []string{"ATTEMPTED SALE"},
		},
	}
	return append(all, otherOffences()...)
}

// otherOffences are those that Proposition 64 did not change, some of which
// look as if it had.
func otherOffences() []offence {
	const i, m, f = schemas.Infraction, schemas.Misdemeanor, schemas.Felony
	return []offence{
		{
			weight: 25, section: other, severities: []schemas.Severity{m, f},
			statutes: []string{
				"11357.5 HS", "11357.5(A) HS-SYNTHETIC", "11361(A) HS", "11361 HS-MINOR", "11366 HS", "11366.5(A) HS",
				"HS 11357.5(B)", "11362.3(A)(1) HS", "11530 HS",
			},
			descriptions: []string{"SYNTHETIC CANNABINOID", "MARIJUANA AND A MINOR", "PLACE FOR DRUGS", ""},
		},
		{
			weight: 170, section: other, severities: []schemas.Severity{m, f},
			statutes: []string{
				"11350(A) HS-POSSESS NARCOTIC", "11351 HS", "11352(A) HS", "11364 HS", "11364(A) HS-PARAPHERNALIA", "11377(A) HS",
				"11377A HS", "11378 HS", "11379(A) HS", "11550(A) HS-UNDER INFLUENCE", "HS 11377(A)", "HS11550A", "H&S 11350(a)",
			},
			descriptions: []string{"POSSESSION OF A CONTROLLED SUBSTANCE", "UNDER THE INFLUENCE", "PARAPHERNALIA, GLASS PIPE", ""},
		},
		{
			weight: 260, section: other, severities: []schemas.Severity{m, m, f},
			statutes: []string{
				"459 PC-BURGLARY", "484(A)/490.5 PC", "484(A) PC-THEFT", "487(A) PC-GRAND THEFT", "496(A) PC", "488 PC", "470(D) PC",
				"PC 459", "pc 484(a)", "594(A) PC-VANDALISM", "602(L) PC-TRESPASS", "647(F) PC", "148(A)(1) PC", "148.9(A) PC",
				"532(A)(1) PC", "537 PC", "415 PC", "666 PC-PETTY THEFT W/PRIOR", "166(A)(4) PC", "PC 602",
			},
			descriptions: []string{"THEFT", "PETTY THEFT, WITH PRIOR", "DISORDERLY CONDUCT: \"DRUNK\"", "OBSTRUCTING AN OFFICER", "FRAUDE EN CAFÉ", ""},
		},
		{
			weight: 90, section: other, severities: []schemas.Severity{m, f, f},
			statutes: []string{
				"187(A) PC-MURDER", "211 PC-ROBBERY", "215(A) PC", "242 PC-BATTERY", "243(E)(1) PC", "245(A)(1) PC", "246/186.22(B)(4) PC",
				"215 + 186.22(B)(4) PC", "273.5(A) PC", "422 PC", "664/211 PC", "664/187(A) PC", "288(A) PC", "PC 245(A)(1)", "12021(A)(1) PC",
			},
			descriptions: []string{"BATTERY", "ROBBERY", "ASSAULT, DEADLY WEAPON", "THREATS", ""},
		},
		{
			weight: 180, section: other, severities: []schemas.Severity{i, m, m},
			statutes: []string{
				"23152(A) VC-DUI", "23152(B) VC", "14601.1(A) VC", "12500(A) VC", "20002(A) VC-HIT AND RUN", "40508(A) VC", "10851(A) VC",
				"VC 23152(A)", "vc 14601.1(a)", "4060 BP", "4140 BP", "4149 BP - UNLICENSED",
			},
			descriptions: []string{"DRIVING UNDER THE INFLUENCE", "SUSPENDED LICENSE", "FAILURE TO APPEAR", ""},
		},
	}
}

// unreadable is the offence of a charge whose statute no one can read: numbers
// of other things, words, a section that its code does not have.
func unreadable() offence {
	const m, f = schemas.Misdemeanor, schemas.Felony
	return offence{
		section: illegible, severities: []schemas.Severity{m, f},
		statutes: []string{
			"", "SEE REPORT", "11357", "PC 11357", "11359 PC", "BA-11358-01", "DRUGS", "?", "MARIJUANA POSSESSION", "11357-11360 HS",
			"HS", "CR0011360", "UNSPECIFIED", "999B PC",
		},
		descriptions: []string{"POSSESSION OF MARIJUANA", "ILLEGIBLE", "SEE \"REPORT\", PAGE 2", ""},
	}
}
