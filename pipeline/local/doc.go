// Package local runs a sweep on this machine: goroutines over the sources,
// then over their ranges, then over the parts, with one barrier before the
// parts. It moves rows and knows no law.
package local
