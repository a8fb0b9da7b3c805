package readers

import (
	"encoding/json"
	"slices"
)

// dialect is the version of JSON Schema that is written.
const dialect = "https://json-schema.org/draft/2020-12/schema"

// shape is a schema, or a part of one.
type shape map[string]any

// Schema is the JSON Schema of a layout file, for editors to complete and check what is
// typed. It is looser than ParseLayout, which follows names: what ParseLayout accepts
// satisfies it.
func Schema() []byte {
	root := object(shape{
		"layout": text("the layout's name, such as us-ca/doj-extract"), "about": text("one line on what it reads"),
		"jurisdiction":  shape{"type": "string", "pattern": jurisdictionForm.String(), "description": "the one all charges are under, US-CA"},
		"max_row_bytes": whole("a longer row is rejected", leastMaxRow, mostMaxRow),
		"encoding":      word("how its characters are written", encodingNames()...),
		"empty":         word("a file without a byte in it", "refused", "allowed"),
		"trim":          text("ASCII characters to cut off both ends of values"),
		"nulls":         texts("values that mean nothing is known"), "nulls_ignore_case": flag("compare them without case"),
		"delimited": delimitedShape(), "fixed": fixedShape(), "columns": shape{"type": "array", "items": ref("column"), "minItems": 1},
		"rows": object(shape{
			"charge": either(ref("condition"), shape{"const": false}), "deceased": ref("condition"), "registered": ref("condition"),
			"person": ref("condition"), "deleted": ref("condition"), "past": ref("condition"),
			"repeated": word("what a row is that is equal to an earlier one", repeatNames...),
		}),
		"fields": fieldsShape(),
	}, "layout", "fields")
	root["oneOf"] = []shape{{"required": []string{"delimited"}}, {"required": []string{"fixed"}}}
	root["$schema"], root["title"] = dialect, "a layout: how the rows of an extract become charges"
	root["$defs"] = shape{
		"column": either(text("its name"), object(shape{
			"name": text("the name by which fields refer to it"), "optional": flag("it may be missing from the header"),
			"nulls": texts("values of it that mean nothing is known"),
			"start": place("its first byte, from 1"), "length": place("its width in bytes"),
			"as":     word("how its bytes hold a number", numberForms...),
			"digits": whole("it is written with", 1, mostDigits), "decimals": whole("of its digits, behind a point that is not there", 0, mostDigits-1),
		}, "name")),
		"condition": object(shape{
			"column": text("the column"), "equals": text("the text, without case"), "in": texts("one of the texts"), "blank": flag("it is null"),
			"all": several(ref("condition")), "any": several(ref("condition")), "not": ref("condition"),
		}),
		"from": several(either(text("a column, a part of one, or several in braces"), object(shape{
			"from": text("the column"), "nulls": texts("values that count as null"), "when": ref("condition"),
			"evidence": word("of substances: what the column is", vocabulary(fieldEvidence)...),
			"lesser":   flag("of person keys: the source keeps only some rows of a person under it"),
		}, "from"), object(shape{"value": text("a constant"), "when": ref("condition")}, "value"))),
	}
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic("readers: the schema is no JSON: " + err.Error())
	}
	return append(out, '\n')
}

func delimitedShape() shape {
	return object(shape{
		"delimiter": text(`one character, or "\t"`), "quote": text("one character, or none"),
		"escape":     word("how a quote stands inside a quoted field", "double", "backslash"),
		"terminator": text("the character that ends a row"),
		"header":     word("whether the first row names the columns", headerUses...), "header_begins_with": text("the first field by which a header is known"),
		"columns_by": word("how columns are found", "position", "name"), "field_count": word("of a row", "exact", "at_least"),
		"multiline": flag("a quoted field may hold line breaks"), "comment": text("the characters by which a line begins that is no row"),
		"preamble": whole("lines that may stand before the header", 0, mostPreamble),
		"trailer": object(shape{
			"first_field": texts("the first fields by which a trailer is known"), "rows_field": place("the field that counts the rows, from 1"),
		}, "first_field"),
	})
}

func fixedShape() shape {
	return object(shape{
		"framing": word("how records are told from one another", framings...), "record_length": place("bytes of a record"),
		"row_length": word("whether blanks at the end of a line may have been cut", "exact", "trimmed"),
		"record_type": object(shape{
			"start": place("its first byte, from 1"), "length": place("its width in bytes"), "data": texts("the types that are rows"),
			"header": texts("the types of headers"), "trailer": texts("the types of trailers"), "passed": texts("the types that are read over"),
		}, "start", "length"),
		"trailer_rows": object(shape{
			"start": place("its first byte, from 1"), "length": place("its width in bytes"), "as": word("how it holds a number", numberForms...),
			"digits": whole("it has", 1, mostDigits), "decimals": whole("of them", 0, mostDigits-1), "counts": word("what it counts", "records", "rows"),
		}, "start", "length"),
		"trailer_sum": object(shape{
			"start": place("its first byte, from 1"), "length": place("its width in bytes"), "as": word("how it holds a number", numberForms...),
			"digits": whole("it has", 1, mostDigits), "decimals": whole("of them", 0, mostDigits-1), "of": text("the column that it sums up"),
		}, "start", "length", "of"),
		"records": several(object(shape{
			"type": text("the record type"), "parent": text("the type above it"), "row": flag("each of its records is a row"),
			"matches": shape{"type": "object", "additionalProperties": text("the column of a record above that it must equal")},
			"length":  place("bytes of a record"), "columns": shape{"type": "array", "items": ref("column")},
		}, "type")),
	})
}

func fieldsShape() shape {
	fields := shape{}
	for id, name := range fieldNames {
		fields[name] = fieldShape(fieldID(id))
	}
	return object(fields, "person_id")
}

func fieldShape(id fieldID) shape {
	keys := shape{
		"from": ref("from"), "value": text("a constant"), "when": ref("condition"), "required": flag("a row without it is rejected"),
	}
	switch {
	case id == fieldPerson:
		keys["placeholders"], keys["absent"] = texts("more keys that stand for nobody"), flag("the source has no keys of persons")
	case id == fieldSubstances:
		keys["split"] = texts("what parts the names of several")
		keys["map"] = object(shape{"exact": shape{"type": "object", "additionalProperties": texts("the source's words")}}, "exact")
		return object(keys, "from", "map")
	case id.holdsDate(), id == fieldVersion:
		keys["dates"] = texts("the formats, tried in order")
		keys["pivot"] = whole("the first of the hundred years that YY may be", firstPivot, lastPivot)
		keys["century"] = shape{"type": "object", "additionalProperties": whole("the first year of the century", firstPivot, lastPivot)}
		keys["sentinels"] = texts("what the source writes for no date")
		if id == fieldVersion {
			return either(ref("from"), object(keys))
		}
		return object(keys, "dates")
	case id.holdsClass():
		classes := shape{}
		for _, name := range vocabulary(id) {
			classes[name] = texts("the source's texts")
		}
		keys["map"] = object(shape{"exact": object(classes), "prefix": object(classes)})
		keys["blank"] = several(either(word("the class of a null", vocabulary(id)...), object(shape{
			"when": ref("condition"), "value": word("the class", vocabulary(id)...),
		}, "value")))
		return object(keys, "map")
	}
	return either(ref("from"), object(keys))
}

// The shapes that everything is made of. Texts are read as they are written, so numbers
// and flags are texts too.

func text(about string) shape {
	return shape{"type": []string{"string", "number", "boolean", "null"}, "description": about}
}

func flag(about string) shape { return shape{"type": "boolean", "description": about} }

func whole(about string, least, most int) shape {
	return shape{"type": "integer", "minimum": least, "maximum": most, "description": about}
}

func place(about string) shape { return whole(about, 1, mostMaxRow) }

func word(about string, words ...string) shape {
	return shape{"enum": slices.Clone(words), "description": about}
}

func either(of ...shape) shape { return shape{"anyOf": of} }

func ref(name string) shape { return shape{"$ref": "#/$defs/" + name} }

// several is one of a shape, or a list of them.
func several(of shape) shape { return either(of, shape{"type": "array", "items": of}) }

func texts(about string) shape { return several(text(about)) }

func object(keys shape, required ...string) shape {
	s := shape{"type": "object", "properties": keys, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}
