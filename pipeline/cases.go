package pipeline

import (
	"fmt"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/pipeline/normalize"
	"github.com/clearsweep/clearsweep/policies"
)

// RunCases runs every worked case of a policy pack through the stages that a
// sweep uses, and tells what came of each.
func RunCases(name string) ([]evaluate.Result, error) {
	pack, err := policies.Load(name)
	if err != nil {
		return nil, err
	}
	statutes, err := normalize.New(pack.Jurisdiction)
	if err != nil {
		return nil, fmt.Errorf("policy %s: %w", name, err)
	}
	results, err := evaluate.RunCases(pack, func(statute string) (string, bool) {
		code := statutes.Statute(statute).String()
		return code, code != ""
	})
	if err != nil {
		return nil, fmt.Errorf("policy %s: %w", name, err)
	}
	return results, nil
}
