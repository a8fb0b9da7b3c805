package agencies

import (
	"crypto/sha256"
	"encoding/hex"
)

func digest(source []byte) string {
	sum := sha256.Sum256(source)
	return hex.EncodeToString(sum[:])
}
