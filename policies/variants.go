package policies

import (
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Variant is a what-if: the law of a pack with some of its conditions, rules or
// caps added, removed or replaced, or with its parameters fixed. It is nobody's
// law, and no sweep decides by it alone.
type Variant struct {
	Name  string
	Title string // in one line, empty when the pack gives none
	// Pack is the whole policy as the variant has it: read and checked like any
	// other, under its own profile, never signed off. Its ID is that of the base,
	// a plus sign and the name. Its Files are those of the base.
	//
	// A leaf whose Definition is that of a leaf of the base, or of another
	// variant of it, asks the same question: of the same code sets and facts,
	// with the same values of fixed parameters.
	Pack *Pack
	At   Position
}

// Variants lists the what-ifs of the pack in the order of the file. A variant
// has none.
func (p *Pack) Variants() []Variant { return slices.Clone(p.variants) }

// Changes says in words what the variant changes of its base.
func (v *Variant) Changes(base *Pack) []Change {
	d := &differ{}
	d.law(base.source().without("variants"), v.Pack.source())
	return d.changes
}

// maxVariants bounds what one file asks a machine to read again and again.
const maxVariants = 32

// variantText is a variant as written.
type variantText struct {
	name, title string
	profile     Profile // empty when the variant keeps that of the base
	params      map[string]string
	patches     []patch
	at          Position
}

// readVariants reads the what-ifs, which are built when the base is sound.
func (r *reader) readVariants(t *table) {
	t.named("variants", func(name string, at Position, entry *table) {
		entry.what = "variant " + name
		v := variantText{name: name, title: entry.text("title"), at: at, params: map[string]string{}}
		if name == "base" {
			r.fault(at, schema, "variant base: the policy without a variant is called base; choose another name")
		}
		v.profile = Profile(entry.text("profile"))
		r.knownProfile(entry, v.profile)
		if params := entry.child("params", entry.what+": params"); params != nil {
			for _, key := range params.keys {
				v.params[key] = strings.Join(params.texts(key), ",")
				r.fixable(params, key, v.params[key])
			}
		}
		for _, n := range entry.list("patch") {
			v.patches = append(v.patches, r.patch(n, entry.what+": patch"))
		}
		if len(v.params)+len(v.patches) == 0 {
			r.fault(entry.at, schema, "%s changes nothing; give it params, patch, or both", entry.what)
		}
		r.whatIfs = append(r.whatIfs, v)
	})
	if len(r.whatIfs) > maxVariants {
		r.fault(t.place("variants"), schema, "the policy has %d variants; it can have %d", len(r.whatIfs), maxVariants)
	}
}

// fixable checks the value that a variant gives to a parameter.
func (r *reader) fixable(t *table, name, text string) {
	p := r.pack.Param(name)
	if p == nil {
		r.fault(t.places[name], schema, "%s: no parameter %q; a variant gives values to parameters of the policy", t.what, name)
		return
	}
	if _, err := p.parse(text); err != nil {
		r.fault(t.places[name], schema, "%s: %s: %v", t.what, name, err)
	}
}

// buildVariants reads the policy again for every variant, as the variant has
// it. What is wrong with a variant refuses the pack.
func (r *reader) buildVariants(p *Pack, root ast.Node) {
	for i := range r.whatIfs {
		v := &r.whatIfs[i]
		again := &reader{file: r.file, pack: &Pack{files: p.files}, usage: r.usage, fixed: v.params}
		variant := again.variant(p, root, v)
		if len(again.faults.refusals()) == 0 {
			again.lint(variant)
		}
		for _, f := range again.faults {
			if !f.Warning || !slices.Contains(r.faults, f) {
				f.Message = "variant " + v.name + ": " + f.Message
				r.faults = append(r.faults, f)
			}
		}
		p.variants = append(p.variants, Variant{Name: v.name, Title: v.title, Pack: variant, At: v.at})
	}
}

// variant reads the patched policy.
func (r *reader) variant(base *Pack, root ast.Node, v *variantText) *Pack {
	for i := range v.patches {
		root = r.apply(root, &v.patches[i])
	}
	root = withoutKey(root, "variants")
	p := r.readPolicy(root)
	p.ID, p.name, p.files = base.ID+"+"+v.name, base.name+"+"+v.name, base.files
	p.variant, p.SignedOff = v.name, false
	if v.profile != "" {
		p.Profile = v.profile
	}
	p.patched = treeOf(root)
	for _, name := range slices.Sorted(maps.Keys(v.params)) {
		if param := p.Param(name); param != nil {
			param.fix(v.params[name])
			p.patched.of["params"].of[name] = p.patched.get("params", name).fixed(v.params[name])
		}
	}
	if profile := p.patched.get("profile"); profile != nil {
		profile.text = string(p.Profile)
	}
	return p
}

// fix gives the parameter the only value that it has in a variant.
func (p *Param) fix(text string) {
	value, err := p.parse(text)
	if err != nil {
		return // fixable has refused it
	}
	p.Default, p.Fixed, p.Required, p.Dated = value, true, false, nil
}

// fixed is a parameter as written, with a value of its own.
func (t *tree) fixed(text string) *tree {
	out := t.without("required", "dated", "default")
	out.keys, out.of["default"] = append(out.keys, "default"), &tree{text: text, at: t.at}
	return out
}

// meaning is a text of the policy with the values that a variant fixes in it:
// equal meanings are equal questions.
func (r *reader) meaning(text string) string {
	if len(r.fixed) == 0 {
		return text
	}
	reach := []string{text}
	for i := range r.pack.Facts {
		if f := &r.pack.Facts[i]; strings.Contains(text, f.Name) {
			reach = append(reach, f.written)
		}
	}
	meaning := []string{text}
	for _, name := range slices.Sorted(maps.Keys(r.fixed)) {
		if slices.ContainsFunc(reach, func(part string) bool { return mentions(part, name) }) {
			meaning = append(meaning, "$"+name+"="+r.fixed[name])
		}
	}
	return strings.Join(meaning, " ")
}

// mentions tells whether a text names a parameter.
func mentions(text, name string) bool {
	for rest := text; ; {
		i := strings.Index(rest, "$"+name)
		if i < 0 {
			return false
		}
		rest = rest[i+1+len(name):]
		if rest == "" || !identifier.MatchString(rest[:1]) && rest[0] != '-' && rest[0] != '_' {
			return true
		}
	}
}
