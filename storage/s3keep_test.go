package storage_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/storage"
)

// answering is a store below out/ of a bucket that answers questions about itself
// with these texts, by the question.
func answering(t *testing.T, answers map[string]string) *storage.S3Store {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for question, answer := range answers {
			if r.URL.Query().Has(question) {
				_, _ = io.WriteString(w, answer)
				return
			}
		}
		w.WriteHeader(http.StatusNotImplemented)
	}))
	t.Cleanup(server.Close)
	return newStore(t, openS3(t, storage.S3Options{Endpoint: server.URL, PathStyle: true, Region: "us-east-1"}), "bucket", "out")
}

func TestLifecycles(t *testing.T) {
	rule := func(status, filter, action string) string {
		return `<Rule><ID>r</ID><Status>` + status + `</Status>` + filter + action + `</Rule>`
	}
	const (
		all     = `<Filter><Prefix></Prefix></Filter>`
		inside  = `<Filter><Prefix>out/ledger/</Prefix></Filter>`
		beside  = `<Filter><Prefix>in/</Prefix></Filter>`
		tagged  = `<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter>`
		aborts  = `<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>`
		expires = `<Expiration><Days>30</Days></Expiration>`
	)
	for name, tc := range map[string]struct {
		rules string
		want  storage.Lifecycle
	}{
		"nothing":                      {"", storage.Lifecycle{}},
		"as it should be":              {rule("Enabled", all, aborts), storage.Lifecycle{AbortsUploads: true}},
		"disabled":                     {rule("Disabled", all, aborts+expires), storage.Lifecycle{}},
		"uploads elsewhere":            {rule("Enabled", beside, aborts), storage.Lifecycle{}},
		"uploads of some":              {rule("Enabled", tagged, aborts), storage.Lifecycle{}},
		"everything expires":           {rule("Enabled", all, expires), storage.Lifecycle{Expires: []string{""}}},
		"the ledger expires":           {rule("Enabled", inside, expires), storage.Lifecycle{Expires: []string{"out/ledger/"}}},
		"extracts expire, as they may": {rule("Enabled", beside, expires), storage.Lifecycle{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := answering(t, map[string]string{"lifecycle": "<LifecycleConfiguration>" + tc.rules + "</LifecycleConfiguration>"}).Lifecycle(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestVersioning(t *testing.T) {
	for status, want := range map[string]bool{"<Status>Enabled</Status>": true, "<Status>Suspended</Status>": false, "": false} {
		got, err := answering(t, map[string]string{"versioning": "<VersioningConfiguration>" + status + "</VersioningConfiguration>"}).Versioned(t.Context())
		if err != nil || got != want {
			t.Errorf("%q: got %v, %v", status, got, err)
		}
	}
}

func TestWhomABucketTells(t *testing.T) {
	got, err := answering(t, map[string]string{"notification": `<NotificationConfiguration>` +
		`<QueueConfiguration><Queue>arn:aws:sqs:us-east-1:1:q</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration>` +
		`<TopicConfiguration><Topic>arn:aws:sns:us-east-1:1:t</Topic><Event>s3:ObjectCreated:*</Event></TopicConfiguration>` +
		`<EventBridgeConfiguration/></NotificationConfiguration>`}).Notifies(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"arn:aws:sqs:us-east-1:1:q", "arn:aws:sns:us-east-1:1:t", "events"}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := answering(t, nil).Notifies(t.Context()); !errors.Is(err, storage.ErrNoAnswer) {
		t.Errorf("got %v", err)
	}
}
