package pipeline

import (
	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers"
)

// wordList keeps the words of decisions as they are written, and counts the charges
// that they were said of.
type wordList struct {
	policy  string
	sources int
	byText  map[*evaluate.Text]*worded
	last    *evaluate.Text
	said    *worded // of last
}

// worded are the words of a decision. Pointers to them are as good as themselves.
type worded struct {
	writers.Words
	bySource []int64 // charges
}

func newWordList(policy string, sources int) wordList {
	return wordList{policy: policy, sources: sources, byText: map[*evaluate.Text]*worded{}}
}

// of are the words of a text. The outcome is one for each text.
func (l *wordList) of(text *evaluate.Text, outcome schemas.Outcome) *worded {
	if text == l.last {
		return l.said
	}
	said, known := l.byText[text]
	if !known {
		said = &worded{bySource: make([]int64, l.sources), Words: writers.Words{
			Policy: l.policy, Rule: text.Rule, Outcome: outcome,
			RemedyFloor: text.RemedyFloor, RemedyCeiling: text.RemedyCeiling, LegalBasis: text.LegalBasis,
			Clause: text.Clause, Reason: text.Reason, Question: text.Question,
		}}
		l.byText[text] = said
	}
	l.last, l.said = text, said
	return said
}

// noRule stands in the totals for charges that no rule applied to.
const noRule = "none"

// tell adds the counts to the totals of the sources.
func (l *wordList) tell(sources []schemas.Totals) {
	for _, said := range l.byText {
		rule := said.Rule
		if rule == "" {
			rule = noRule
		}
		for i, charges := range said.bySource {
			if charges == 0 {
				continue
			}
			t := &sources[i]
			if t.Outcomes == nil {
				t.Outcomes, t.Rules = map[string]int64{}, map[string]int64{}
			}
			t.Determinations += charges
			t.Outcomes[said.Outcome.String()] += charges
			t.Rules[rule] += charges
		}
	}
}
