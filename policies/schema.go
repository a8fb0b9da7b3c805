package policies

import (
	"encoding/json"
	"fmt"
	"maps"
)

// dialect is the version of JSON Schema that is written.
const dialect = "https://json-schema.org/draft/2020-12/schema"

// Schema is the JSON Schema of policy.yaml, for editors to complete and check
// what is typed. It is looser than Parse, which also follows references and
// knows the law: what Parse accepts satisfies Schema. Its words and names are
// those that the reader of packs uses.
func Schema() []byte {
	return document("policy.yaml: the law as data", policyShape(), definitions())
}

// CasesSchema is the JSON Schema of cases.yaml.
func CasesSchema() []byte {
	return document("cases.yaml: worked examples of a policy", casesShape(), shape{})
}

// shape is a schema, or a part of one.
type shape map[string]any

func document(title string, root, defs shape) []byte {
	root = maps.Clone(root)
	root["$schema"], root["title"] = dialect, title
	if len(defs) > 0 {
		root["$defs"] = defs
	}
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic("policies: the schema is no JSON: " + err.Error())
	}
	return append(out, '\n')
}

// The shapes that everything is made of.

func textShape(description string) shape {
	return shape{"type": []string{"string", "number", "boolean"}, "description": description}
}

func flagShape(description string) shape { return shape{"type": "boolean", "description": description} }

func oneWord(description string, names ...string) shape {
	return shape{"enum": names, "description": description}
}

func matching(description, pattern string) shape {
	return shape{"type": "string", "pattern": pattern, "description": description}
}

func either(of ...shape) shape { return shape{"anyOf": of} }

func defined(name string) shape { return shape{"$ref": "#/$defs/" + name} }

func listOf(of shape) shape { return shape{"type": "array", "items": of, "minItems": 1} }

// someOf is a value or a list of such values.
func someOf(of shape) shape { return either(of, listOf(of)) }

// keyed is a mapping with the keys of properties and no others.
func keyed(properties shape, required ...string) shape {
	s := shape{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

// byName is a mapping whose keys are names that the author chooses.
func byName(of shape) shape {
	return shape{
		"type": "object", "additionalProperties": of,
		"propertyNames": shape{"pattern": identifier.String()},
	}
}

// exactlyOne asks for one of the keys, which are all properties of s.
func exactlyOne(s shape, keys ...string) shape {
	var branches []shape
	for _, key := range keys {
		branches = append(branches, shape{"required": []string{key}})
	}
	s = maps.Clone(s)
	s["oneOf"] = branches
	return s
}

// vocabulary is the words of a vocabulary, in its order.
func vocabulary[T interface {
	~uint8
	fmt.Stringer
}](parse func(string) (T, error)) []string {
	var names []string
	for v := T(0); ; v++ {
		name := v.String()
		if _, err := parse(name); err != nil {
			return names
		}
		names = append(names, name)
	}
}

func fieldsNamed(fields ...Field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.String()
	}
	return names
}

func dayShape(description string) shape {
	return matching(description, `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
}

func paramShape() shape { return matching("a parameter of the policy", `^\$[a-z0-9_-]+$`) }

func numberShape() shape { return either(shape{"type": "integer"}, paramShape()) }
