package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/clearsweep/clearsweep/benchmarks/corpus"
)

// process is the command in a process of its own.
func process(ctx context.Context, t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = append(os.Environ(), asCommand+"=1", "CLEARSWEEP_WHO=a test")
	return cmd
}

// recipient is a new public key, and a file with the private one.
func recipient(t *testing.T) (public, identity string) {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	identity = filepath.Join(t.TempDir(), "key.txt")
	if err := os.WriteFile(identity, []byte(key.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return key.Recipient().String(), identity
}

// corpusPersons finds in text what the extracts of the corpus say of persons: keys, names,
// births, cases.
var corpusPersons = regexp.MustCompile(`\b(ODD2?|NEAR[12]|DOE|1971-03-14|19710314|03/14/1971)\b`)

// secrets are what of these a file that is encrypted has by chance so seldom that it is never
// seen.
var secrets = regexp.MustCompile(`NEAR[12]|1971-03-14|19710314`)

// TestNobodyIsNamed sweeps each kind of bad input, encrypted and not. What the command says,
// whether it succeeds or not, the manifest, the commit and the journal name nobody; and where
// all is encrypted, no file does.
func TestNobodyIsNamed(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: runs 316 processes")
	}
	public, _ := recipient(t)
	for _, k := range corpus.Kinds() {
		for _, encrypted := range []bool{false, true} {
			t.Run(fmt.Sprintf("%03d encrypted %t", k.Number, encrypted), func(t *testing.T) {
				t.Parallel()
				folder, layout, err := k.Write(t.TempDir())
				if err != nil {
					t.Fatal(err)
				}
				out := filepath.Join(t.TempDir(), "out")
				args := []string{
					"sweep", "--input", filepath.Join(folder, "*"), "--layout", layout, "--policy", "us-ca/prop64-county-options",
					"--param", "county=LOS ANGELES", "--as-of", "2026-11-01", "--out", out, "--who", "a test",
				}
				if encrypted {
					args = append(args, "--encrypt-for", public, "--keep-raw-rejects", public)
				}
				said, err := process(t.Context(), t, args...).CombinedOutput()
				if (err != nil) != (k.Want.Refused != "") {
					t.Fatalf("%v: %s", err, said)
				}
				if found := corpusPersons.Find(said); found != nil {
					t.Errorf("the command says %q: %s", found, said)
				}
				eachFile(t, out, func(name string, data []byte) {
					about := strings.HasSuffix(name, ".json")
					if found := corpusPersons.Find(data); about && found != nil {
						t.Errorf("%s says %q", name, found)
					}
					if found := secrets.Find(data); encrypted && found != nil {
						t.Errorf("%s has %q in clear", name, found)
					}
				})
			})
		}
	}
}

// eachFile reads every file below a folder.
func eachFile(t *testing.T, folder string, do func(name string, data []byte)) {
	t.Helper()
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		do(filepath.ToSlash(name), data)
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
}

// markedExtract is of persons in whose every column a marker stands, and not by person, so
// that it is spilled.
func markedExtract(t *testing.T, rows int) string {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("person_id,surname,given_name,birth_date,case_id,charge_id,county,statute,description,severity,disposition,disposition_date\n")
	for n := range rows {
		p := n % (rows / 2)
		fmt.Fprintf(&b, "MARKER%d,MARKERSON,MARKERINE,1970-01-01,MARKERCASE%d,MARKERCHARGE%d,ALPINE,11359 HS,MARKER text,FELONY,CONVICTED,2001-02-03\n", p, n, n)
		if n%50 == 0 {
			fmt.Fprintf(&b, "MARKER%d,MARKERSON,MARKERINE,1970-01-01,MARKERBAD,1,ALPINE,MARKER statute,MARKER text,MARKER severity,MARKER disposition,MARKER day\n", p)
			fmt.Fprintf(&b, "MARKER%d,a row that is cut off\n", p)
		}
	}
	name := filepath.Join(t.TempDir(), "extract.csv")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestKilledRunsLeaveNoise kills encrypted sweeps at any moment, lets one end, issues it, and
// looks for persons in all that they left.
func TestKilledRunsLeaveNoise(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: runs a dozen processes")
	}
	extract := markedExtract(t, 60_000)
	public, identity := recipient(t)
	dir := t.TempDir()
	out, scratch := filepath.Join(dir, "out"), filepath.Join(dir, "scratch")
	recipients := filepath.Join(dir, "recipients.csv")
	if err := os.Mkdir(scratch, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(recipients, []byte("agency,recipient\n*,"+public+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	files := 0
	noise := func(when string) {
		t.Helper()
		for _, folder := range []string{out, scratch} {
			eachFile(t, folder, func(name string, data []byte) {
				files++
				if bytes.Contains(data, []byte("MARKER")) {
					t.Errorf("%s: %s has a person in clear", when, name)
				}
			})
		}
	}
	sweep := []string{
		"sweep", "--input", extract, "--layout", "generic/charges", "--policy", "us-ca/prop64-county-options", "--param", "county=ALPINE",
		"--param", "years_since_conviction=8", "--as-of", "2026-11-01", "--out", out, "--scratch", scratch, "--memory", "16MiB",
		"--encrypt-for", public, "--recipients", recipients, "--keep-raw-rejects", public, "--who", "a test",
	}
	random := rand.New(rand.NewPCG(3, 5))
	for range 8 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(200+random.Int64N(1200))*time.Millisecond)
		said, _ := process(ctx, t, sweep...).CombinedOutput()
		cancel()
		if bytes.Contains(said, []byte("MARKER")) {
			t.Errorf("the command names somebody: %s", said)
		}
		noise("after a kill")
	}
	steps := [][]string{
		sweep,
		{"issue", out, "--who", "a test", "--identity", identity, "--recipients", recipients, "--archive-for", public, "--scratch", scratch},
		{"verify", out, "--deep", "--identity", identity},
		{"verify", out},
		{"coverage", out, "--identity", identity},
		{"rejects", "summarize", out, "--identity", identity},
	}
	for _, args := range steps {
		said, err := process(t.Context(), t, args...).CombinedOutput()
		if err != nil || bytes.Contains(said, []byte("MARKER")) {
			t.Fatalf("%s: %v: %s", args[0], err, said)
		}
		noise(args[0])
	}
	if files < 100 {
		t.Errorf("only %d files were looked at", files)
	}
	// With the key all of it is there.
	person := []string{"explain", out, "--person", "MARKER7"}
	if said, err := process(t.Context(), t, append(person, "--identity", identity)...).CombinedOutput(); err != nil || !bytes.Contains(said, []byte("11361.8")) {
		t.Errorf("explain with the key: %v: %s", err, said)
	}
	if said, err := process(t.Context(), t, "audit", "list", out, "--json").CombinedOutput(); err != nil || !bytes.Contains(said, []byte(`"kind":"run opened","body":{"run":"`)) {
		t.Errorf("the journal does not say who opened the run: %v: %s", err, said)
	}
	anonymous := process(t.Context(), t, append(person, "--identity", identity)...)
	anonymous.Env = append(anonymous.Env, "CLEARSWEEP_WHO=")
	if said, err := anonymous.CombinedOutput(); err == nil || !bytes.Contains(said, []byte("--who: name the person")) || bytes.Contains(said, []byte("MARKER7")) {
		t.Errorf("explain by nobody: %v: %s", err, said)
	}
	said, err := process(t.Context(), t, person...).CombinedOutput()
	if err == nil || !bytes.Contains(said, []byte("--identity")) {
		t.Errorf("explain without the key: %v: %s", err, said)
	}
}

// TestWatchNamesNobody has a daemon sweep bad inputs, and looks for persons in its log and its
// metrics.
func TestWatchNamesNobody(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: runs a daemon")
	}
	dir := t.TempDir()
	incoming := filepath.Join(dir, "incoming")
	if err := os.Mkdir(incoming, 0o700); err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, k := range corpus.Kinds() {
		if k.Layout != "generic/charges" || k.FIFO != "" {
			continue
		}
		for i, f := range k.Files {
			if err := os.WriteFile(filepath.Join(incoming, fmt.Sprintf("%03d-%d.csv", k.Number, i)), f.Data, 0o600); err != nil {
				t.Fatal(err)
			}
			files++
		}
	}
	config := `layout: generic/charges
policy: us-ca/prop64-county-options
params: {county: LOS ANGELES}
as_of: delivery
time_zone: America/Los_Angeles
out: out
max_rejects: 0
listen: 127.0.0.1:0
sources:
  - name: incoming
    poll: {place: incoming, match: '*.csv', every: 1s, settle: 0s}
`
	if err := os.WriteFile(filepath.Join(dir, "watch.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	daemon := process(ctx, t, "watch", "--config", "watch.yaml")
	daemon.Dir = dir
	var log syncBuffer
	daemon.Stdout, daemon.Stderr = &log, &log
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	ended := regexp.MustCompile(`"msg":"(sweep committed|delivery quarantined)"`)
	for len(ended.FindAllString(log.String(), -1)) < files {
		if ctx.Err() != nil {
			t.Fatalf("%d of %d deliveries ended: %s", len(ended.FindAllString(log.String(), -1)), files, log.String())
		}
		time.Sleep(50 * time.Millisecond)
	}
	address := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(log.String())
	answer, err := http.Get("http://" + address + "/metrics") //nolint:noctx // of a test
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // it is read
	var metrics bytes.Buffer
	if _, err := metrics.ReadFrom(answer.Body); err != nil || !strings.Contains(metrics.String(), "clearsweep_deliveries_total") {
		t.Errorf("metrics: %v: %s", err, metrics.String())
	}
	if err := daemon.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := daemon.Wait(); err != nil {
		t.Errorf("the daemon: %v", err)
	}
	for what, text := range map[string]string{"log": log.String(), "metrics": metrics.String()} {
		if found := corpusPersons.FindString(text); found != "" {
			t.Errorf("the %s has %q", what, found)
		}
	}
}

// syncBuffer gathers what a process says, to be read meanwhile.
type syncBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
