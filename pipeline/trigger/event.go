package trigger

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// ErrMessage tells that a message is none that this package reads. It will not
// get better by coming again: the caller quarantines it.
var ErrMessage = errors.New("no message of an object store or a schedule")

// Kind is what a notice says.
type Kind int

// The kinds.
const (
	Unreadable Kind = iota // a record without what a record must have
	Created                // an object is there
	Removed                // an object is gone
	Due                    // a schedule is due
	Test                   // the store tries the way
	Other                  // what asks for nothing here, such as a restored archive
)

func (k Kind) String() string {
	return [...]string{"unreadable", "created", "removed", "due", "test", "other"}[k]
}

// Notice is one record of a message. Of an object it is trusted for bucket and
// key alone: sizes, tags and order of events differ between stores and may be
// stale.
type Notice struct {
	Kind        Kind
	Bucket, Key string
	ETag        string    // without quotes, if the event has one
	Schedule    string    // of a firing
	At          time.Time // of a firing
	Fault       string    // why it is unreadable; never its content
}

// ParseMessage reads the body of a message: an S3 event, direct, in an SNS
// notification or by way of EventBridge, a test event, or the firing of a
// schedule ({"schedule": NAME, "at": INSTANT}). A record that cannot be read is a
// notice of its own, so that it costs no other. The error is ErrMessage.
func ParseMessage(body []byte) ([]Notice, error) {
	return parseMessage(body, 2)
}

// envelope has the fields that tell the forms of a message apart.
type envelope struct {
	Records []s3Record // S3

	Event string // s3:TestEvent

	Type    string // SNS
	Message *string

	DetailType string       `json:"detail-type"` // EventBridge
	Detail     *eventDetail `json:"detail"`

	Schedule string    `json:"schedule"` // ours
	At       time.Time `json:"at"`
}

type s3Record struct {
	EventName string `json:"eventName"`
	S3        struct {
		Bucket struct {
			Name string `json:"name"`
		} `json:"bucket"`
		Object struct {
			Key  string `json:"key"`
			ETag string `json:"eTag"`
		} `json:"object"`
	} `json:"s3"`
}

type eventDetail struct {
	Bucket struct {
		Name string `json:"name"`
	} `json:"bucket"`
	Object struct {
		Key  string `json:"key"`
		ETag string `json:"etag"`
	} `json:"object"`
}

func parseMessage(body []byte, envelopes int) ([]Notice, error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, fmt.Errorf("%w: not the JSON of one", ErrMessage) // the error would quote the body
	}
	switch {
	case len(e.Records) > 0:
		notices := make([]Notice, len(e.Records))
		for i := range e.Records {
			notices[i] = e.Records[i].notice()
		}
		return notices, nil
	case e.Event == "s3:TestEvent":
		return []Notice{{Kind: Test}}, nil
	case e.Type == "Notification" && e.Message != nil && envelopes > 0:
		return parseMessage([]byte(*e.Message), envelopes-1)
	case e.Type == "SubscriptionConfirmation" || e.Type == "UnsubscribeConfirmation":
		return []Notice{{Kind: Other}}, nil
	case e.DetailType != "" && e.Detail != nil:
		return []Notice{e.Detail.notice(e.DetailType)}, nil
	case e.Schedule != "" && !e.At.IsZero():
		return []Notice{{Kind: Due, Schedule: e.Schedule, At: e.At}}, nil
	}
	return nil, ErrMessage
}

// notice reads a record of S3, whose key is written as in a form: a plus is a
// space. Some stores write "s3:" before the name of the event and quotes around
// the tag.
func (r *s3Record) notice() Notice {
	kind := Other
	switch name := strings.TrimPrefix(r.EventName, "s3:"); {
	case strings.HasPrefix(name, "ObjectCreated:"):
		kind = Created
	case strings.HasPrefix(name, "ObjectRemoved:"):
		kind = Removed
	case name == "":
		return Notice{Fault: "a record without an event name"}
	}
	key, err := url.QueryUnescape(r.S3.Object.Key)
	if err != nil {
		return Notice{Bucket: r.S3.Bucket.Name, Fault: "a key that is not encoded as keys in events are"}
	}
	return object(kind, r.S3.Bucket.Name, key, r.S3.Object.ETag)
}

// notice reads an event of EventBridge, whose key is written as it is.
func (d *eventDetail) notice(detailType string) Notice {
	kind := Other
	switch detailType {
	case "Object Created":
		kind = Created
	case "Object Deleted":
		kind = Removed
	}
	return object(kind, d.Bucket.Name, d.Object.Key, d.Object.ETag)
}

func object(kind Kind, bucket, key, etag string) Notice {
	if kind == Created && (bucket == "" || key == "") {
		return Notice{Fault: "a record without a bucket or a key"}
	}
	return Notice{Kind: kind, Bucket: bucket, Key: key, ETag: strings.Trim(etag, `"`)}
}
