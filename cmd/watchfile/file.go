package watchfile

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
	_ "time/tzdata" // time zones on machines that have none of their own

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/clearsweep/clearsweep/cmd/sweepfile"
	"github.com/clearsweep/clearsweep/pipeline/trigger"
)

// File is watch.yaml as written: the keys of a sweep, and those of a daemon.
type File struct {
	sweepfile.File `yaml:",inline"`

	TimeZone string        `yaml:"time_zone"` // of schedules, and of the as-of date of a delivery
	Sources  []Source      `yaml:"sources"`
	Parallel int           `yaml:"parallel"`
	Lease    time.Duration `yaml:"lease"`
	Attempts int           `yaml:"attempts"`
	Grace    time.Duration `yaml:"grace"`
	Listen   string        `yaml:"listen"`

	name   string
	syntax *ast.File
	faults []error
}

// AsOfDelivery is the as_of that asks the law on the day on which a delivery was
// first recorded, or a schedule was due.
const AsOfDelivery = "delivery"

// ListenNowhere is the address of a daemon that serves no health and no metrics.
const ListenNowhere = "none"

// DefaultListen is on loopback: whoever wants others to reach it says so.
const DefaultListen = "127.0.0.1:9464"

// Source is one thing that starts sweeps: exactly one of its kinds.
type Source struct {
	Name     string    `yaml:"name"`
	SQS      *SQS      `yaml:"sqs"`
	Poll     *Poll     `yaml:"poll"`
	Schedule *Schedule `yaml:"schedule"`
}

// Place is where deliveries arrive, and which objects there are any.
type Place struct {
	Place string `yaml:"place"` // s3://bucket/prefix/, or a folder
	Match string `yaml:"match"`
	Done  string `yaml:"done"`
}

// SQS is a queue that is told of objects, or of schedules.
type SQS struct {
	Place `yaml:",inline"`

	Queue      string        `yaml:"queue"` // URL
	Region     string        `yaml:"region"`
	Endpoint   string        `yaml:"endpoint"`
	Visibility time.Duration `yaml:"visibility"`
}

// Poll is a place that is listed again and again.
type Poll struct {
	Place `yaml:",inline"`

	Every  time.Duration  `yaml:"every"`
	Settle *time.Duration `yaml:"settle"`
}

// Schedule is a cron expression; without one it is fired by messages alone.
type Schedule struct {
	Cron    string          `yaml:"cron"`
	Inputs  sweepfile.Paths `yaml:"inputs"`
	Misfire string          `yaml:"misfire"`
}

// What a schedule does about a firing that it missed.
const (
	runOnce = "run_once"
	skip    = "skip"
)

// Defaults of sources.
const (
	defaultEvery      = time.Minute
	defaultSettle     = time.Minute
	defaultVisibility = 5 * time.Minute
)

// Read reads watch.yaml. It reports every fault that it finds, each with its line.
func Read(name string) (*File, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	f := &File{File: sweepfile.Defaults(), name: name}
	if f.syntax, err = parser.ParseBytes(text, 0); err == nil {
		err = yaml.UnmarshalWithOptions(text, f, yaml.Strict())
	}
	if err != nil {
		return nil, fmt.Errorf("config: %s: %s", name, yaml.FormatError(err, false, false))
	}
	f.complete()
	f.check()
	return f, errors.Join(f.faults...)
}

// complete fills in what is left out.
func (f *File) complete() {
	for _, d := range []struct{ value, or *time.Duration }{{&f.Lease, new(trigger.DefaultLease)}, {&f.Grace, new(trigger.DefaultGrace)}} {
		if *d.value == 0 {
			*d.value = *d.or
		}
	}
	if f.Attempts == 0 {
		f.Attempts = trigger.DefaultAttempts
	}
	f.Parallel = max(f.Parallel, 1)
	if f.Listen == "" {
		f.Listen = DefaultListen
	}
	if f.TimeZone == "" {
		f.TimeZone = "UTC"
	}
	for i := range f.Sources {
		f.Sources[i].complete()
	}
}

func (s *Source) complete() {
	if s.SQS != nil && s.SQS.Visibility == 0 {
		s.SQS.Visibility = defaultVisibility
	}
	if s.Poll != nil {
		if s.Poll.Every == 0 {
			s.Poll.Every = defaultEvery
		}
		if s.Poll.Settle == nil {
			s.Poll.Settle = new(defaultSettle)
		}
	}
	if s.Schedule != nil && s.Schedule.Misfire == "" {
		s.Schedule.Misfire = runOnce
	}
}

// check collects the faults that need no store and no network.
func (f *File) check() {
	if _, err := time.LoadLocation(f.TimeZone); err != nil {
		f.fault("$.time_zone", "%q is no time zone: write a name of the IANA database, such as America/New_York", f.TimeZone)
	}
	f.require(f.AsOf != "", "$.as_of", "write delivery, to ask the law on the day on which a delivery was first recorded or a schedule was due, or a date")
	f.require(f.Lease >= 10*time.Second, "$.lease", "must be at least 10s: it is renewed three times in that span")
	f.require(f.Grace >= 0, "$.grace", "must not be negative")
	f.require(f.Attempts > 0, "$.attempts", "must be at least 1")
	f.require(len(f.Lists) == 0, "$.lists", "a daemon reads no lists; leave it out, or sweep the list with 'clearsweep sweep'")
	f.require(len(f.Sources) > 0, "$.sources", "name at least one source")
	names := map[string]bool{}
	for i, s := range f.Sources {
		at := fmt.Sprintf("$.sources[%d]", i)
		f.require(s.Name != "" && !names[s.Name] && strings.Trim(s.Name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == "", at+".name",
			"give each source a name of its own, of small letters, digits, - and _")
		names[s.Name] = true
		f.checkSource(at, s)
	}
}

func (f *File) checkSource(at string, s Source) {
	kinds := 0
	if s.SQS != nil {
		kinds++
		f.checkPlace(at+".sqs", s.SQS.Place)
		f.require(s.SQS.Place.Place == "" || strings.HasPrefix(s.SQS.Place.Place, "s3://"), at+".sqs.place", "messages speak of objects in a bucket: write s3://bucket/prefix/")
		f.require(strings.Contains(s.SQS.Queue, "://"), at+".sqs.queue", "give the URL of the queue")
		f.require(s.SQS.Visibility >= 30*time.Second && s.SQS.Visibility <= 12*time.Hour, at+".sqs.visibility", "must be from 30s to 12h")
	}
	if s.Poll != nil {
		kinds++
		f.checkPlace(at+".poll", s.Poll.Place)
		f.require(s.Poll.Place.Place != "", at+".poll.place", "name a folder, or s3://bucket/prefix/")
		f.require(s.Poll.Every >= time.Second, at+".poll.every", "must be at least 1s")
		f.require(*s.Poll.Settle >= 0, at+".poll.settle", "must not be negative")
	}
	if s.Schedule != nil {
		kinds++
		f.checkSchedule(at+".schedule", s.Schedule)
	}
	f.require(kinds == 1, at, "give exactly one of sqs, poll and schedule")
}

func (f *File) checkPlace(at string, p Place) {
	if p.Match != "" {
		if err := trigger.CheckPattern(p.Match); err != nil {
			f.fault(at+".match", "%s", err)
		}
	}
	f.require(strings.Count(p.Done, "*") <= 1 && !strings.Contains(p.Done, "/") && p.Done != "*", at+".done",
		"write the name of the marker: _DONE for one in each folder, or *.done for one beside each object")
}

func (f *File) checkSchedule(at string, s *Schedule) {
	if s.Cron != "" {
		if _, err := trigger.ParseSchedule(s.Cron, "UTC"); err != nil { // the zone has its own fault
			f.fault(at+".cron", "%s", err)
		}
	}
	f.require(s.Misfire == runOnce || s.Misfire == skip, at+".misfire", "write run_once or skip")
	f.require(len(s.Inputs)+len(f.Inputs) > 0, at+".inputs", "name what is to be swept, here or as the inputs of all schedules")
}

func (f *File) require(ok bool, path, remedy string) {
	if !ok {
		f.fault(path, "%s", remedy)
	}
}

// fault notes a fault of the value at a path such as $.sources[0].name.
func (f *File) fault(path, format string, args ...any) {
	place := f.name
	if line := f.line(path); line > 0 {
		place = fmt.Sprintf("%s:%d", f.name, line)
	}
	f.faults = append(f.faults, fmt.Errorf("config: %s: %s: %s", place, strings.TrimPrefix(path, "$."), fmt.Sprintf(format, args...)))
}

// line is that of the value at a path, or of what is nearest above it; 0 if
// there is none.
func (f *File) line(path string) int {
	for path != "$" && path != "" {
		p, err := yaml.PathString(path)
		if err != nil {
			return 0
		}
		if node, err := p.FilterFile(f.syntax); err == nil && node != nil {
			return node.GetToken().Position.Line
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 0
}
