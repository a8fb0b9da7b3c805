package policies

import (
	"slices"
	"strings"
)

// Degrees are the classes of offence that a pack knows, least first.
type Degrees struct {
	Order []string
	// Means lists what a degree may stand for that is written without its class:
	// an ungraded F is one of F3, F2, F1.
	Means map[string][]string
	Cite  string
	At    Position
}

// DegreeIn asks for the class of the offence.
type DegreeIn struct{ In []string }

func (DegreeIn) test() {}

// FoldDegree is the form in which degrees are compared.
func FoldDegree(text string) string { return strings.ToUpper(strings.TrimSpace(text)) }

// Alternatives are the degrees that a folded text may stand for; none when the
// pack does not know it.
func (d *Degrees) Alternatives(folded string) []string {
	if slices.Contains(d.Order, folded) {
		return []string{folded}
	}
	return d.Means[folded]
}

// degrees reads degrees: {order: [...], means: {F: [F3, F2, F1]}, cite}.
func (r *reader) degrees(t *table) {
	body := t.child("degrees", "degrees")
	if body == nil {
		return
	}
	defer body.close()
	d := &r.pack.Degrees
	d.At, d.Cite, d.Means = body.at, body.cite(), map[string][]string{}
	for _, text := range body.texts("order") {
		d.Order = append(d.Order, FoldDegree(text))
	}
	if len(d.Order) == 0 {
		r.fault(body.at, schema, "degrees: order is missing or empty; list the degrees, least first")
	}
	means := body.child("means", "degrees: means")
	if means == nil {
		return
	}
	defer means.close()
	for _, name := range means.keys {
		for _, text := range means.texts(name) {
			d.Means[FoldDegree(name)] = append(d.Means[FoldDegree(name)], r.knownDegree(means, name, text))
		}
	}
}

func (r *reader) knownDegree(t *table, key, text string) string {
	folded := FoldDegree(text)
	if !slices.Contains(r.pack.Degrees.Order, folded) {
		r.fault(t.place(key), schema, "%s: degree %q is not in degrees: order (%s)", t.what, text, strings.Join(r.pack.Degrees.Order, ", "))
	}
	return folded
}

// degreeIn reads in, at_least or at_most.
func (r *reader) degreeIn(body *table) Test {
	order := r.pack.Degrees.Order
	if len(order) == 0 {
		r.fault(body.at, schema, "%s: the policy has no degrees; add degrees: {order: [...], cite: statute}", body.what)
	}
	given := 0
	var in []string
	for _, key := range []string{"in", "at_least", "at_most"} {
		if !body.has(key) {
			continue
		}
		given++
		var named []string
		for _, text := range body.texts(key) {
			named = append(named, r.knownDegree(body, key, text))
		}
		in = named
		if at := slices.Index(order, first(named)); at >= 0 && key == "at_least" {
			in = order[at:]
		} else if at >= 0 && key == "at_most" {
			in = order[:at+1]
		}
	}
	if given != 1 || len(in) == 0 {
		r.fault(body.at, schema, "%s: give exactly one of in, at_least, at_most", body.what)
	}
	return DegreeIn{In: in}
}

func first(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return texts[0]
}
