package policies

import (
	"fmt"
	"strconv"
	"strings"
)

// Number is a number of a charge.
type Number uint8

// The numbers.
const (
	MaxPenalty Number = iota // days: the most that the law allows for the offence
	TermMin                  // months: the shortest term of the sentence imposed
	TermMax                  // months: the longest
	VictimAge                // years: how old the victim was at the offence
)

// NumberIs asks whether a number lies between From and To, both included.
type NumberIs struct {
	Number   Number
	From, To int32
}

func (NumberIs) test() {}

// Penalty is the most that the law allows for offences of some codes or
// degrees. It counts where the record of a charge does not say.
type Penalty struct {
	Sets    []string // code sets; empty when Degrees is meant
	Degrees []string
	Days    int32
	Cite    string
	At      Position
}

const (
	daysInYear   = 365
	monthsInYear = 12
)

// parseSpan reads a length of time: 93 days, 6 months, 2 years. A year is 365
// days or 12 months; months of a penalty in days are twelfths of a year.
func parseSpan(text string, unit Number) (int32, error) {
	amount, word, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(amount)
	word = strings.TrimSuffix(word, "s")
	if err != nil || n < 0 || n > 1000*daysInYear {
		return 0, spanError(text, unit)
	}
	switch {
	case unit == MaxPenalty && word == "day":
	case unit == MaxPenalty && word == "month":
		n = n * daysInYear / monthsInYear
	case unit == MaxPenalty && word == "year":
		n *= daysInYear
	case unit != MaxPenalty && word == "month":
	case unit != MaxPenalty && word == "year":
		n *= monthsInYear
	default:
		return 0, spanError(text, unit)
	}
	return int32(n), nil //nolint:gosec // bounded above
}

func spanError(text string, unit Number) error {
	if unit == MaxPenalty {
		return fmt.Errorf("%q is no length of time here; write it as 93 days, 6 months or 2 years", text)
	}
	return fmt.Errorf("%q is no term of a sentence; write it as 30 months or 5 years", text)
}
