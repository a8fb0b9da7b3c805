package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/clearsweep/clearsweep/pipeline/trigger/sqstest"
	"github.com/clearsweep/clearsweep/storage/storagetest"
)

// The doctor on a bucket and a queue: what is missing is to be mended or advised,
// and what is there is fine.
func TestTheDoctorOnBucketsAndQueues(t *testing.T) {
	queues := sqstest.StartServer(t)
	queue, dead := queues.Queue(t), queues.Queue(t)
	server := storagetest.StartServer(t)
	bucket := server.Bucket(t)
	config := filepath.Join(t.TempDir(), "watch.yaml")
	writeFile(t, config, fmt.Sprintf(`layout: generic/charges
policy: us-ca/prop64-county-options
params: {county: ALPINE}
as_of: delivery
out: s3://%[1]s/out
s3: {endpoint: %[2]s, path_style: true}
sources:
  - name: uploads
    sqs: {queue: %[3]s, endpoint: %[4]s, place: 's3://%[1]s/in'}
`, bucket, server.Endpoint, queue, queues.Endpoint))
	text, code := doctorProcess(t, config)
	for _, want := range []string{
		"ok     output s3://" + bucket + "/out: write", "ok     output: refuse what is out of date", "ok     clock: agrees",
		"ok     place s3://" + bucket + "/in/: list", "advice output: versioning: is off", "MEND   queue uploads: dead letters",
		"ok     queue uploads: may delete", "ok     queue uploads: may hide", "advice queue uploads: events of the bucket: cannot be asked",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("does not say %q", want)
		}
	}
	if code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	server.KeepVersions(t, bucket)
	arn := "arn:aws:sqs:us-east-1:000000000000:" + dead[strings.LastIndexByte(dead, '/')+1:]
	_, err := queues.Client.SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{QueueUrl: &queue, Attributes: map[string]string{
		"RedrivePolicy": fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":"5"}`, arn),
	}})
	if err != nil {
		t.Fatal(err)
	}
	mended, code := doctorProcess(t, config)
	if code != exitOK || !strings.Contains(mended, "ok     queue uploads: dead letters") || !strings.Contains(mended, "ok     place s3://"+bucket+"/in/: list") {
		t.Errorf("exit code %d", code)
	}
	if t.Failed() {
		t.Logf("%s\nthen\n%s", text, mended)
	}
	_, code = doctorProcess(t, config, "AWS_SECRET_ACCESS_KEY=wrong")
	if code == exitOK {
		t.Error("wrong credentials are fine")
	}
}

func doctorProcess(t *testing.T, config string, env ...string) (said string, code int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "doctor", "--config", config)
	cmd.Env = append(append(os.Environ(), asCommand+"=1"), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return out.String(), exit.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), exitOK
}
