// Package watchfile reads watch.yaml, what a daemon watches and how it sweeps,
// and opens what it names: the ledger, the sources, the sweep.
//
// In goes YAML; out comes a trigger.Desk whose sweeps are ordinary ones, run in
// this process by pipeline/local. It must never let a misspelt key pass, and never
// watch a place that its own sweeps write to.
package watchfile
