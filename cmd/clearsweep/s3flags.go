package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/clearsweep/clearsweep/storage"
)

// s3Flags are the flags that say how to reach S3. Each may also stand in the
// environment, as CLEARSWEEP_S3_PATH_STYLE for --s3-path-style; a flag goes
// before a configuration file, and that before the environment. Credentials come
// by the SDK's default chain and by no flag.
type s3Flags struct{ options storage.S3Options }

func (f *s3Flags) register(flags *pflag.FlagSet) { registerS3(flags, &f.options) }

func registerS3(flags *pflag.FlagSet, o *storage.S3Options) {
	flags.StringVar(&o.Region, "s3-region", "", "`region` of the buckets; AWS_REGION when not given")
	flags.StringVar(&o.Endpoint, "s3-endpoint", "", "`URL` of a store that speaks S3; that of AWS when not given")
	flags.BoolVar(&o.PathStyle, "s3-path-style", false, "name the bucket in the path and not in the host, as most stores but AWS want it")
	flags.BoolVar(&o.FIPS, "s3-fips", false, "use the FIPS 140 endpoints of AWS")
	flags.StringVar(&o.KMSKey, "s3-kms-key", "", "KMS `key` that every object is encrypted with; the bucket's own encryption when not given")
	flags.StringVar(&o.BucketOwner, "s3-bucket-owner", "", "`account` that must own every bucket")
	flags.StringVar(&o.Checksums, "s3-checksums", "", "when_supported, or when_required for stores that refuse checksums")
}

// over is base, with what the flags say, and what the environment says where
// neither does.
func (f *s3Flags) over(cmd *cobra.Command, base storage.S3Options) (storage.S3Options, error) {
	merged := pflag.NewFlagSet("s3", pflag.ContinueOnError)
	o := base
	registerS3(merged, &o)
	o = base // registering has set the defaults
	var fault error
	merged.VisitAll(func(flag *pflag.Flag) {
		given := cmd.Flags().Lookup(flag.Name)
		name := "CLEARSWEEP_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		value, inEnvironment := os.LookupEnv(name)
		switch {
		case given.Changed:
			value, name = given.Value.String(), "--"+flag.Name
		case !inEnvironment || value == "" || flag.Value.String() != flag.DefValue: // the file says
			return
		}
		if err := flag.Value.Set(value); err != nil && fault == nil {
			fault = fmt.Errorf("%s: %w", name, err)
		}
	})
	return o, fault
}

// places opens what the command names.
func (f *s3Flags) places(cmd *cobra.Command) (*storage.Places, error) {
	o, err := f.over(cmd, storage.S3Options{})
	if err != nil {
		return nil, usageError{err}
	}
	return storage.NewPlaces(o), nil
}

// openOut opens an output that must be one.
func (f *s3Flags) openOut(cmd *cobra.Command, place string) (storage.Store, error) {
	places, err := f.places(cmd)
	if err != nil {
		return nil, err
	}
	out, err := places.Open(cmd.Context(), place)
	if err != nil {
		return nil, fmt.Errorf("open output: %w", err)
	}
	return out, nil
}
