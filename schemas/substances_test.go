package schemas_test

import (
	"strconv"
	"testing"

	"github.com/clearsweep/clearsweep/schemas"
)

// TestNCIC goes through every code of four digits that begins with 35.
func TestNCIC(t *testing.T) {
	want := map[string]schemas.Substances{}
	for _, r := range []struct {
		from, to int
		set      schemas.Substances
	}{
		{3501, 3505, schemas.Hallucinogen},
		{3510, 3513, schemas.Heroin},
		{3520, 3523, schemas.Opioid},
		{3530, 3533, schemas.Cocaine},
		{3540, 3543, schemas.Opioid},
		{3560, 3564, schemas.Marijuana},
		{3570, 3573, schemas.Amphetamine},
		{3580, 3583, schemas.Sedative},
	} {
		for code := r.from; code <= r.to; code++ {
			want[strconv.Itoa(code)] = r.set
		}
	}
	for code := 3400; code < 3700; code++ {
		text := strconv.Itoa(code)
		if got := schemas.NCIC(text); got != want[text] {
			t.Errorf("%s: got %q, want %q", text, got, want[text])
		}
	}
	for _, text := range []string{"", "356", "35620", "356O", "35-2", " 3562", "NCIC"} {
		if got := schemas.NCIC(text); got != 0 {
			t.Errorf("%q: got %q, want nothing", text, got)
		}
	}
}

func TestSubstancesAreReadAsTheyAreWritten(t *testing.T) {
	all := schemas.Substances(1<<len(schemas.SubstanceNames()) - 1)
	for set := range all + 1 {
		got, err := schemas.ParseSubstances(set.String())
		if err != nil || got != set {
			t.Errorf("%q: got %q, %v", set, got, err)
		}
	}
	for _, text := range []string{"tobacco", "marijuana,", ",", "marijuana;cocaine"} {
		if set, err := schemas.ParseSubstances(text); err == nil {
			t.Errorf("%q is read as %q", text, set)
		}
	}
	if got := (schemas.Cocaine | schemas.ConcentratedCannabis).Words(); got != "concentrated cannabis and cocaine" {
		t.Errorf("in words: %q", got)
	}
}

// TestKin: what records do not tell apart is kin, and nothing else.
func TestKin(t *testing.T) {
	cannabis, opiates := schemas.Marijuana|schemas.ConcentratedCannabis, schemas.Heroin|schemas.Opioid
	for set, want := range map[schemas.Substances]schemas.Substances{
		0: 0, schemas.Marijuana: cannabis, schemas.ConcentratedCannabis: cannabis, schemas.Heroin: opiates, schemas.Opioid: opiates,
		schemas.Cocaine: schemas.Cocaine, schemas.Cocaine | schemas.Heroin: schemas.Cocaine | opiates, schemas.OtherSubstance: schemas.OtherSubstance,
	} {
		if got := set.Kin(); got != want {
			t.Errorf("%q: got %q, want %q", set, got, want)
		}
	}
}

func TestOnlyTheUpperRungsDecide(t *testing.T) {
	for rung, want := range map[schemas.Evidence]bool{
		schemas.NoEvidence: false, schemas.ConvictionCount: true, schemas.Judgment: true, schemas.Charging: true,
		schemas.OffenseCode: false, schemas.Laboratory: false, schemas.ArrestReport: false,
	} {
		if rung.Decides() != want {
			t.Errorf("%s decides: got %t", rung, !want)
		}
	}
}
