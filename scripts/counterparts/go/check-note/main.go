// check-note CHECKPOINT VKEYS: do both lines of our checkpoint verify for note readers that nobody here wrote?
//
// The P-256 line goes to github.com/transparency-dev/formats, which knows signature type 0x02, the Ed25519 line to
// golang.org/x/mod/sumdb/note, which knows nothing else; the text is parsed by formats/log. Exit 0 accepted, 1 refused, 2 usage.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
	"sealpost.org/counterparts/keys"
)

func main() {
	if len(os.Args) != 3 {
		fail(2, "usage: check-note CHECKPOINT VKEYS")
	}
	checkpoint, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(2, "%v", err)
	}
	vkeys, err := os.ReadFile(os.Args[2])
	if err != nil {
		fail(2, "%v", err)
	}
	lines := strings.Fields(string(vkeys))
	if len(lines) != 2 {
		fail(2, "%s: %d verifier keys, expected 2: the sealing key's and the Ed25519 one", os.Args[2], len(lines))
	}
	for _, line := range lines {
		name, kind, verifier, err := keys.Parse(line)
		if err != nil {
			fail(2, "%s: %v", os.Args[2], err)
		}
		// A note opens if one known signature verifies; with one verifier at a time each line has to stand alone.
		opened, err := note.Open(checkpoint, note.VerifierList(verifier))
		if err != nil {
			fail(1, "refused: %s: %v", kind, err)
		}
		var head log.Checkpoint
		rest, err := head.Unmarshal([]byte(opened.Text))
		if err != nil {
			fail(1, "refused: %s: %v", kind, err)
		}
		if head.Origin != name || len(rest) != 0 || len(opened.Sigs) != 1 || len(opened.UnverifiedSigs) != 1 {
			fail(1, "refused: %s: origin %q, %d bytes after the root, %d + %d signatures; expected %q, 0, 1 + 1",
				kind, head.Origin, len(rest), len(opened.Sigs), len(opened.UnverifiedSigs), name)
		}
		fmt.Printf("accepted: %s: origin %s, size %d, root %x\n", kind, head.Origin, head.Size, head.Hash)
	}
}

func fail(code int, format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
	os.Exit(code)
}
