package link_test

import (
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/pipeline/link"
	"github.com/clearsweep/clearsweep/schemas"
)

const crosswalkHead = "id,person_id,reviewed_by,reviewed_on\n"

func TestCrosswalkJoinsKeys(t *testing.T) {
	c, err := link.ParseCrosswalk("x.csv", []byte("\xef\xbb\xbf"+crosswalkHead+"b,a,R. Reviewer,2026-01-02\r\n\" c \",a,R. Reviewer,2026-01-02\n"))
	if err != nil {
		t.Fatal(err)
	}
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	for keys, want := range map[string]string{"a b - c d": "a a - a d", "a d -": "a d -"} {
		list := strings.Fields(strings.ReplaceAll(keys, "-", "~"))
		for i := range list {
			list[i] = strings.Trim(list[i], "~")
		}
		batch := coded(mem, list)
		joined := c.Join(mem, batch)
		var got []string
		person := joined.Column(schemas.ColPerson).(*array.String)
		for row := range person.Len() {
			if person.IsNull(row) {
				got = append(got, "-")
			} else {
				got = append(got, person.Value(row))
			}
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%s became %s, want %s", keys, g, want)
		}
		joined.Release()
		batch.Release()
	}
}

func TestCrosswalkRefusesWhatNobodyAnswersFor(t *testing.T) {
	for name, c := range map[string]struct{ rows, want string }{
		"no reviewer":     {"secret,a,,2026-01-02\n", "line 2: reviewed_by is blank"},
		"no day":          {"secret,a,R,soon\n", "line 2: reviewed_on must be a day"},
		"twice":           {"secret,a,R,2026-01-02\nsecret,b,R,2026-01-02\n", "line 3: its id is that of line 2"},
		"a chain":         {"b,secret,R,2026-01-02\nsecret,c,R,2026-01-02\n", "line 2: its person_id is the id of line 3"},
		"itself":          {"secret,secret,R,2026-01-02\n", "line 2: id and person_id are the same"},
		"a field missing": {"secret,a,R\n", "line 2: wrong number of fields"},
		"an open quote":   {"secret,\"a,R,2026-01-02\n", "line 2: "},
		"no text":         {"secret\xff,a,R,2026-01-02\n", "line 2: id is no text"},
	} {
		_, err := link.ParseCrosswalk("x.csv", []byte(crosswalkHead+c.rows))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %v, want %q and no key", name, err, c.want)
		}
	}
	if _, err := link.ParseCrosswalk("x.csv", []byte("id,person\n")); err == nil || !strings.Contains(err.Error(), "header") {
		t.Errorf("another header: got %v", err)
	}
}
