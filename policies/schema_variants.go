package policies

// variantShape is a what-if: values for parameters, and patches.
func variantShape() shape {
	item := either(defined("condition"), defined("rule"), capShape())
	value := textShape("the only value of a parameter in this variant")
	return keyed(shape{
		"title":   textShape("the variant in one line"),
		"profile": profileShape(),
		"params":  byName(someOf(value)),
		"patch": someOf(keyed(shape{
			"at":      textShape("a list of conditions, rules or caps: clear.when.all, scope.all, rules"),
			"add":     someOf(item),
			"replace": someOf(item),
			"remove":  someOf(textShape("the id of what is removed, or the condition to which it refers")),
		}, "at")),
	})
}
