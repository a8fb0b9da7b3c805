// Package local runs a sweep on this machine: goroutines over the sources, then
// over their ranges. Where a person's rows may be in several ranges there is one
// barrier, and goroutines over the parts. It moves rows and knows no law.
package local
