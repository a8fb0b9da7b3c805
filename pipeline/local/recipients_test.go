package local_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
)

// Each agency's update files are for its recipients alone, and hold what they hold in clear.
func TestUpdateFilesForTheirRecipients(t *testing.T) {
	rows := []string{
		"P1,1970-01-01,MARKER,one,ALPINE,11359 HS,felony,CONVICTED,2001-01-01",
		"P2,1970-01-01,MARKER,two,ALPINE,11359 HS,felony,CONVICTED,2001-01-01",
	}
	plain := generic(t, map[string]string{"county": "ALPINE", "only_prop64": "true"}, rows...)
	inClear := sweep(t, plain)
	court, other := newIdentity(t), newIdentity(t)
	list := filepath.Join(t.TempDir(), "recipients.csv")
	write(t, list, "agency,recipient\ncourt-us-ca-alpine,"+court.Recipient().String()+"\n*,"+other.Recipient().String()+"\n")
	cfg := plain
	cfg.Out, cfg.Recipients = t.TempDir(), list
	result := sweep(t, cfg)
	run := filepath.Join(cfg.Out, result.Path)
	if files := withMarker(t, filepath.Join(run, "agencies")); len(files) > 0 {
		t.Errorf("%v stand in clear", files)
	}
	for agency, keys := range map[string][2]*age.X25519Identity{
		"court-us-ca-alpine": {court, other}, "repository-us-ca": {other, court},
	} {
		for _, name := range []string{"update.csv", "update.txt"} {
			file := filepath.Join(run, "agencies", agency, name+".age")
			if _, err := decrypt(t, file, keys[1]); err == nil {
				t.Errorf("%s of %s opens with the key of another", name, agency)
			}
			got, err := decrypt(t, file, keys[0])
			if err != nil {
				t.Fatal(err)
			}
			want := read(t, filepath.Join(plain.Out, inClear.Path, "agencies", agency, name))
			if got = strings.ReplaceAll(got, result.Manifest.RunID, inClear.Manifest.RunID); got != want || !strings.Contains(got, "MARKER") {
				t.Errorf("%s of %s is %q, want %q", name, agency, got, want)
			}
		}
	}
	if result.Manifest.RunID == inClear.Manifest.RunID {
		t.Error("encrypted or not, it is one run")
	}
}

func decrypt(t *testing.T, name string, key age.Identity) (string, error) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it is read
	r, err := age.Decrypt(f, key)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	return string(text), err
}

func TestRecipientsThatAreRefused(t *testing.T) {
	key := newIdentity(t).Recipient().String()
	for name, c := range map[string]struct{ list, want string }{
		"an agency without one": {"agency,recipient\ncourt-us-ca-kern," + key + "\n", "court-us-ca-alpine has no recipient for its update files: add a line for it, or for \"*\"\nagency repository-us-ca has no recipient"},
		"no key":                {"agency,recipient\n*,age1nobody\n", "line 2"},
		"a private key":         {"agency,recipient\n*,AGE-SECRET-KEY-1MARKER\n", "line 2: recipient must be a public key"},
		"twice":                 {"agency,recipient\n*," + key + "\n*," + key + "\n", "line 3: the agency has this recipient already"},
		"no agency":             {"agency,recipient\nCourt of Kern," + key + "\n", "line 2"},
		"nobody":                {"agency,recipient\n", "it names no agency"},
		"no header":             {"*," + key + "\n", "line 1: the columns must be agency,recipient"},
	} {
		cfg := generic(t, map[string]string{"county": "ALPINE", "only_prop64": "true"}, "P1,1970-01-01,A,one,ALPINE,11359 HS,felony,CONVICTED,2001-01-01")
		cfg.Recipients = filepath.Join(t.TempDir(), "recipients.csv")
		write(t, cfg.Recipients, c.list)
		_, err := trySweep(t.Context(), cfg)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "MARKER") {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
		if seen := published(t, cfg.Out); len(seen) > 0 {
			t.Errorf("%s: published %v", name, seen)
		}
	}
}
