package storage

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// S3Options says how to reach S3, or a store that speaks its protocol. It is
// plain data and holds no secret: credentials come by the SDK's default chain
// and by no other way. What is left empty is read from the environment as the
// SDK does (AWS_REGION, AWS_ENDPOINT_URL_S3, AWS_USE_FIPS_ENDPOINT, ...).
type S3Options struct {
	Region   string `yaml:"region"`
	Endpoint string `yaml:"endpoint"` // URL; empty for that of AWS
	// PathStyle puts the bucket in the path and not in the name of the host, as
	// most stores but AWS want it.
	PathStyle bool `yaml:"path_style"`
	FIPS      bool `yaml:"fips"` // ask the FIPS 140 endpoints of AWS
	// KMSKey is the key that every object is encrypted with; empty for the
	// bucket's own encryption.
	KMSKey string `yaml:"kms_key"`
	// BucketOwner is the account that must own every bucket; empty for any.
	BucketOwner string `yaml:"bucket_owner"`
	// Checksums is ChecksumsSupported or ChecksumsRequired; empty for what the
	// environment says, and the first without.
	Checksums string `yaml:"checksums"`
	// ReadAhead is the memory, in bytes, that all open readers together may hold
	// of what nobody has read yet; 0 for DefaultReadAhead.
	ReadAhead int64 `yaml:"-"`
}

// Modes of checksums: sent and verified wherever the protocol has them, or only
// where it demands them, for stores that know no better.
const (
	ChecksumsSupported = "when_supported"
	ChecksumsRequired  = "when_required"
)

// Sizes of transfers. Ranges and their number are those of the benchmark in
// benchmarks/results/2026-11-25-2-cores; a writer holds at most partBytes for
// each part in flight and two more.
const (
	DefaultReadAhead = 64 << 20

	rangeBytes     = 16 << 20
	rangesInFlight = 4
	partBytes      = 16 << 20
	partsInFlight  = 2
)

const (
	attempts = 5 // at one request, the first included
	// stall is how long an answer may bring no byte before it counts as lost.
	stall = 30 * time.Second
	// failTimeout is the time to take an unfinished upload back, when the
	// context of the upload is cancelled already.
	failTimeout = 30 * time.Second
)

// S3 is the way to the buckets that one set of options reaches. Its stores share
// connections and the memory for reading ahead. It is safe for use by several
// goroutines at once.
type S3 struct {
	client   *s3.Client
	uploads  *transfermanager.Client
	options  S3Options
	buffers  *buffers
	transfer transfer
}

// transfer is how objects are moved; tests make it small.
type transfer struct {
	rangeBytes int64
	inFlight   int // ranges of one reader
	buffers    int // of all readers
	partBytes  int64
	stall      time.Duration
	pause      time.Duration // before the first retry of a range
	backoff    time.Duration // at most, before a retry of a request
}

// OpenS3 reads configuration and credentials; it asks no bucket.
func OpenS3(ctx context.Context, o S3Options) (*S3, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	transport := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.ResponseHeaderTimeout = 2 * stall
		t.MaxIdleConnsPerHost = 64
	})
	load := []func(*config.LoadOptions) error{config.WithHTTPClient(transport)}
	if o.Region != "" {
		load = append(load, config.WithRegion(o.Region))
	}
	if o.FIPS {
		load = append(load, config.WithUseFIPSEndpoint(aws.FIPSEndpointStateEnabled))
	}
	if o.Checksums == ChecksumsRequired {
		load = append(load,
			config.WithRequestChecksumCalculation(aws.RequestChecksumCalculationWhenRequired),
			config.WithResponseChecksumValidation(aws.ResponseChecksumValidationWhenRequired))
	}
	cfg, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	if cfg.Region == "" && o.Endpoint != "" {
		cfg.Region = "us-east-1" // stores of others sign with it, whatever it says
	}
	if cfg.Region == "" {
		return nil, errors.New("s3: no region: give --s3-region or set AWS_REGION")
	}
	if o.ReadAhead == 0 {
		o.ReadAhead = DefaultReadAhead
	}
	return newS3(cfg, o, transfer{
		rangeBytes: rangeBytes, inFlight: rangesInFlight, buffers: int(o.ReadAhead / rangeBytes), partBytes: partBytes,
		stall: stall, pause: 200 * time.Millisecond, backoff: retry.DefaultMaxBackoff,
	}), nil
}

func newS3(cfg aws.Config, o S3Options, t transfer) *S3 {
	s := &S3{options: o, buffers: newBuffers(t.rangeBytes, t.buffers), transfer: t}
	s.client = s3.NewFromConfig(cfg, s.configure)
	s.uploads = transfermanager.New(s.client, s.configureUploads)
	return s
}

func (s *S3) configureUploads(o *transfermanager.Options) {
	o.PartSizeBytes, o.MultipartUploadThreshold, o.Concurrency = s.transfer.partBytes, s.transfer.partBytes, partsInFlight
	o.FailTimeout = failTimeout
	o.RequestChecksumCalculation = s.client.Options().RequestChecksumCalculation
}

func (s *S3) configure(o *s3.Options) {
	if s.options.Endpoint != "" {
		o.BaseEndpoint = aws.String(s.options.Endpoint)
	}
	o.UsePathStyle = s.options.PathStyle
	o.DisableLogOutputChecksumValidationSkipped = true
	if o.RetryMaxAttempts == 0 {
		o.RetryMaxAttempts = attempts
	}
	o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) {
		r.MaxBackoff = s.transfer.backoff
		r.Retryables = append(r.Retryables,
			retry.RetryableHTTPStatusCode{Codes: map[int]struct{}{http.StatusTooManyRequests: {}}},
			// Two conditional writes at once: AWS refuses one of them and asks for
			// another try, which then finds out who was first.
			retry.RetryableErrorCode{Codes: map[string]struct{}{conflictCode: {}}})
	})
}

// checksums tells whether checksums are sent and kept where they need not be.
func (s *S3) checksums() bool {
	return s.client.Options().RequestChecksumCalculation != aws.RequestChecksumCalculationWhenRequired
}

// check reports every option that cannot be, by its key.
func (o S3Options) check() error {
	var faults []error
	switch o.Checksums {
	case "", ChecksumsSupported, ChecksumsRequired:
	default:
		faults = append(faults, fmt.Errorf("s3 checksums: %q is neither %s nor %s", o.Checksums, ChecksumsSupported, ChecksumsRequired))
	}
	if o.Endpoint != "" && !strings.HasPrefix(o.Endpoint, "http://") && !strings.HasPrefix(o.Endpoint, "https://") {
		faults = append(faults, fmt.Errorf("s3 endpoint: %q is no URL; write https://host", o.Endpoint))
	}
	if o.FIPS && o.Endpoint != "" {
		faults = append(faults, errors.New("s3 fips: an endpoint of your own is as it is; leave one of the two out"))
	}
	if o.ReadAhead < 0 {
		faults = append(faults, errors.New("s3 read ahead: must not be negative"))
	}
	return errors.Join(faults...)
}

// owner is the account that must own the bucket, as requests want it.
func (s *S3) owner() *string { return text(s.options.BucketOwner) }

// text is s as requests want it: nil for the empty text.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
