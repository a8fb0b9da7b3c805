package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expectations of the scripts")

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		if status := os.Getenv(statusFile); status != "" {
			os.Exit(runAndTell(status))
		}
		main()
	}
	testscript.Main(m, map[string]func(){"clearsweep": main})
}

// TestScripts runs testdata/script/*.txtar: one behaviour of the command each.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join(root, "testdata", "script"),
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("AGENCIES", filepath.Join(root, "testdata", "agencies"))
			return nil
		},
	})
}
