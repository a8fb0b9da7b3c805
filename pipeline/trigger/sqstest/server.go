package sqstest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// Server is an SQS server of its own, fauxqs, which listens on this machine only.
type Server struct {
	Endpoint string
	Client   *sqs.Client
	queues   atomic.Int32
}

// StartServer starts a server that ends with the test. The test is skipped, and
// says so, where there is no node, or 'make sqs-server' has not put the server in
// its place.
func StartServer(t testing.TB) *Server {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("SKIPPED: there is no node, so no SQS server to test with")
	}
	folder := filepath.Join(root(t), "tools", "fauxqs")
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "fauxqs")); errors.Is(err, fs.ErrNotExist) {
		t.Skip("SKIPPED: there is no SQS server to test with; 'make sqs-server' installs it in tools/fauxqs")
	}
	cmd := exec.CommandContext(t.Context(), node, "start.mjs") //nolint:gosec // the node of this machine
	cmd.Dir = folder
	var said bytes.Buffer
	cmd.Stderr = &said
	input, err := cmd.StdinPipe() // its end ends the server
	if err != nil {
		t.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = input.Close()
		_ = cmd.Wait() // it is stopped, not asked
	})
	port, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatalf("the SQS server did not start: %v\n%s", err, &said)
	}
	endpoint := "http://127.0.0.1:" + strings.TrimSpace(port)
	return &Server{Endpoint: endpoint, Client: client(endpoint)}
}

// Queue makes a queue of its own and returns its URL.
func (s *Server) Queue(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("queue-%d", s.queues.Add(1))
	out, err := s.Client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.QueueUrl)
}

// root is the folder of the repository.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("the test runs outside the repository")
		}
		dir = filepath.Dir(dir)
	}
}
