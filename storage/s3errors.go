package storage

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// conflictCode is the answer of AWS to one of two conditional writes that meet.
const conflictCode = "ConditionalRequestConflict"

// remedies are what to do about errors that only the caller can mend.
var remedies = map[string]string{
	"AccessDenied":                 "may these credentials do that, and does the bucket belong to the expected owner?",
	"AuthorizationHeaderMalformed": "is the region the bucket's? See --s3-region",
	"ExpiredToken":                 "the credentials have expired; renew them and start again",
	"ExpiredTokenException":        "the credentials have expired; renew them and start again",
	"InvalidAccessKeyId":           "the store does not know these credentials",
	"NoSuchBucket":                 "there is no such bucket",
	"PermanentRedirect":            "is the region the bucket's? See --s3-region",
	"RequestTimeTooSkewed":         "the clock of this machine is wrong",
	"SignatureDoesNotMatch":        "the secret of the credentials is wrong",
}

// translate gives an error of the SDK the sentinel that a Store promises.
// Precondition is what a condition that did not hold means.
func translate(err, precondition error) error {
	if err == nil {
		return nil
	}
	switch code, status := codeOf(err), statusOf(err); {
	case code == "NoSuchBucket":
		return fmt.Errorf("%s: %w", remedies[code], err)
	case code == "NoSuchKey" || status == http.StatusNotFound:
		return fmt.Errorf("%w: %w", ErrNotExist, err)
	case status == http.StatusPreconditionFailed && precondition != nil:
		return fmt.Errorf("%w: %w", precondition, err)
	case remedies[code] != "":
		return fmt.Errorf("%s: %w", remedies[code], err)
	case !definite(err) && !errors.Is(err, context.Canceled) && !errors.Is(err, ErrChanged):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

func codeOf(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}

// statusOf is the HTTP status of the answer; 0 if there was none.
func statusOf(err error) int {
	if answer, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		return answer.HTTPStatusCode()
	}
	return 0
}

// definite tells whether an error of a write says that it had no effect: the
// store answered and refused. Otherwise the answer may be lost.
func definite(err error) bool {
	status := statusOf(err)
	return status >= 400 && status < 500 && status != http.StatusRequestTimeout && status != http.StatusTooManyRequests
}

// cause is the context's error if the context has ended, else err: the SDK
// wraps it in several ways.
func cause(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		return fmt.Errorf("%w: %w", ended, err)
	}
	return err
}
