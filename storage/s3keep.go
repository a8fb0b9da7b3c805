package storage

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// ErrNoAnswer tells that a store does not know a question. It is no fault.
var ErrNoAnswer = errors.New("the store does not answer that")

// Versioned tells whether the bucket keeps what is overwritten or removed.
func (s *S3Store) Versioned(ctx context.Context) (bool, error) {
	out, err := s.client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &s.bucket, ExpectedBucketOwner: s.owner()})
	if err != nil {
		return false, s.unanswered(ctx, "versioning", err)
	}
	return out.Status == types.BucketVersioningStatusEnabled, nil
}

// Lifecycle is what the rules of a bucket do to the objects of a store.
type Lifecycle struct {
	// AbortsUploads: uploads that were never finished are removed in time.
	AbortsUploads bool
	// Expires are prefixes of keys of the bucket, below which objects of the store
	// are removed some time after they were written.
	Expires []string
}

// Lifecycle asks for the rules of the bucket.
func (s *S3Store) Lifecycle(ctx context.Context) (l Lifecycle, err error) {
	lifecycle, err := s.client.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &s.bucket, ExpectedBucketOwner: s.owner()})
	if codeOf(err) == "NoSuchLifecycleConfiguration" {
		return l, nil
	}
	if err != nil {
		return l, s.unanswered(ctx, "lifecycle", err)
	}
	for _, rule := range lifecycle.Rules {
		if rule.Status != types.ExpirationStatusEnabled {
			continue
		}
		prefix, whole := reach(rule)
		if rule.AbortIncompleteMultipartUpload != nil && strings.HasPrefix(s.prefix, prefix) && whole {
			l.AbortsUploads = true
		}
		meets := strings.HasPrefix(s.prefix, prefix) || strings.HasPrefix(prefix, s.prefix)
		if expires := rule.Expiration; expires != nil && (aws.ToInt32(expires.Days) > 0 || expires.Date != nil) && meets {
			l.Expires = append(l.Expires, prefix)
		}
	}
	return l, nil
}

// unanswered is why a question about the bucket has no answer.
func (s *S3Store) unanswered(ctx context.Context, question string, err error) error {
	if statusOf(err) == http.StatusNotImplemented {
		return fmt.Errorf("%s of %s: %w", question, s, ErrNoAnswer)
	}
	return s.wrap(ctx, "ask the "+question+" of", "", translate(err, nil))
}

// reach is the prefix of the keys that a rule speaks of, and whether it speaks of
// all of them.
func reach(rule types.LifecycleRule) (prefix string, whole bool) {
	switch {
	case rule.Filter == nil:
		return aws.ToString(rule.Prefix), true //nolint:staticcheck // rules of before filters have it
	case rule.Filter.And != nil:
		return aws.ToString(rule.Filter.And.Prefix), false
	}
	return aws.ToString(rule.Filter.Prefix), rule.Filter.Tag == nil && rule.Filter.ObjectSizeGreaterThan == nil && rule.Filter.ObjectSizeLessThan == nil
}

// Notifies lists the ARNs of what the bucket tells of new objects: queues, topics
// and functions, and "events" for EventBridge. The error is ErrNoAnswer where
// buckets tell nobody.
func (s *S3Store) Notifies(ctx context.Context) ([]string, error) {
	out, err := s.client.GetBucketNotificationConfiguration(ctx, &s3.GetBucketNotificationConfigurationInput{Bucket: &s.bucket, ExpectedBucketOwner: s.owner()})
	if err != nil {
		return nil, s.unanswered(ctx, "notifications", err)
	}
	var told []string
	for _, q := range out.QueueConfigurations {
		told = append(told, aws.ToString(q.QueueArn))
	}
	for _, q := range out.TopicConfigurations {
		told = append(told, aws.ToString(q.TopicArn))
	}
	for _, q := range out.LambdaFunctionConfigurations {
		told = append(told, aws.ToString(q.LambdaFunctionArn))
	}
	if out.EventBridgeConfiguration != nil {
		told = append(told, "events")
	}
	return told, nil
}
