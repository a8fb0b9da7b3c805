package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
	"github.com/clearsweep/clearsweep/writers/journal"
	"github.com/clearsweep/clearsweep/writers/kms"
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

// environment is what the environment says.
func environment() (o storage.S3Options, err error) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	registerS3(flags, &o)
	flags.VisitAll(func(flag *pflag.Flag) {
		name := "CLEARSWEEP_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		value := os.Getenv(name)
		if value == "" || err != nil {
			return
		}
		if err = flag.Value.Set(value); err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
	})
	return o, err
}

// over is what the flags say, over file, over the environment.
func (f *s3Flags) over(cmd *cobra.Command, file storage.S3Options) (storage.S3Options, error) {
	o, err := environment()
	if err != nil {
		return o, err
	}
	for _, s := range []struct{ value, flag, file *string }{
		{&o.Region, &f.options.Region, &file.Region},
		{&o.Endpoint, &f.options.Endpoint, &file.Endpoint},
		{&o.KMSKey, &f.options.KMSKey, &file.KMSKey},
		{&o.BucketOwner, &f.options.BucketOwner, &file.BucketOwner},
		{&o.Checksums, &f.options.Checksums, &file.Checksums},
	} {
		*s.value = cmp.Or(*s.flag, *s.file, *s.value)
	}
	o.PathStyle = o.PathStyle || file.PathStyle
	o.FIPS = o.FIPS || file.FIPS
	if cmd.Flags().Changed("s3-path-style") {
		o.PathStyle = f.options.PathStyle
	}
	if cmd.Flags().Changed("s3-fips") {
		o.FIPS = f.options.FIPS
	}
	return o, nil
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

// runFlags say which run of an output a command reads, and with which key.
type runFlags struct {
	s3Flags
	id, identity string
	who          string
	reads        bool // and tells the journal so, for nothing else of the command does
}

// registerReader registers the flags of a command that does nothing but read.
func (f *runFlags) registerReader(cmd *cobra.Command) {
	f.reads = true
	cmd.Flags().StringVar(&f.who, "who", os.Getenv("CLEARSWEEP_WHO"), "`name` of the person or job, where a private key opens what is encrypted, for the journal; CLEARSWEEP_WHO when not given")
	f.register(cmd)
}

func (f *runFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.id, "run", "", "`id` of the run; the newest when not given")
	identityFlag(cmd.Flags(), &f.identity)
	f.s3Flags.register(cmd.Flags())
}

func identityFlag(flags *pflag.FlagSet, name *string) {
	flags.StringVar(name, "identity", os.Getenv("CLEARSWEEP_IDENTITY"), "`file` of the private key of age where the run is encrypted, or aws-kms; CLEARSWEEP_IDENTITY when not given")
}

// open opens an output and the run.
func (f *runFlags) open(cmd *cobra.Command, place string) (storage.Store, *writers.Run, error) {
	keys, err := readIdentity(f.identity)
	if err != nil {
		return nil, nil, usageError{err}
	}
	out, err := f.openOut(cmd, place)
	if err != nil {
		return nil, nil, err
	}
	run, err := writers.OpenRun(cmd.Context(), out, f.id)
	if err != nil {
		return nil, nil, err
	}
	run.Keys = keys
	if len(run.Manifest.EncryptedFor) > 0 {
		err = f.tell(cmd, out, run)
	}
	return out, run, err
}

// openedEntry is the kind of the journal's entry that somebody opened an encrypted run.
const openedEntry = "run opened"

// opened is the body of the entry.
type opened struct {
	Run string `json:"run"`
	By  string `json:"by"` // the command
}

// tell tells the journal that somebody opens what is encrypted of a run. It is told before
// anything is read, and what it cannot be told nobody reads.
func (f *runFlags) tell(cmd *cobra.Command, out storage.Store, run *writers.Run) error {
	if !f.reads || len(run.Keys) == 0 {
		return nil
	}
	if strings.TrimSpace(f.who) == "" {
		return usageError{errors.New("--who: name the person or job that opens what is encrypted; the journal keeps it")}
	}
	now := time.Now() //nolint:forbidigo // when something was done; decides no result
	return journal.Add(cmd.Context(), out, now, f.who, openedEntry, opened{run.Manifest.RunID, cmd.CommandPath()})
}

// readIdentity reads private keys of age, or takes the machine's credentials for KMS; none
// without a name.
func readIdentity(name string) ([]age.Identity, error) {
	switch name {
	case "":
		return nil, nil
	case kms.Anyone:
		return []age.Identity{kms.Identity{}}, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("--identity: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was read
	keys, err := age.ParseIdentities(f)
	if err != nil {
		return nil, fmt.Errorf("--identity: %s: %w", name, err)
	}
	return keys, nil
}

// openOut opens an output that must be one, for a command without the flags.
func openOut(ctx context.Context, place string) (storage.Store, error) {
	o, err := environment()
	if err != nil {
		return nil, usageError{err}
	}
	return storage.NewPlaces(o).Open(ctx, place)
}
