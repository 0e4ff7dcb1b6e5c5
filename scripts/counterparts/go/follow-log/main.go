// follow-log URL/ VKEYS [EARLIER-CHECKPOINT…]: does the tile reader of Go's checksum database follow a log?
// follow-log --request OLD-SIZE URL/ VKEYS: prints what a witness is asked that saw OLD-SIZE entries (C2SP tlog-witness).
//
// golang.org/x/mod/sumdb/tlog reads the hash tiles, each of which it authenticates by the checkpoint's root. Every entry of every
// bundle must have the hash that stands in its tile; for some entries of each bundle an inclusion proof is made and checked; each
// earlier checkpoint must be the beginning of the one that is served now. Exit 0 accepted, 1 refused, 2 usage.
package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	formats "github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"sealpost.org/counterparts/keys"
)

const (
	height  = 8
	width   = 1 << height
	usage   = "usage: follow-log URL/ VKEYS [EARLIER-CHECKPOINT...] | follow-log --request OLD-SIZE URL/ VKEYS"
	maxSize = 64 << 20
)

var errAbsent = errors.New("absent")

func main() {
	arguments := os.Args[1:]
	oldSize := int64(-1)
	if len(arguments) == 4 && arguments[0] == "--request" {
		parsed, err := strconv.ParseInt(arguments[1], 10, 64)
		if err != nil || parsed < 0 {
			fail(2, usage)
		}
		oldSize, arguments = parsed, arguments[2:]
	}
	if len(arguments) < 2 || !strings.HasSuffix(arguments[0], "/") {
		fail(2, usage)
	}
	verifiers, err := keys.Read(arguments[1])
	if err != nil {
		fail(2, "%v", err)
	}
	log := &follower{url: arguments[0], verifiers: verifiers, tiles: map[tlog.Tile][]byte{}, client: client()}
	if oldSize >= 0 {
		request, err := log.request(oldSize)
		if err != nil {
			fail(1, "refused: %v", err)
		}
		fmt.Print(request)
		return
	}
	if err := log.check(arguments[2:]); err != nil {
		fail(1, "refused: %v", err)
	}
}

// A log as it is served, and the head that everything else is checked against.
type follower struct {
	url       string
	client    *http.Client
	verifiers []note.Verifier
	head      tlog.Tree
	tiles     map[tlog.Tile][]byte
}

func client() *http.Client {
	transport := &http.Transport{}
	transport.RegisterProtocol("file", http.NewFileTransport(http.Dir("/")))
	return &http.Client{Transport: transport, Timeout: 30 * time.Second}
}

func (f *follower) get(path string) ([]byte, error) {
	answer, err := f.client.Get(f.url + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusNotFound {
		return nil, fmt.Errorf("%s: %w", path, errAbsent)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: status %d", path, answer.StatusCode)
	}
	return io.ReadAll(io.LimitReader(answer.Body, maxSize))
}

// open: the sealing key's line must verify, and each other line whose key is known.
func (f *follower) open(text []byte) (tlog.Tree, error) {
	opened, err := note.Open(text, note.VerifierList(f.verifiers...))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("checkpoint: %w", err)
	}
	return f.parse([]byte(opened.Text))
}

func (f *follower) parse(text []byte) (tlog.Tree, error) {
	var head formats.Checkpoint
	if _, err := head.Unmarshal(text); err != nil {
		return tlog.Tree{}, fmt.Errorf("checkpoint: %w", err)
	}
	if head.Origin != f.verifiers[0].Name() {
		return tlog.Tree{}, fmt.Errorf("checkpoint of %q, expected %q", head.Origin, f.verifiers[0].Name())
	}
	tree := tlog.Tree{N: int64(head.Size)}
	copy(tree.Hash[:], head.Hash)
	return tree, nil
}

// Height, ReadTiles and SaveTiles are what tlog.TileHashReader asks of us.
func (f *follower) Height() int { return height }

func (f *follower) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		hashes, known := f.tiles[tile]
		if !known {
			// C2SP's paths are those of the checksum database without the height.
			path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
			fetched, err := f.get(path)
			if err != nil {
				return nil, err
			}
			if len(fetched) != tile.W*tlog.HashSize {
				return nil, fmt.Errorf("%s: %d bytes, expected %d", path, len(fetched), tile.W*tlog.HashSize)
			}
			hashes = fetched
		}
		all = append(all, hashes)
	}
	return all, nil
}

// SaveTiles is told of tiles once they are authenticated.
func (f *follower) SaveTiles(tiles []tlog.Tile, data [][]byte) {
	for i, tile := range tiles {
		f.tiles[tile] = data[i]
	}
}

func (f *follower) check(earlier []string) error {
	served, err := f.get("checkpoint")
	if err != nil {
		return err
	}
	if f.head, err = f.open(served); err != nil {
		return err
	}
	reader := tlog.TileHashReader(f.head, f)
	proofs := 0
	for first := int64(0); first < f.head.N; first += width {
		made, err := f.checkBundle(reader, first, min(width, f.head.N-first))
		if err != nil {
			return err
		}
		proofs += made
	}
	for _, file := range earlier {
		if err := f.checkEarlier(reader, file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	fmt.Printf("accepted: size %d, root %x: every entry, %d inclusion proofs, %d earlier checkpoints\n",
		f.head.N, f.head.Hash[:], proofs, len(earlier))
	return nil
}

func (f *follower) checkBundle(reader tlog.HashReader, first, count int64) (int, error) {
	leaves, err := f.bundle(first/width, int(count))
	if err != nil {
		return 0, err
	}
	indexes := make([]int64, count)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, first+int64(i))
	}
	hashes, err := reader.ReadHashes(indexes)
	if err != nil {
		return 0, err
	}
	for i, leaf := range leaves {
		if tlog.RecordHash(leaf) != hashes[i] {
			return 0, fmt.Errorf("entry %d is not the one in its tile", first+int64(i))
		}
	}
	proofs := 0
	for place := range map[int64]bool{0: true, first / width * 37 % count: true, count - 1: true} {
		index := first + place
		proof, err := tlog.ProveRecord(f.head.N, index, reader)
		if err != nil {
			return 0, err
		}
		if err := tlog.CheckRecord(proof, f.head.N, f.head.Hash, index, tlog.RecordHash(leaves[place])); err != nil {
			return 0, fmt.Errorf("entry %d: %w", index, err)
		}
		proofs++
	}
	return proofs, nil
}

// bundle reads the leaves of an entry bundle: each with its length before it.
func (f *follower) bundle(number int64, count int) ([][]byte, error) {
	path := strings.Replace(tlog.Tile{H: height, L: 0, N: number, W: count}.Path(), fmt.Sprintf("tile/%d/0/", height), "tile/entries/", 1)
	content, err := f.get(path)
	if err != nil {
		return nil, err
	}
	var leaves [][]byte
	for len(content) >= 2 {
		length := int(content[0])<<8 | int(content[1])
		if len(content) < 2+length {
			break
		}
		leaves = append(leaves, content[2:2+length])
		content = content[2+length:]
	}
	if len(leaves) != count || len(content) != 0 {
		return nil, fmt.Errorf("%s: %d entries and %d bytes, expected %d entries", path, len(leaves), len(content), count)
	}
	return leaves, nil
}

func (f *follower) checkEarlier(reader tlog.HashReader, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	old, err := f.open(text)
	if err != nil {
		return err
	}
	if old.N > f.head.N {
		return fmt.Errorf("has %d entries, the log now %d", old.N, f.head.N)
	}
	proof, err := tlog.ProveTree(f.head.N, old.N, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, f.head.N, f.head.Hash, old.N, old.Hash)
}

// request is the body of add-checkpoint: the size that the witness knows, the way from there, the checkpoint. The signatures are the
// witness's to judge.
func (f *follower) request(oldSize int64) (string, error) {
	served, err := f.get("checkpoint")
	if err != nil {
		return "", err
	}
	if f.head, err = f.parse(served); err != nil {
		return "", err
	}
	var body strings.Builder
	fmt.Fprintf(&body, "old %d\n", oldSize)
	if oldSize > 0 && oldSize < f.head.N {
		proof, err := tlog.ProveTree(f.head.N, oldSize, tlog.TileHashReader(f.head, f))
		if err != nil {
			return "", err
		}
		for _, hash := range proof {
			fmt.Fprintln(&body, base64.StdEncoding.EncodeToString(hash[:]))
		}
	}
	return body.String() + "\n" + string(served), nil
}

func fail(code int, format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
	os.Exit(code)
}
