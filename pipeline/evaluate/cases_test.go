package evaluate

import "strings"

// readCode is as much of a statute reader as the tests of the package need: "11357(B) HS-WORDS", "664/11358 HS", "720 ILCS 550/4(a)".
func readCode(statute string) (string, bool) {
	if il, ok := strings.CutPrefix(statute, "720 ILCS "); ok {
		if object, ok := strings.CutPrefix(il, "5/8-4("); ok {
			return "attempt:IL:720:" + strings.TrimSuffix(object, ")"), true
		}
		return "IL:720:" + il, true
	}
	section, rest, ok := strings.Cut(statute, " ")
	if !ok {
		return "", false
	}
	prefix := ""
	if object, ok := strings.CutPrefix(section, "664/"); ok {
		prefix, section = "attempt:", object
	}
	name := "PC"
	if strings.HasPrefix(rest, "HS") {
		name = "HSC"
	}
	return prefix + "CA:" + name + ":" + strings.ToLower(section), true
}
