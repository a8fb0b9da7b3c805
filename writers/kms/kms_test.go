package kms_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/aws/aws-sdk-go-v2/config"
	service "github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/pipeline/local"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
	"github.com/clearsweep/clearsweep/writers/kms"
)

// serve starts a server that speaks as KMS does, on loopback, and has the SDK ask it.
func serve(t *testing.T) *service.Client {
	t.Helper()
	tools, err := filepath.Abs("../../tools/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	built, err := exec.CommandContext(t.Context(), "go", "tool", "-modfile", tools, "-n", "local-kms").Output()
	if err != nil {
		t.Skipf("SKIPPED: the server of KMS could not be built, which takes the modules of tools/go.mod: %v", err)
	}
	free, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(address, ":")
	server := exec.CommandContext(t.Context(), strings.TrimSpace(string(built)))
	server.Env = append(os.Environ(), "PORT="+port, "KMS_REGION=us-west-2", "KMS_DATA_PATH="+t.TempDir())
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait() // it was killed
	})
	t.Setenv("AWS_ENDPOINT_URL_KMS", "http://"+address)
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithRegion("us-west-2"))
	if err != nil {
		t.Fatal(err)
	}
	client := service.NewFromConfig(cfg)
	for range 100 {
		if _, err = client.ListKeys(t.Context(), &service.ListKeysInput{}); err == nil {
			return client
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("the server of KMS does not answer: %v", err)
	return nil
}

func newKey(t *testing.T, client *service.Client) string {
	t.Helper()
	made, err := client.CreateKey(t.Context(), &service.CreateKeyInput{})
	if err != nil {
		t.Fatal(err)
	}
	return kms.Prefix + *made.KeyMetadata.Arn
}

func TestKMS(t *testing.T) {
	client := serve(t)
	t.Run("runs", func(t *testing.T) { runsForKMS(t, client) })
	t.Run("either key", func(t *testing.T) { eitherOpens(t, client) })
}

// A run that is encrypted for a key of KMS is opened through KMS alone, and not once its key is
// disabled there.
func runsForKMS(t *testing.T, client *service.Client) {
	name := newKey(t, client)
	extract := filepath.Join(t.TempDir(), "extract.csv")
	rows := "person_id,birth_date,case_id,charge_id,county,statute,severity,disposition,disposition_date\n" +
		"MARKER1,1970-01-01,C1,1,ALPINE,11359 HS,FELONY,CONVICTED,2001-02-03\n"
	if err := os.WriteFile(extract, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	asOf, err := schemas.ParseDate("2026-11-01")
	if err != nil {
		t.Fatal(err)
	}
	cfg := pipeline.Config{
		Inputs: []string{extract}, Layout: "generic/charges", Policy: "us-ca/prop64-county-options", Params: map[string]string{"county": "ALPINE"},
		AsOf: asOf, Out: t.TempDir(), MaxRejects: -1, Workers: 2, Memory: pipeline.LeastMemory, Version: "test", EncryptFor: []string{name},
	}
	plan, err := pipeline.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	result, err := local.Run(t.Context(), plan, new(local.Progress), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(result.Manifest.EncryptedFor); got != "["+name+"]" {
		t.Errorf("encrypted for %s", got)
	}
	store, err := storage.OpenDisk(cfg.Out)
	if err != nil {
		t.Fatal(err)
	}
	run, err := writers.OpenRun(t.Context(), store, "")
	if err != nil {
		t.Fatal(err)
	}
	find := func(keys ...age.Identity) (int, error) {
		run.Keys = keys
		found, err := writers.FindPerson(context.Background(), store, run, "MARKER1")
		return len(found), err
	}
	if n, err := find(kms.Identity{}); err != nil || n != 1 {
		t.Errorf("through KMS %d charges (%v)", n, err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := find(other); !errors.Is(err, writers.ErrSealed) {
		t.Errorf("with a key of age: %v", err)
	}
	arn := strings.TrimPrefix(name, kms.Prefix)
	if _, err := client.DisableKey(t.Context(), &service.DisableKeyInput{KeyId: &arn}); err != nil {
		t.Fatal(err)
	}
	if _, err := find(kms.Identity{}); err == nil || !strings.Contains(err.Error(), "Disabled") {
		t.Errorf("with a key that is disabled: %v", err)
	}
	run.Keys = nil
	if v, err := writers.Verify(t.Context(), store, run, true); err != nil || v.Sealed == 0 {
		t.Errorf("verified without a key: %+v, %v", v, err)
	}
}

// A file for a key of age and one of KMS is opened by either, and by no other.
func eitherOpens(t *testing.T, client *service.Client) {
	mine, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	to, err := writers.ParseRecipients([]string{newKey(t, client), mine.Recipient().String()})
	if err != nil || len(to.Names) != 2 {
		t.Fatal(to.Names, err)
	}
	var file bytes.Buffer
	w, err := age.Encrypt(&file, to.Keys()...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("text")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]age.Identity{"age": mine, "KMS": kms.Identity{}} {
		r, err := age.Decrypt(bytes.NewReader(file.Bytes()), key)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if text, err := io.ReadAll(r); err != nil || string(text) != "text" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	file.Reset()
	if w, err = age.Encrypt(&file, mine.Recipient()); err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := age.Decrypt(bytes.NewReader(file.Bytes()), kms.Identity{}); err == nil {
		t.Error("KMS opens what is not for it")
	}
}

func TestRecipientsOfKMSThatAreRefused(t *testing.T) {
	for _, name := range []string{"aws-kms:", "aws-kms:alias/x", "aws-kms:arn:aws:s3:us-west-2:111122223333:key/x", "aws-kms:arn:aws:kms::111122223333:key/x"} {
		if _, err := writers.ParseRecipients([]string{name}); err == nil || !strings.Contains(err.Error(), "want the ARN") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
