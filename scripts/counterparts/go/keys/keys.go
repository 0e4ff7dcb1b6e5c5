// Package keys reads C2SP verifier keys (vkeys), of either kind that our logs have.
package keys

import (
	"encoding/base64"
	"fmt"
	"os"
	"strings"

	formats "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

// Read reads a file with one key a line; the first is the sealing key's.
func Read(file string) ([]note.Verifier, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var verifiers []note.Verifier
	for _, line := range strings.Fields(string(content)) {
		_, _, verifier, err := Parse(line)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		verifiers = append(verifiers, verifier)
	}
	if len(verifiers) == 0 {
		return nil, fmt.Errorf("%s: no verifier key", file)
	}
	return verifiers, nil
}

// Parse reads one key; kind is for people.
func Parse(line string) (name, kind string, verifier note.Verifier, err error) {
	parts := strings.SplitN(line, "+", 3)
	if len(parts) != 3 {
		return "", "", nil, fmt.Errorf("%q is no verifier key", line)
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) == 0 {
		return "", "", nil, fmt.Errorf("%q is no verifier key", line)
	}
	switch key[0] {
	case 1:
		verifier, err = note.NewVerifier(line)
		return parts[0], "Ed25519 line (golang.org/x/mod/sumdb/note)", verifier, err
	case 2:
		verifier, err = formats.NewECDSAVerifier(line)
		return parts[0], "P-256 line (transparency-dev/formats)", verifier, err
	}
	return "", "", nil, fmt.Errorf("verifier key of type %d, expected 1 (Ed25519) or 2 (ECDSA)", key[0])
}
