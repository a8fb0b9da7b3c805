package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/clearsweep/clearsweep/cmd/sweepfile"
	"github.com/clearsweep/clearsweep/readers/containers"
)

// registerUnpack adds the flags that bound what compressed files and archives may
// expand to.
func registerUnpack(flags *pflag.FlagSet, u *sweepfile.Unpack) {
	d := containers.Defaults()
	flags.StringVar(&u.Bytes, "unpack-bytes", "1TiB", "the most that one compressed extract may expand to, a `size`")
	flags.Int64Var(&u.Ratio, "unpack-ratio", d.Ratio, "the most `times` its size that one may expand to")
	flags.Int64Var(&u.Members, "unpack-members", d.Members, "the most members of a compressed file, or files in an archive, a `number`")
	flags.IntVar(&u.Depth, "unpack-depth", d.Depth, "the most containers inside one another, a `number`: 2 reads gzip in zip")
}

// overrideUnpack puts what the flags say in place of what the file does.
func overrideUnpack(cmd *cobra.Command, file *sweepfile.Unpack, flags sweepfile.Unpack) {
	set := cmd.Flags().Changed
	if set("unpack-bytes") {
		file.Bytes = flags.Bytes
	}
	if set("unpack-ratio") {
		file.Ratio = flags.Ratio
	}
	if set("unpack-members") {
		file.Members = flags.Members
	}
	if set("unpack-depth") {
		file.Depth = flags.Depth
	}
}
