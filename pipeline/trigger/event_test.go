package trigger_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/pipeline/trigger"
)

// s3Event is an event as S3 sends it, with the key as it stands in the text.
func s3Event(name, bucket, key string) string {
	return fmt.Sprintf(`{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-west-2",`+
		`"eventTime":"2026-11-23T10:00:00.000Z","eventName":%q,"s3":{"s3SchemaVersion":"1.0","bucket":{"name":%q,`+
		`"arn":"arn:aws:s3:::%[2]s"},"object":{"key":%[3]q,"size":5,"eTag":"d41d8cd98f00b204e9800998ecf8427e",`+
		`"versionId":"v1","sequencer":"0055AED6DCD90281E5"}}}]}`, name, bucket, key)
}

// overSNS is a message as SNS passes it on to a queue.
func overSNS(t *testing.T, message string) string {
	t.Helper()
	text, err := json.Marshal(map[string]string{
		"Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:us-west-2:123456789012:topic",
		"Subject": "Amazon S3 Notification", "Message": message, "Timestamp": "2026-11-23T10:00:00.000Z",
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func eventBridge(detailType, bucket, key string) string {
	return fmt.Sprintf(`{"version":"0","id":"17793124-05d4-b198-2fde-7ededc63b103","detail-type":%q,"source":"aws.s3",`+
		`"account":"123456789012","time":"2026-11-23T10:00:00Z","region":"us-west-2","resources":["arn:aws:s3:::%[2]s"],`+
		`"detail":{"version":"0","bucket":{"name":%[2]q},"object":{"key":%[3]q,"size":5,`+
		`"etag":"d41d8cd98f00b204e9800998ecf8427e","version-id":"v1","sequencer":"617f08299329d189"},"reason":"PutObject"}}`, detailType, bucket, key)
}

const etag = "d41d8cd98f00b204e9800998ecf8427e"

func TestMessages(t *testing.T) {
	created := func(key string) []trigger.Notice {
		return []trigger.Notice{{Kind: trigger.Created, Bucket: "extracts", Key: key, ETag: etag}}
	}
	for name, tc := range map[string]struct {
		body string
		want []trigger.Notice
	}{
		"of S3":                       {s3Event("ObjectCreated:Put", "extracts", "in/a.csv"), created("in/a.csv")},
		"of S3, in parts":             {s3Event("ObjectCreated:CompleteMultipartUpload", "extracts", "a"), created("a")},
		"of S3, by SNS":               {overSNS(t, s3Event("ObjectCreated:Put", "extracts", "in/a.csv")), created("in/a.csv")},
		"of S3, by EventBridge":       {eventBridge("Object Created", "extracts", "in/a.csv"), created("in/a.csv")},
		"by EventBridge and SNS":      {overSNS(t, eventBridge("Object Created", "extracts", "a")), created("a")},
		"of a store that writes s3:":  {s3Event("s3:ObjectCreated:Put", "extracts", "a"), created("a")},
		"a key with a space":          {s3Event("ObjectCreated:Put", "extracts", "in/a+b%2Bc%25.csv"), created("in/a b+c%.csv")},
		"a key that is not English":   {s3Event("ObjectCreated:Put", "extracts", "%C3%B1/%E6%97%A5.csv"), created("ñ/日.csv")},
		"a key that is not encoded":   {eventBridge("Object Created", "extracts", "a+b%20c.csv"), created("a+b%20c.csv")},
		"a key with brackets":         {s3Event("ObjectCreated:Put", "extracts", "a%5B1%5D%2A%3F.csv"), created("a[1]*?.csv")},
		"a folder marker":             {s3Event("ObjectCreated:Put", "extracts", "in/"), created("in/")},
		"a removed object":            {s3Event("ObjectRemoved:Delete", "extracts", "a"), []trigger.Notice{{Kind: trigger.Removed, Bucket: "extracts", Key: "a", ETag: etag}}},
		"removed, by EventBridge":     {eventBridge("Object Deleted", "extracts", "a"), []trigger.Notice{{Kind: trigger.Removed, Bucket: "extracts", Key: "a", ETag: etag}}},
		"a restored archive":          {s3Event("ObjectRestore:Completed", "extracts", "a"), []trigger.Notice{{Kind: trigger.Other, Bucket: "extracts", Key: "a", ETag: etag}}},
		"a test event":                {`{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-11-23T10:00:00.000Z","Bucket":"extracts","RequestId":"r","HostId":"h"}`, []trigger.Notice{{Kind: trigger.Test}}},
		"a test event, by SNS":        {overSNS(t, `{"Service":"Amazon S3","Event":"s3:TestEvent"}`), []trigger.Notice{{Kind: trigger.Test}}},
		"a subscription":              {`{"Type":"SubscriptionConfirmation","Message":"You have chosen to subscribe"}`, []trigger.Notice{{Kind: trigger.Other}}},
		"a schedule":                  {`{"schedule":"nightly","at":"2026-11-23T02:30:00Z"}`, []trigger.Notice{{Kind: trigger.Due, Schedule: "nightly", At: time.Date(2026, 11, 23, 2, 30, 0, 0, time.UTC)}}},
		"a record without a key":      {`{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"extracts"}}}]}`, []trigger.Notice{{Fault: "a record without a bucket or a key"}}},
		"a record of something else":  {`{"Records":[{"messageId":"1","body":"hello"}]}`, []trigger.Notice{{Fault: "a record without an event name"}}},
		"a key that cannot be read":   {s3Event("ObjectCreated:Put", "extracts", "100%.csv"), []trigger.Notice{{Bucket: "extracts", Fault: "a key that is not encoded as keys in events are"}}},
		"tags with quotes, as others": {strings.Replace(s3Event("ObjectCreated:Put", "extracts", "a"), `"`+etag+`"`, `"\"`+etag+`\""`, 1), created("a")},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := trigger.ParseMessage([]byte(tc.body))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMessagesThatAreNone(t *testing.T) {
	for name, body := range map[string]string{
		"nothing": "", "text": "MARKER", "a number": "7", "null": "null", "an empty object": "{}", "no records": `{"Records":[]}`,
		"records that are none": `{"Records":["MARKER"]}`, "half of one": s3Event("ObjectCreated:Put", "b", "MARKER")[:200],
		"SNS in SNS in SNS": overSNS(t, overSNS(t, overSNS(t, s3Event("ObjectCreated:Put", "b", "MARKER")))), "a firing without an instant": `{"schedule":"MARKER"}`,
	} {
		_, err := trigger.ParseMessage([]byte(body))
		if !errors.Is(err, trigger.ErrMessage) || strings.Contains(err.Error(), "MARKER") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// An event of the largest size that S3 sends has a notice for each record.
func TestManyRecords(t *testing.T) {
	one := s3Event("ObjectCreated:Put", "extracts", "in/a.csv")
	one = strings.TrimSuffix(strings.TrimPrefix(one, `{"Records":[`), `]}`)
	n := 64 << 10 / (len(one) + 1)
	notices, err := trigger.ParseMessage([]byte(`{"Records":[` + strings.Repeat(one+",", n-1) + one + `]}`))
	if err != nil || len(notices) != n {
		t.Errorf("got %d notices, want %d (%v)", len(notices), n, err)
	}
}

// Whatever comes: no panic, an error or a notice, and neither quotes the message
// but for bucket, key, tag and schedule.
func FuzzParseMessage(f *testing.F) {
	f.Add([]byte(s3Event("ObjectCreated:Put", "extracts", "in/a+b.csv")))
	f.Add([]byte(eventBridge("Object Created", "extracts", "a")))
	f.Add([]byte(`{"Type":"Notification","Message":"{\"Event\":\"s3:TestEvent\"}"}`))
	f.Add([]byte(`{"schedule":"nightly","at":"2026-11-23T02:30:00Z"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		notices, err := trigger.ParseMessage(body)
		if (err == nil) == (len(notices) == 0) {
			t.Errorf("%d notices and error %v", len(notices), err)
		}
		for _, n := range notices {
			if n.Kind == trigger.Created && (n.Key == "" || n.Bucket == "") {
				t.Errorf("created, without a name")
			}
			if (n.Kind == trigger.Unreadable) != (n.Fault != "") {
				t.Errorf("%s with fault %q", n.Kind, n.Fault)
			}
		}
	})
}
