package readers_test

import (
	"testing"

	"github.com/clearsweep/clearsweep/readers"
)

func TestLayoutsLoad(t *testing.T) {
	names := readers.Layouts()
	if len(names) < 4 {
		t.Fatalf("layouts %q, want at least four", names)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			l, err := readers.LoadLayout(name)
			if err != nil {
				t.Fatal(err)
			}
			if l.Name() != name {
				t.Errorf("name %q in the file of %q", l.Name(), name)
			}
			if len(l.Digest()) != 64 || l.About() == "" || len(l.Source()) == 0 {
				t.Errorf("digest %q, about %q, %d bytes of source", l.Digest(), l.About(), len(l.Source()))
			}
		})
	}
}
