package main

import (
	"crypto/ed25519"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/writers"
	"github.com/clearsweep/clearsweep/writers/signing"
)

const keysExample = `  openssl genpkey -algorithm ed25519 -out key.pem
  openssl pkey -in key.pem -pubout -out trusted.pem
`

func signCommand() *cobra.Command {
	var keyFile string
	var of runFlags
	cmd := &cobra.Command{
		Use:   "sign OUT --key FILE",
		Short: "Sign a run: its manifest, and with it every file of it",
		Long: `Sign adds a signature, Ed25519, of the manifest of a committed run. 'clearsweep verify
--signed-by' and 'issue --require-signed' ask for one by a key that is trusted.`,
		Example: keysExample + `  clearsweep sign out --key key.pem
  clearsweep verify out --signed-by trusted.pem`,
		Args: oneArg("the output: a folder, or s3://bucket/prefix"),
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := readKey(keyFile)
			if err != nil {
				return err
			}
			out, run, err := of.open(cmd, args[0])
			if err != nil {
				return err
			}
			if err := writers.SignRun(cmd.Context(), out, run, key); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "run %s is signed\n", run.Commit.RunID)
			return err
		},
	}
	cmd.Flags().StringVar(&keyFile, "key", "", "`file` of the private key, PEM")
	of.register(cmd)
	return cmd
}

func policySignCommand() *cobra.Command {
	var keyFile string
	cmd := &cobra.Command{
		Use:   "sign PACK --key FILE",
		Short: "Print a signature of a policy pack, as its files are now",
		Long: `Sign prints a line with a signature, Ed25519, of the id and the files of a policy pack. A
sweep with --require-signed takes only a pack that a trusted key has signed; it finds
the lines in --signatures.`,
		Example: keysExample + `  clearsweep policy sign us-ca/prop64 --key key.pem >> signatures.ndjson
  clearsweep sweep --config sweep.yaml --require-signed trusted.pem --signatures signatures.ndjson`,
		Args: oneArg("the name of a pack, or its folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := readKey(keyFile)
			if err != nil {
				return err
			}
			pack, err := policies.Load(args[0])
			if err != nil {
				return usageError{err}
			}
			line, err := signing.Sign(signing.Policy, pack.Called(), pack.Digest(), key).Line()
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(line)
			return err
		},
	}
	cmd.Flags().StringVar(&keyFile, "key", "", "`file` of the private key, PEM")
	return cmd
}

func readKey(name string) (ed25519.PrivateKey, error) {
	source, err := os.ReadFile(name)
	if err != nil {
		return nil, usageError{fmt.Errorf("--key: %w", err)}
	}
	key, err := signing.ReadPrivate(source)
	if err != nil {
		return nil, usageError{fmt.Errorf("--key: %s: %w", name, err)}
	}
	return key, nil
}

// readTrusted reads the keys that a flag names; none where it names no file.
func readTrusted(flag, name string) (signing.Trusted, error) {
	if name == "" {
		return nil, nil
	}
	source, err := os.ReadFile(name)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", flag, err)}
	}
	trusted, err := signing.ReadTrusted(source)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %s: %w", flag, name, err)}
	}
	return trusted, nil
}
