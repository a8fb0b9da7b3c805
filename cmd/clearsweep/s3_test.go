package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/benchmarks/synth"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/storage/storagetest"
	"github.com/clearsweep/clearsweep/writers"
)

// command runs the command in this process.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, &out, &err)
	return code, out.String(), err.String()
}

// extract makes a synthetic extract of so many rows in so many files.
func extract(t *testing.T, rows int64, files int) string {
	t.Helper()
	dir := t.TempDir()
	made := synth.Defaults()
	made.Rows, made.Files = rows, files
	if _, err := synth.Generate(t.Context(), dir, made); err != nil {
		t.Fatal(err)
	}
	return dir
}

// reach lets the commands of a test reach a server, by their environment.
func reach(t *testing.T, server *storagetest.Server) *storage.Places {
	t.Helper()
	t.Setenv("CLEARSWEEP_S3_ENDPOINT", server.Endpoint)
	t.Setenv("CLEARSWEEP_S3_PATH_STYLE", "true")
	return storage.NewPlaces(server.Options())
}

// sweepArgs sweep inputs as the parameters of an extract say.
func sweepArgs(dir, out string, inputs ...string) []string {
	args := []string{"sweep", "--config", filepath.Join(dir, "params.yaml"), "--layout", "generic/charges", "--out", out, "--memory", "64MiB"}
	for _, input := range inputs {
		args = append(args, "--input", input)
	}
	return args
}

func openStore(t *testing.T, places *storage.Places, place string) storage.Store {
	t.Helper()
	s, err := places.Open(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func upload(t *testing.T, s storage.Store, key, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := storage.Write(t.Context(), s, key, data); err != nil {
		t.Fatal(err)
	}
}

// The same extract on disk, in a bucket as it is, and in a bucket in seven
// pieces, gives the same decisions; the first two the same run. So it does
// compressed, wherever it lies.
func TestTheSameExtractWhereverItLies(t *testing.T) {
	server := storagetest.StartServer(t)
	places := reach(t, server)
	bucket := "s3://" + server.Bucket(t)
	dir := extract(t, 6_000, 1)
	files, err := filepath.Glob(filepath.Join(dir, "charges-*.csv"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	file := files[0]
	s := openStore(t, places, bucket)
	upload(t, s, "one/"+filepath.Base(file), file)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, piece := range pieces(text, 7) {
		name := fmt.Sprintf("piece-%d.csv", i)
		if err := storage.Write(t.Context(), s, "seven/"+name, piece); err != nil {
			t.Fatal(err)
		}
		if err := storage.Write(t.Context(), s, "seven-gzip/"+name, gzipped(t, piece)); err != nil {
			t.Fatal(err)
		}
	}
	for folder, packed := range map[string][]byte{"one-gzip": gzipped(t, text), "one-zip": zipped(t, pieces(text, 7))} {
		if err := storage.Write(t.Context(), s, folder+"/"+filepath.Base(file), packed); err != nil {
			t.Fatal(err)
		}
	}
	packed := filepath.Join(t.TempDir(), filepath.Base(file))
	if err := os.WriteFile(packed, gzipped(t, text), 0o600); err != nil {
		t.Fatal(err)
	}
	outs := map[string]string{
		"disk to disk": filepath.Join(t.TempDir(), "out"), "bucket to disk": filepath.Join(t.TempDir(), "out"),
		"disk to bucket": bucket + "/out-a", "bucket to bucket": bucket + "/out-b", "pieces": bucket + "/out-c",
		"gzip on disk": filepath.Join(t.TempDir(), "out"), "gzip in a bucket": bucket + "/out-d", "pieces, gzip": bucket + "/out-e",
		"pieces in a zip": bucket + "/out-f",
	}
	inputs := map[string]string{
		"disk to disk": file, "disk to bucket": file, "bucket to disk": bucket + "/one/", "bucket to bucket": bucket + "/one/*.csv",
		"pieces": bucket + "/seven/", "gzip on disk": packed, "gzip in a bucket": bucket + "/one-gzip/",
		"pieces, gzip": bucket + "/seven-gzip/", "pieces in a zip": bucket + "/one-zip/",
	}
	sameAs := map[string]string{
		"disk to bucket": "disk to disk", "bucket to disk": "disk to disk", "bucket to bucket": "disk to disk",
		"gzip in a bucket": "gzip on disk",
	}
	runs, rows := map[string]map[string][32]byte{}, map[string][]string{}
	for name, out := range outs {
		if code, _, stderr := command(t, sweepArgs(dir, out, inputs[name])...); code != exitOK {
			t.Fatalf("%s: code %d: %s", name, code, stderr)
		}
		runs[name] = publishedIn(t, openStore(t, places, out))
		rows[name] = decisions(t, out)
		if code, _, stderr := command(t, "verify", "--deep", out); code != exitOK {
			t.Errorf("%s: verify: code %d: %s", name, code, stderr)
		}
	}
	want := "disk to disk"
	for name := range outs {
		if same, ok := sameAs[name]; ok && !maps.Equal(runs[name], runs[same]) {
			t.Errorf("%s: %d files, %s: %d files, or their bytes differ", name, len(runs[name]), same, len(runs[same]))
		}
		if !slices.Equal(rows[name], rows[want]) {
			t.Errorf("%s: %d decisions, %s: %d, or they differ", name, len(rows[name]), want, len(rows[want]))
		}
	}
	if len(rows[want]) < 6_000 {
		t.Errorf("only %d decisions", len(rows[want]))
	}
}

// gzipped is text in members of about a megabyte.
func gzipped(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	for member := range slices.Chunk(text, 1<<20) {
		w := gzip.NewWriter(&b)
		_, err := w.Write(member)
		if err := errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// zipped is an archive of files.
func zipped(t *testing.T, files [][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, file := range files {
		f, err := w.Create(fmt.Sprintf("in/piece-%d.csv", i))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(file); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pieces cuts a CSV file into n files of whole rows, each with the header.
func pieces(text []byte, n int) [][]byte {
	lines := bytes.SplitAfter(text, []byte("\n"))
	header, lines := lines[0], lines[1:]
	var files [][]byte
	for i := range n {
		from, to := i*len(lines)/n, (i+1)*len(lines)/n
		files = append(files, append(bytes.Clone(header), bytes.Join(lines[from:to], nil)...))
	}
	return files
}

// decisions are the determinations of the newest run of an output, but for where
// their rows stood, in order.
func decisions(t *testing.T, out string) []string {
	t.Helper()
	code, stdout, stderr := command(t, "cat", storage.Join(out, "current", "determinations"), "--columns",
		"person_id,case_id,charge_id,county,statute_raw,code,disposition,outcome,rule,remedy_floor,remedy_ceiling,clause,eligible_on,leaves_true,leaves_false")
	if code != exitOK {
		t.Fatalf("cat: code %d: %s", code, stderr)
	}
	rows := strings.Split(strings.TrimSpace(stdout), "\n")[1:]
	slices.Sort(rows)
	return rows
}

// Of two sweeps of the same at the same time one commits, and the other says so
// with its exit code, or finds the commit before it begins.
func TestTwoSweepsAtOnce(t *testing.T) {
	dir := extract(t, 500, 1)
	places := new(storage.Places)
	outs := map[string]func(n int) string{"disk": func(int) string { return filepath.Join(t.TempDir(), "out") }}
	if server := startServer(t); server != nil {
		places = reach(t, server)
		bucket := server.Bucket(t)
		outs["bucket"] = func(n int) string { return fmt.Sprintf("s3://%s/out-%d", bucket, n) }
	}
	for name, place := range outs {
		t.Run(name, func(t *testing.T) {
			lost := 0
			for n := range 20 {
				out := place(n)
				var all sync.WaitGroup
				codes, said := make([]int, 2), make([]string, 2)
				for i := range codes {
					all.Go(func() {
						var stdout, stderr bytes.Buffer
						codes[i] = run(t.Context(), sweepArgs(dir, out, filepath.Join(dir, "charges-*.csv")), &stdout, &stderr)
						said[i] = stdout.String() + stderr.String()
					})
				}
				all.Wait()
				won := 0
				for i, code := range codes {
					switch {
					case code == exitOK && committedNow.MatchString(said[i]):
						won++
					case code == exitOK && strings.Contains(said[i], "is committed already"):
					case code == exitLost:
						lost++
					default:
						t.Errorf("code %d: %s", code, said[i])
					}
				}
				if won != 1 {
					t.Errorf("%d of two sweeps committed: %q", won, said)
				}
				wantOneWholeRun(t, openStore(t, places, out))
			}
			if lost == 0 {
				t.Error("no sweep ever lost: the test did not make them meet")
			}
		})
	}
}

var committedNow = regexp.MustCompile(`run \w+ committed\n`)

// startServer is storagetest.StartServer, but for a test that has something to
// do without one.
func startServer(t *testing.T) (server *storagetest.Server) {
	t.Helper()
	if _, err := os.Stat(filepath.Join("..", "..", ".bin", "versitygw")); err != nil {
		t.Log("SKIPPED in part: there is no S3 server; 'make s3-server' builds it")
		return nil
	}
	return storagetest.StartServer(t)
}

// wantOneWholeRun wants one commit whose run verifies, and no object that it does
// not vouch for.
func wantOneWholeRun(t *testing.T, s storage.Store) {
	t.Helper()
	commits, err := writers.Commits(t.Context(), s)
	if err != nil || len(commits) != 1 {
		t.Fatalf("%d commits, %v", len(commits), err)
	}
	if _, err := writers.Verify(t.Context(), s, &writers.Run{Commit: commits[0]}, false); err != nil {
		t.Error(err)
	}
	for info, err := range s.List(t.Context(), "runs/") {
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(info.Key, commits[0].Path+"/") {
			t.Errorf("%s is left", info.Key)
		}
	}
}

// A sweep into a bucket that is killed at any moment shows nothing, and the next
// one publishes what an undisturbed one would; gc removes what was left.
func TestKilledRunsIntoABucket(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: runs fifty processes")
	}
	server := storagetest.StartServer(t)
	places := reach(t, server)
	bucket := server.Bucket(t)
	dir, scratch := extract(t, 30_000, 4), t.TempDir()
	files, err := filepath.Glob(filepath.Join(dir, "charges-*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	s := openStore(t, places, "s3://"+bucket)
	for _, file := range files {
		upload(t, s, "in/"+filepath.Base(file), file)
	}
	calm, rough := "s3://"+bucket+"/calm", "s3://"+bucket+"/rough"
	start := time.Now() //nolint:forbidigo // how long a run takes here, to kill others before its end
	if text, err := bucketSweep(t.Context(), t, dir, bucket, calm, scratch).CombinedOutput(); err != nil {
		t.Fatalf("undisturbed run: %v\n%s", err, text)
	}
	whole := time.Since(start)
	random, killed := rand.New(rand.NewPCG(13, 17)), 0
	const kills = 50
	for i := range kills { // later and later, so that one that is done ends nothing before its time
		after := (time.Duration(i)*whole + time.Duration(random.Int64N(int64(whole)))) / kills
		ctx, cancel := context.WithTimeout(t.Context(), after)
		if err := bucketSweep(ctx, t, dir, bucket, rough, scratch).Run(); err != nil {
			killed++
		}
		cancel()
		out := openStore(t, places, rough)
		commits, err := writers.Commits(t.Context(), out)
		if err != nil || len(commits) > 1 {
			t.Fatalf("%d commits, %v", len(commits), err)
		}
		if _, err := out.Head(t.Context(), "current.json"); len(commits) == 0 && !errors.Is(err, storage.ErrNotExist) {
			t.Errorf("a killed run is pointed at without a commit (%v)", err)
		}
	}
	if killed == 0 {
		t.Error("no run was killed")
	}
	if text, err := bucketSweep(t.Context(), t, dir, bucket, rough, scratch).CombinedOutput(); err != nil {
		t.Fatalf("run after the kills: %v\n%s", err, text)
	}
	want, got := publishedIn(t, openStore(t, places, calm)), publishedIn(t, openStore(t, places, rough))
	if len(want) == 0 || !maps.Equal(got, want) {
		t.Errorf("after the kills %d files were published, undisturbed %d, or their bytes differ", len(got), len(want))
	}
	wantCleared(t, server, places, rough, scratch)
}

// wantCleared wants gc to remove all that was left once it is old, and nothing of
// the run.
func wantCleared(t *testing.T, server *storagetest.Server, places *storage.Places, out, scratch string) {
	t.Helper()
	if code, stdout, stderr := command(t, "gc", out, "--scratch", scratch, "--delete"); code != exitOK || !strings.Contains(stdout, "0 removed") {
		t.Errorf("gc of what is young: code %d: %s%s", code, stdout, stderr)
	}
	// Where the kills fell no attempt may have written anything yet.
	if err := storage.Write(t.Context(), openStore(t, places, out), "runs/dead/a=dead/manifest.json", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	const old = 8 * 24 * time.Hour
	server.Age(t, old)
	dirs, err := filepath.Glob(filepath.Join(scratch, ".tmp-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		long := time.Now().Add(-old) //nolint:forbidigo // folders have the time of the clock
		if err := os.Chtimes(dir, long, long); err != nil {
			t.Fatal(err)
		}
	}
	code, stdout, stderr := command(t, "gc", out, "--scratch", scratch, "--delete")
	if code != exitOK || !strings.Contains(stdout, "attempt") {
		t.Errorf("gc: code %d: %s%s", code, stdout, stderr)
	}
	wantOneWholeRun(t, openStore(t, places, out))
	if entries, err := os.ReadDir(scratch); err != nil || len(entries) > 0 {
		t.Errorf("%d scratch folders are left (%v)", len(entries), err)
	}
	if code, _, stderr := command(t, "verify", "--deep", out); code != exitOK {
		t.Errorf("verify: code %d: %s", code, stderr)
	}
}

// bucketSweep is a sweep from bucket to bucket in a process of its own.
func bucketSweep(ctx context.Context, t *testing.T, dir, bucket, out, scratch string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := append(sweepArgs(dir, out, "s3://"+bucket+"/in/"), "--scratch", scratch)
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	return cmd
}

// A list in a bucket names files beside it; one that is not as listed stops the
// sweep before anything is written.
func TestAListInABucket(t *testing.T) {
	server := storagetest.StartServer(t)
	places := reach(t, server)
	dir := extract(t, 2_000, 2)
	files, err := filepath.Glob(filepath.Join(dir, "charges-*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	bucket := "s3://" + server.Bucket(t)
	s := openStore(t, places, bucket)
	var list strings.Builder
	list.WriteString("path,sha256\n")
	for _, file := range files {
		upload(t, s, "in/day/"+filepath.Base(file), file)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&list, "day/%s,%x\n", filepath.Base(file), sha256.Sum256(text))
	}
	if err := storage.Write(t.Context(), s, "in/list.csv", []byte(list.String())); err != nil {
		t.Fatal(err)
	}
	args := append(sweepArgs(dir, bucket+"/out"), "--input-list", bucket+"/in/list.csv")
	if err := storage.Write(t.Context(), s, "in/day/"+filepath.Base(files[1]), []byte("not what is listed\n")); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := command(t, args...); code != exitError {
		t.Errorf("code %d: %s", code, stderr)
	}
	for info, err := range openStore(t, places, bucket+"/out").List(t.Context(), "") {
		t.Errorf("%s is left (%v)", info.Key, err)
	}
	upload(t, s, "in/day/"+filepath.Base(files[1]), files[1])
	if code, stdout, stderr := command(t, args...); code != exitOK || !committedNow.MatchString(stdout) {
		t.Errorf("code %d: %s", code, stderr)
	}
}

// A flag goes before the configuration, and that before the environment.
func TestWhoSaysHowToReachS3(t *testing.T) {
	t.Setenv("CLEARSWEEP_S3_REGION", "environment")
	t.Setenv("CLEARSWEEP_S3_KMS_KEY", "environment")
	t.Setenv("CLEARSWEEP_S3_PATH_STYLE", "true")
	t.Setenv("CLEARSWEEP_S3_BUCKET_OWNER", "environment")
	var s3 s3Flags
	cmd := &cobra.Command{}
	s3.register(cmd.Flags())
	if err := cmd.ParseFlags([]string{"--s3-region", "flag", "--s3-endpoint", "https://flag"}); err != nil {
		t.Fatal(err)
	}
	got, err := s3.over(cmd, storage.S3Options{Region: "file", KMSKey: "file", Checksums: "file"})
	want := storage.S3Options{
		Region: "flag", Endpoint: "https://flag", KMSKey: "file", BucketOwner: "environment", Checksums: "file", PathStyle: true,
	}
	if err != nil || got != want {
		t.Errorf("got  %+v (%v)\nwant %+v", got, err, want)
	}
}

// What may lie in a bucket that is no extract stops the sweep by name, or is
// documented to be passed over.
func TestBadInputsInABucket(t *testing.T) {
	server := storagetest.StartServer(t)
	places := reach(t, server)
	dir := extract(t, 200, 1)
	files, err := filepath.Glob(filepath.Join(dir, "charges-*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		key, data, want string
	}{
		"an error page":    {"in/page.csv", `<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>`, "page.csv: it is an XML document"},
		"an empty file":    {"in/empty.csv", "", "empty.csv: the file is empty"},
		"gzip":             {"in/a.csv.gz", "\x1f\x8b\x08rest", "a.csv.gz: its gzip data is damaged"},
		"a folder marker":  {"in/marker/", "", ""},
		"a hidden file":    {"in/.part", "half a fi", ""},
		"a file elsewhere": {"in/sub/other.csv", "anything", ""},
	} {
		t.Run(name, func(t *testing.T) {
			bucket := server.Bucket(t)
			upload(t, openStore(t, places, "s3://"+bucket), "in/good.csv", files[0])
			server.Put(t, bucket, test.key, test.data)
			out := "s3://" + bucket + "/out"
			code, _, stderr := command(t, sweepArgs(dir, out, "s3://"+bucket+"/in/")...)
			if test.want == "" {
				if code != exitOK {
					t.Errorf("code %d: %s", code, stderr)
				}
				return
			}
			if code == exitOK || !strings.Contains(stderr, test.want) {
				t.Errorf("code %d: %s", code, stderr)
			}
			for info, err := range openStore(t, places, out).List(t.Context(), "") {
				t.Errorf("%s is left (%v)", info.Key, err)
			}
		})
	}
}
