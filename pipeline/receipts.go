package pipeline

import (
	"cmp"
	"slices"
	"sync"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers"
)

// Receipt is what one part came to.
type Receipt struct {
	Part writers.Receipt
	Sums
}

// Sums are what can be added up over parts, in any order.
type Sums struct {
	Totals   schemas.Totals
	BySource []schemas.Totals  // by ordinal of the source
	Gaps     Gaps              // statute texts that have no code
	Counties map[string]*int64 // charges by county as written
	// Undeliverable lists the first charges, in order of source and line, that are granted
	// relief and cannot stand in an update file; UndeliverableRows counts all.
	Undeliverable     []writers.Undeliverable
	UndeliverableRows int64
	// Conflicts lists the first persons, in order of source and line, whose rows give two
	// dates of birth, and BirthConflicts counts all; the law is asked without one.
	Conflicts      []writers.KeyConflict
	BirthConflicts int64
	EarlyArrests   int64 // charges whose arrest is before the offence
	SharedKeys     int64 // keys whose rows give the births of many persons; each row stands alone
	// Named are segments of the names of persons, and Namesakes counts those of one name and
	// birth under another key, once all are there.
	Named     []Segment
	Namesakes int64
	Doubts    evaluate.Doubts
	// Substances counts the charges whose decision the substance had a part in.
	Substances Substances
	// WhatIfs counts what the variants of the policy would decide.
	WhatIfs WhatIfs
}

// newSums are those of nothing yet.
func (r *Run) newSums() Sums {
	return Sums{
		BySource: make([]schemas.Totals, len(r.Sources)),
		Gaps:     Gaps{Codes: map[CodeText]*Affected{}},
		Counties: map[string]*int64{},
		WhatIfs:  WhatIfs{Variants: make([]WhatIf, len(r.variants))},
	}
}

// add adds o, of which it keeps parts: o is not used again.
func (s *Sums) add(o *Sums) {
	s.Totals.Add(o.Totals)
	for i, t := range o.BySource {
		s.BySource[i].Add(t)
	}
	s.Gaps.add(&o.Gaps)
	for county, charges := range o.Counties {
		s.addCounty(county, *charges)
	}
	s.Undeliverable = first(append(s.Undeliverable, o.Undeliverable...), 2*worklistLength, compareUndeliverable)
	s.Conflicts = first(append(s.Conflicts, o.Conflicts...), 2*worklistLength, compareConflicts)
	s.UndeliverableRows += o.UndeliverableRows
	s.BirthConflicts += o.BirthConflicts
	s.SharedKeys += o.SharedKeys
	s.Named = append(s.Named, o.Named...)
	s.EarlyArrests += o.EarlyArrests
	s.Doubts.Add(o.Doubts)
	s.Substances.add(&o.Substances)
	s.WhatIfs.add(&o.WhatIfs)
}

// first keeps the first worklistLength of a list that has more than most.
func first[T any](list []T, most int, compare func(a, b T) int) []T {
	if len(list) <= most {
		return list
	}
	slices.SortFunc(list, compare)
	clear(list[worklistLength:])
	return list[:worklistLength]
}

// inOrder is a list as it is written.
func inOrder[T any](list []T, compare func(a, b T) int) []T {
	list = first(list, worklistLength, compare)
	slices.SortFunc(list, compare)
	return list
}

func compareConflicts(a, b writers.KeyConflict) int {
	return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.OtherSource, b.OtherSource), cmp.Compare(a.OtherLine, b.OtherLine))
}

func compareUndeliverable(a, b writers.Undeliverable) int {
	return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Agency, b.Agency), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Reason, b.Reason))
}

// Receipts adds up what ranges and parts have come to, as they end and in any order.
// But for the names of outputs, what it holds does not grow with their number. Its
// methods may be called at once.
type Receipts struct {
	mu    sync.Mutex
	parts []writers.Receipt
	sums  Sums

	// The values that no map of the layout lists, the first ones in order, and the rows
	// of all.
	unmapped     map[readers.Value]int64
	unmappedRows int64
}

// NewReceipts is a sum of nothing yet.
func (r *Run) NewReceipts() *Receipts {
	return &Receipts{sums: r.newSums(), unmapped: map[readers.Value]int64{}}
}

// Part adds the receipt of a part, which is not used again.
func (s *Receipts) Part(r Receipt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parts = append(s.parts, r.Part)
	s.sums.add(&r.Sums)
}

// Range adds the unmapped values of a range, and takes them from p.
func (s *Receipts) Range(p *Prepared) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unmapped = addUnmapped(s.unmapped, p.Unmapped)
	s.unmappedRows += p.UnmappedRows
	p.Unmapped, p.UnmappedRows = nil, 0
}

// partsInOrder are the receipts of the parts by their numbers.
func (s *Receipts) partsInOrder() []writers.Receipt {
	slices.SortFunc(s.parts, func(a, b writers.Receipt) int { return a.Part - b.Part })
	return s.parts
}
