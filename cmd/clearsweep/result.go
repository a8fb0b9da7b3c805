package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
)

// printResult says what came out of a sweep, and where to look.
func printResult(w io.Writer, plan *pipeline.Plan, result pipeline.Result, took time.Duration) error {
	m := result.Manifest
	if result.Before {
		fmt.Fprintf(w, "run %s is committed already: the same input, policy, date and version were swept before\n\n", m.RunID)
	} else {
		fmt.Fprintf(w, "run %s committed\n\n", m.RunID)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	printTotals(table, m.Totals)
	printSubstances(table, m.Substances)
	if !result.Before {
		fmt.Fprintf(table, "time\t%.1f s\t\n", took.Seconds())
		fmt.Fprintf(table, "rows per second\t%.0f\t\n", float64(m.Totals.Read)/took.Seconds())
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if err := printVariants(w, m); err != nil {
		return err
	}
	fmt.Fprintln(w)
	printFiles(w, m.Outputs)
	for _, warning := range m.Warnings {
		fmt.Fprintf(w, "warning: %s\n", warning)
	}
	folder := storage.Join(plan.Config.Out, result.Path)
	_, err := fmt.Fprintf(w, `
look at:
  %[1]s/manifest.json
  clearsweep cat %[1]s/determinations --limit 10
  clearsweep explain %[2]s --person ID
  clearsweep verify %[2]s
`, folder, plan.Config.Out)
	return err
}

func printTotals(w io.Writer, t schemas.Totals) {
	line := func(name string, n int64) { fmt.Fprintf(w, "%s\t%d\t\n", name, n) }
	line("rows read", t.Read)
	line("accepted", t.Accepted)
	if t.Repeated > 0 {
		line("  seen before", t.Repeated)
	}
	if t.Repaired > 0 {
		line("  mended", t.Repaired)
	}
	line("rejected", t.Rejected)
	line("duplicate", t.Duplicate)
	line("non-data", t.NonData)
	line("persons", t.Persons)
	line("charges", t.Charges)
	line("determinations", t.Determinations)
	for o := range schemas.Outcome(schemas.Outcomes) {
		if n := t.Outcomes[o.String()]; n > 0 || o != schemas.History {
			line(o.String(), n)
		}
	}
	byCount := slices.SortedFunc(maps.Keys(t.Rules), func(a, b string) int {
		return cmp.Or(cmp.Compare(t.Rules[b], t.Rules[a]), cmp.Compare(a, b))
	})
	for _, rule := range byCount {
		line("rule "+rule, t.Rules[rule])
	}
}

// printSubstances says by which evidence charges were decided that turn on the
// substance, and how many the policy includes without any.
func printSubstances(w io.Writer, s *writers.Substances) {
	if s == nil {
		return
	}
	line := func(name string, n int64) { fmt.Fprintf(w, "substance %s\t%d\t\n", name, n) }
	for e := range schemas.ArrestReport + 1 {
		if n, ok := s.Answered[e.String()]; ok {
			line("named by "+e.String(), n)
		}
	}
	for e := range schemas.ArrestReport + 1 {
		if n, ok := s.Asked[e.String()]; ok {
			line("asked for, "+e.String(), n)
		}
	}
	line("not known, included", s.Included)
}

// printVariants says what the what-ifs of the policy would change, and what its
// conditions cost, the dearest first.
func printVariants(w io.Writer, m writers.Manifest) error {
	if len(m.Variants) == 0 {
		return nil
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\nwhat if\tELIGIBLE\trelief gained\t\trelief lost\t\t\n")
	fmt.Fprintf(table, "the policy as it is\t%d\t\t\t\t\t\n", m.Totals.Outcomes[schemas.Eligible.String()])
	for _, v := range m.Variants {
		fmt.Fprintf(table, "%s\t%d\t%d charges\t%d persons\t%d charges\t%d persons\t\n", v.Name, v.Outcomes[schemas.Eligible.String()],
			v.Gained.Charges, v.Gained.Persons, v.Lost.Charges, v.Lost.Persons)
	}
	fmt.Fprintf(table, "\nthe only thing in the way\tcharges\tpersons\t\n")
	dearest := func(a, b writers.SoleCause) int {
		return cmp.Or(cmp.Compare(b.Persons, a.Persons), cmp.Compare(b.Charges, a.Charges), cmp.Compare(a.Leaf, b.Leaf))
	}
	for _, cause := range slices.SortedFunc(slices.Values(m.SoleCauses), dearest) {
		fmt.Fprintf(table, "%s\t%d\t%d\t%s\n", cause.Leaf, cause.Charges, cause.Persons, cause.Cite)
	}
	return table.Flush()
}

// printFiles sums the files of a run up by folder.
func printFiles(w io.Writer, outputs []writers.Output) {
	type sum struct {
		files       int
		rows, bytes int64
	}
	folders := map[string]sum{}
	for _, out := range outputs {
		folder, _, _ := strings.Cut(out.Path, "/")
		s := folders[folder]
		folders[folder] = sum{s.files + 1, s.rows + out.Rows, s.bytes + out.Bytes}
	}
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		s := folders[folder]
		fmt.Fprintf(w, "%-16s %4d files %12d rows %14d bytes\n", folder+"/", s.files, s.rows, s.bytes)
	}
}
