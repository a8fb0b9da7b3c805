package policies

import "strings"

// variants prints the what-ifs: what each changes of the policy, in words.
func (w *page) variants() {
	if len(w.pack.variants) == 0 {
		return
	}
	w.heading(2, "What if")
	w.line("Variants are compared with this policy. They are nobody's law, and nothing is given under them.\n")
	for i := range w.pack.variants {
		v := &w.pack.variants[i]
		w.line("- **%s**%s (%s)", plainText(v.Name), optional(": ", v.Title), profileWords(v.Pack.Profile))
		for _, change := range v.Changes(w.pack) {
			what, _, _ := strings.Cut(change.What, ": it was {") // it stands above in full
			w.line("  - %s: %s", plainText(change.Part), plainText(what))
		}
		w.rest("  - ", w.root.get("variants", v.Name), "title", "profile", "params", "patch")
	}
}
