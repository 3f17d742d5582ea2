package diag

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Fingerprint names a text by twelve hexadecimal digits. White space is folded:
// what moves a line or indents it changes nothing.
func Fingerprint(text string) string {
	sum := sha256.Sum256([]byte(strings.Join(strings.Fields(text), " ")))
	return hex.EncodeToString(sum[:6])
}
