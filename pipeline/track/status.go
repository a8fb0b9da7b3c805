package track

import (
	"cmp"
	"slices"

	"github.com/clearsweep/clearsweep/pipeline/agencies"
	"github.com/clearsweep/clearsweep/schemas"
)

// Line is where an agency stands with one milestone of one batch on a day.
type Line struct {
	Batch     string             `json:"batch"`
	Agency    string             `json:"agency"`
	Milestone agencies.Milestone `json:"milestone"`
	Due       string             `json:"due"`
	Reached   string             `json:"reached,omitempty"`
	DaysLate  int32              `json:"days_late,omitempty"`
	State     string             `json:"state"` // done, waiting or overdue
	Cite      string             `json:"cite"`  // what sets the day
}

// Summary is what one agency has made of all batches on a day.
type Summary struct {
	Agency   string           `json:"agency"`
	Changes  int64            `json:"changes"`            // it was told of
	Applied  int64            `json:"applied"`            // it says
	Verified int64            `json:"verified"`           // an extract shows, or has no more
	Missing  int64            `json:"missing,omitempty"`  // an extract shows as before
	Nacks    map[string]int64 `json:"nacks,omitempty"`    // left out, by reason of data
	Refusals map[string]int64 `json:"refusals,omitempty"` // left out by its own choice, which the law does not leave to it
	Overdue  int              `json:"overdue"`            // milestones
}

// Status is where all agencies stand on a day.
type Status struct {
	On        string    `json:"on"`
	Lines     []Line    `json:"milestones"`
	Agencies  []Summary `json:"agencies"`
	Overdue   int       `json:"overdue"`
	Changes   int64     `json:"changes"`
	Applied   int64     `json:"applied"`
	DaysToUse []Days    `json:"days_from_list_to_applied"`
	// OtherDirectory are batches that were issued under other deadlines than these.
	OtherDirectory []string `json:"issued_under_other_deadlines,omitempty"`
}

// Days is how many days the relief of a share of all applied changes took at most.
type Days struct {
	Percent int   `json:"percent"`
	Days    int32 `json:"days"`
}

// On is where all agencies stand on a day.
func (l *Ledger) On(day schemas.Date, d *agencies.Directory) (*Status, error) {
	st := &Status{On: day.String(), Lines: []Line{}, Agencies: []Summary{}, DaysToUse: []Days{}}
	byAgency := map[string]*Summary{}
	var took []delay
	for _, s := range l.Standings {
		_, kind, err := d.KindOf(s.Told.Agency)
		if err != nil {
			return nil, err
		}
		if s.Batch.DirectoryHash != d.Digest && !slices.Contains(st.OtherDirectory, s.Batch.ID) {
			st.OtherDirectory = append(st.OtherDirectory, s.Batch.ID)
		}
		sum := byAgency[s.Told.Agency]
		if sum == nil {
			sum = &Summary{Agency: s.Told.Agency, Nacks: map[string]int64{}, Refusals: map[string]int64{}}
			byAgency[s.Told.Agency] = sum
		}
		reached := s.until(day)
		due := d.Due(kind, s.Batch.On, reached)
		for _, of := range kind.Deadlines {
			line := lineOf(s, of, due[of.Milestone], reached, day)
			if line.State == "overdue" {
				sum.Overdue++
				st.Overdue++
			}
			st.Lines = append(st.Lines, line)
		}
		sum.add(s, day)
		if on, ok := reached[agencies.Applied]; ok && s.Ack != nil {
			took = append(took, delay{int32(on - s.Batch.On), s.Ack.Applied()})
		}
	}
	for _, sum := range byAgency {
		st.Agencies = append(st.Agencies, *sum)
		st.Changes += sum.Changes
		st.Applied += sum.Applied
	}
	slices.SortFunc(st.Agencies, func(a, b Summary) int { return cmp.Compare(a.Agency, b.Agency) })
	st.DaysToUse = percentiles(took)
	return st, nil
}

// until are the milestones that were reached on a day or before it.
func (s *Standing) until(day schemas.Date) map[agencies.Milestone]schemas.Date {
	reached := map[agencies.Milestone]schemas.Date{}
	for m, on := range s.Reached {
		if on <= day {
			reached[m] = on
		}
	}
	return reached
}

func lineOf(s *Standing, of agencies.Deadline, due schemas.Date, reached map[agencies.Milestone]schemas.Date, day schemas.Date) Line {
	line := Line{
		Batch: s.Batch.ID, Agency: s.Told.Agency, Milestone: of.Milestone, Due: due.String(),
		Cite: cmp.Or(of.Cite, of.House), State: "waiting",
	}
	end := day
	if on, ok := reached[of.Milestone]; ok {
		line.Reached, line.State, end = on.String(), "done", on
	}
	if end > due {
		line.DaysLate = int32(end - due)
		if line.State == "waiting" {
			line.State = "overdue"
		}
	}
	return line
}

func (sum *Summary) add(s *Standing, day schemas.Date) {
	sum.Changes += s.Told.File.Rows
	if s.Ack != nil && s.Ack.On <= day.String() {
		sum.Applied += s.Ack.Applied()
		for _, reason := range s.Ack.Nacks {
			sum.Nacks[reason]++
		}
		for _, reason := range s.Ack.Refusals {
			sum.Refusals[reason]++
		}
	}
	if s.Check != nil && s.Check.On <= day.String() {
		sum.Verified += s.Check.Shown + s.Check.Gone
		sum.Missing += s.Check.Missing
	}
}

// delay is how many days some changes took.
type delay struct {
	days    int32
	changes int64
}

func percentiles(took []delay) []Days {
	slices.SortFunc(took, func(a, b delay) int { return cmp.Compare(a.days, b.days) })
	var all int64
	for _, t := range took {
		all += t.changes
	}
	out := []Days{}
	if all == 0 {
		return out
	}
	for _, percent := range []int{50, 90, 100} {
		var n int64
		for _, t := range took {
			if n += t.changes; n*100 >= all*int64(percent) {
				out = append(out, Days{percent, t.days})
				break
			}
		}
	}
	return out
}
