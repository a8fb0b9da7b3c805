package archive

import (
	"fmt"

	"github.com/clearsweep/clearsweep/writers"
	"github.com/clearsweep/clearsweep/writers/journal"
)

// Kept is an archive as it stands now.
type Kept struct {
	Archive
	Wrapped writers.Output // its key, as it was wrapped last
	Wraps   int            // how often it was
}

// List finds the archives in a journal, in order, and follows their chain.
func List(j *journal.Journal) ([]*Kept, error) {
	var list []*Kept
	for _, e := range j.Entries {
		switch e.Kind {
		case ArchivedEntry:
			a := &Kept{Wraps: 1}
			if err := e.Decode(&a.Archive); err != nil {
				return nil, err
			}
			before := ""
			if len(list) > 0 {
				before = list[len(list)-1].Rows.SHA256
			}
			if a.Before != before {
				return nil, fmt.Errorf("%s does not follow the archive before it: %w", a.Name, ErrDamaged)
			}
			a.Wrapped = a.Key
			list = append(list, a)
		case RewrappedEntry:
			var r Rewrapped
			if err := e.Decode(&r); err != nil {
				return nil, err
			}
			for _, a := range list {
				if a.Name == r.Name {
					a.Wrapped, a.Recipients = r.Key, r.Recipients
					a.Wraps++
				}
			}
		}
	}
	return list, nil
}
