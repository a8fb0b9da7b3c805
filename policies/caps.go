package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// Cap bounds for life how many charges some rules may relieve.
type Cap struct {
	ID     string
	Cite   string
	Of     []string // the ids of the rules
	AtMost IntArg
	Order  []CapOrder // which charges come first; ties go to the record's order
	// Used is the name of a fact that counts relief given earlier, empty when
	// none is counted.
	Used string
	// Outcome is what the cap leaves out gets: NotEligible, or Review where it is
	// not settled which charges come first.
	Outcome schemas.Outcome
	Reason  string
	TryNext string
	// Question and Who are asked of a review, and where a missing fact decides
	// whether the cap is reached.
	Question, Who string
	At            Position
}

// CapOrder is a key by which charges come first.
type CapOrder uint8

// The keys. Case and charge are the numbers of the docket and of the charge, as
// texts.
const (
	ByEligibleOn CapOrder = iota
	BySentenceDate
	ByCase
	ByCharge
)

var capOrderNames = []string{"eligible_on", "sentence_date", "case", "charge"}

func (o CapOrder) String() string { return capOrderNames[o] }

func parseCapOrder(s string) (CapOrder, error) {
	if i := slices.Index(capOrderNames, s); i >= 0 {
		return CapOrder(i), nil //nolint:gosec // there are four
	}
	return 0, fmt.Errorf("%q is no order (one of %s)", s, strings.Join(capOrderNames, ", "))
}

// caps reads the lifetime caps, after the rules that they bound.
func (r *reader) caps(t *table) {
	for _, n := range t.list("caps") {
		entry := r.table(n, "cap")
		if entry == nil {
			continue
		}
		r.pack.Caps = append(r.pack.Caps, r.oneCap(entry))
		entry.close()
	}
}

func (r *reader) oneCap(t *table) Cap {
	c := Cap{ID: t.required("id"), At: t.at}
	t.what = "cap " + c.ID
	r.shaped(t, "id", c.ID, identifier, "small letters, digits and hyphens")
	c.Cite, c.Of = t.cite(), t.texts("of")
	for _, id := range c.Of {
		if !slices.ContainsFunc(r.pack.Rules, func(rule Rule) bool { return rule.ID == id }) {
			r.fault(t.place("of"), schema, "%s: no rule %q", t.what, id)
		}
	}
	if len(c.Of) == 0 {
		r.fault(t.at, schema, "%s: of is missing; list the rules that the cap bounds", t.what)
	}
	if n := t.get("at_most"); n != nil {
		c.AtMost = r.intArg(n, t.what+": at_most")
	} else {
		r.fault(t.at, schema, "%s: at_most is missing", t.what)
	}
	if c.Order = enums(t, "order", parseCapOrder); len(c.Order) == 0 {
		r.fault(t.at, schema, "%s: order is missing; say which charges come first, as in [eligible_on, sentence_date, case, charge]", t.what)
	}
	if c.Used = t.text("used"); c.Used != "" {
		r.checkCount(t, "used", c.Used)
	}
	r.capWords(t, &c)
	return c
}

func (r *reader) capWords(t *table, c *Cap) {
	switch outcome := t.text("outcome"); outcome {
	case "", "not_eligible":
		c.Outcome = schemas.NotEligible
	case "review":
		c.Outcome = schemas.Review
	default:
		r.fault(t.place("outcome"), schema, "%s: outcome %q is not possible (not_eligible, review)", t.what, outcome)
	}
	c.Reason, c.TryNext = t.required("reason"), t.text("try_next")
	r.template(t, "reason", c.Reason, "section")
	c.Question, c.Who = t.required("question"), t.text("who")
	if c.Who == "" {
		r.fault(t.at, "R1", "%s: who is missing; a review that nobody is asked to answer never ends", t.what)
	}
}
