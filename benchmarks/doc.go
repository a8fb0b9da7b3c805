// Package benchmarks measures whole sweeps. The extracts it measures on are made
// by package synth; results are kept in results/<date>-<machine>/.
package benchmarks
