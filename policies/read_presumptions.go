package policies

import (
	"slices"

	"github.com/goccy/go-yaml/ast"

	"github.com/clearsweep/clearsweep/schemas"
)

// unknown reads what happens when the facts do not answer: unknown: review, or
// {presume: true, if: {...}, cite: statute, else: review}.
func (r *reader) unknown(t *table, leaf *Leaf) Unknown {
	n := t.get("unknown")
	if n == nil {
		return Unknown{}
	}
	if r.isWord(n, "review") {
		return Unknown{}
	}
	body := t.child("unknown", t.what+": unknown")
	if body == nil {
		return Unknown{}
	}
	defer body.close()
	u := Unknown{Presume: true, Cite: body.cite()}
	if r.isWord(body.get("presume"), "closed") {
		u.Closed = leaf.ID + ".closed"
	} else {
		u.Answer = body.flag("presume")
	}
	if !body.has("presume") {
		r.fault(body.at, schema, "%s: write unknown: review, or unknown: {presume: true, cite: statute}", t.what)
	}
	if n := body.get("if"); n != nil {
		u.If = leaf.ID + ".if"
		r.pack.Facts = append(r.pack.Facts, Fact{Name: u.If, Cite: u.Cite, At: body.place("if"), OnCharge: true, Where: r.ifWhere(n, body.what+": if")})
		r.use("fact", u.If)
	}
	if otherwise := body.text("else"); otherwise != "" && otherwise != "review" {
		r.fault(body.place("else"), schema, "%s: else %q is not possible; what is not presumed goes to review", body.what, otherwise)
	}
	if u.Closed != "" && u.If == "" {
		r.fault(body.at, schema, "%s: if is missing; a pending charge is presumed closed only on what the record shows, as in if: {no_activity: 3 years}", body.what)
	}
	return u
}

// ifKeys are the tests of a charge that a presumption may rest on, beside those
// of facts.
var ifKeys = []string{"no_activity", "elapsed"}

// ifWhere reads the condition of a presumption.
func (r *reader) ifWhere(n ast.Node, what string) *Condition {
	r.presuming = true
	defer func() { r.presuming = false }()
	c := r.where(n, what, nil)
	r.presumesLonger(c, what, false)
	return c
}

// presumesLonger refuses presumptions that time alone would end.
func (r *reader) presumesLonger(c *Condition, what string, negated bool) {
	if c.Leaf != nil {
		_, idle := c.Leaf.Test.(NoActivity)
		if negated && (idle || Temporal(c.Leaf.Test)) {
			r.fault(c.At, schema, "%s: time alone would end the presumption; turn it round, and take it out of none", what)
		}
		return
	}
	for _, term := range c.Terms {
		r.presumesLonger(term, what, negated != (c.Op == None))
	}
}

// presumedClosed adds the fact that counts without the pending charges that the
// law presumes closed.
func (r *reader) presumedClosed(t *table, leaf *Leaf) {
	if leaf.Unknown.Closed == "" || leaf.Test == nil {
		return
	}
	test, isCount := leaf.Test.(FactIs)
	i := -1
	if isCount {
		i = r.pack.Fact(test.Fact)
	}
	switch {
	case i < 0:
		r.fault(t.place("unknown"), schema, "%s: presume: closed is for a count of pending charges; use person, case or fact", t.what)
	case !test.AtMost:
		r.fault(t.place("unknown"), schema, "%s: presume: closed would end relief as time passes; ask for none, or at_most", t.what)
	case !onlyPending(r.pack.Facts[i].Where):
		r.fault(t.place("unknown"), schema, "%s: presume: closed is for charges that are pending and nothing else; write disposition: {in: [pending]}", t.what)
	default:
		fact := r.pack.Facts[i]
		fact.Name = leaf.Unknown.Closed
		r.pack.Facts = append(r.pack.Facts, fact)
		r.use("fact", fact.Name)
	}
}

// onlyPending tells whether a condition holds of pending charges only.
func onlyPending(c *Condition) bool {
	return c.Op == All && slices.ContainsFunc(c.Terms, func(t *Condition) bool {
		if t.Leaf == nil {
			return false
		}
		test, ok := t.Leaf.Test.(DispositionIn)
		return ok && slices.Equal(test.In, []schemas.Disposition{schemas.Pending})
	})
}

// noActivity reads no_activity: 3 years.
func (r *reader) noActivity(t *table) Test {
	n := t.get("no_activity")
	if name, ok := r.reference(n, IntegerParam, t.what+": no_activity"); ok {
		return NoActivity{Years: IntArg{Param: name}}
	}
	months, err := parseSpan(r.text(n, t.what+": no_activity"), TermMax)
	if err != nil || months%monthsInYear != 0 {
		r.fault(t.place("no_activity"), schema, "%s: no_activity is a number of years, as in 3 years", t.what)
	}
	return NoActivity{Years: IntArg{Value: int(months / monthsInYear)}}
}

// plainElapsed reads elapsed of one date of the charge.
func (r *reader) plainElapsed(t *table) Test {
	body := t.child("elapsed", t.what+": elapsed")
	if body == nil {
		return nil
	}
	defer body.close()
	test := Elapsed{Since: Event{Field: r.field(body, "since", eventFields...)}}
	r.length(body, &test)
	return test
}
