package policies

import (
	"math"

	"github.com/clearsweep/clearsweep/schemas"
)

// numberIs reads at_most, at_least, below and above of a length of time; two of
// them give a range.
func (r *reader) numberIs(body *table, number Number) Test {
	test := NumberIs{Number: number, From: 0, To: math.MaxInt32}
	given := 0
	bound := func(key string) (int32, bool) {
		if !body.has(key) {
			return 0, false
		}
		given++
		days, err := parseSpan(body.text(key), number)
		if err != nil {
			r.fault(body.place(key), schema, "%s: %s: %v", body.what, key, err)
		}
		return days, true
	}
	if n, ok := bound("at_least"); ok {
		test.From = max(test.From, n)
	}
	if n, ok := bound("above"); ok {
		test.From = max(test.From, n+1)
	}
	if n, ok := bound("at_most"); ok {
		test.To = min(test.To, n)
	}
	if n, ok := bound("below"); ok {
		test.To = min(test.To, n-1)
	}
	if given == 0 || test.From > test.To {
		r.fault(body.at, schema, "%s: give at_most, at_least, below or above, or two of them that leave something between", body.what)
	}
	return test
}

// term reads term: {min: {...}} or term: {max: {...}}.
func (r *reader) term(body *table) Test {
	shortest, longest := body.has("min"), body.has("max")
	if shortest == longest {
		r.fault(body.at, schema, "%s: give exactly one of min, max; join two terms with all or any", body.what)
		return nil
	}
	key, number := "min", TermMin
	if longest {
		key, number = "max", TermMax
	}
	bounds := body.child(key, body.what+": "+key)
	if bounds == nil {
		return nil
	}
	defer bounds.close()
	return r.numberIs(bounds, number)
}

// incarcerated reads incarcerated: true or false.
func (r *reader) incarcerated(t *table) Test {
	if t.flag("incarcerated") {
		return IncarceratedIs{In: []schemas.Incarceration{schemas.Incarcerated}}
	}
	return IncarceratedIs{In: []schemas.Incarceration{schemas.NotIncarcerated}}
}

// penalties reads the most that the law allows, by codes or degrees.
func (r *reader) penalties(t *table) {
	for _, n := range t.list("penalties") {
		entry := r.table(n, "penalty")
		if entry == nil {
			continue
		}
		p := Penalty{At: entry.at, Cite: entry.cite()}
		if code := entry.child("code", entry.what+": code"); code != nil {
			p.Sets = r.sets(code)
			code.close()
		}
		if degree := entry.child("degree", entry.what+": degree"); degree != nil {
			if test, ok := r.degreeIn(degree).(DegreeIn); ok {
				p.Degrees = test.In
			}
			degree.close()
		}
		if (len(p.Sets) == 0) == (len(p.Degrees) == 0) {
			r.fault(entry.at, schema, "penalty: give exactly one of code, degree")
		}
		days, err := parseSpan(entry.required("max"), MaxPenalty)
		if err != nil {
			r.fault(entry.place("max"), schema, "penalty: max: %v", err)
		}
		p.Days = days
		r.pack.Penalties = append(r.pack.Penalties, p)
		entry.close()
	}
}
