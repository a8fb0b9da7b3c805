//go:build !unix

package corpus

import "errors"

func makeFIFO(string) error { return errors.New("this system has no named pipes") }
