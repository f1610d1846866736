package main

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// verify checks the newest checkpoint, its tree, every entry, and that the tree extends what was
// there before: the older checkpoint if one is given, and prefixes of the tree itself.
func verify(source source, vkey string, older []byte) (string, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return "", err
	}
	signed, err := source.read("checkpoint", "text/plain")
	if err != nil {
		return "", err
	}
	tree, err := openCheckpoint(signed, verifier)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	hashes := newVerifiedHashes(tlog.TileHashReader(tree, newTileReader(source)))
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil {
		return "", fmt.Errorf("tree hash: %w", err)
	}
	if root != tree.Hash {
		return "", errors.New("tree hash: the tiles have another root than the checkpoint")
	}
	if err := checkEntries(source, tree, hashes); err != nil {
		return "", err
	}
	prefixes, err := prefixTrees(tree, hashes)
	if err != nil {
		return "", err
	}
	if older != nil {
		before, err := openCheckpoint(older, verifier)
		if err != nil {
			return "", fmt.Errorf("older checkpoint: %w", err)
		}
		prefixes = append(prefixes, before)
	}
	for _, before := range prefixes {
		if err := checkExtends(tree, before, hashes); err != nil {
			return "", fmt.Errorf("consistency of size %d with size %d: %w", before.N, tree.N, err)
		}
	}
	return fmt.Sprintf("%s size %d, root %s, %d entries included, %d earlier trees consistent",
		verifier.Name(), tree.N, tree.Hash, tree.N, len(prefixes)), nil
}

// openCheckpoint verifies the log's signature, its origin line, and that nothing follows the root.
func openCheckpoint(signed []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	origin, rest, _ := strings.Cut(opened.Text, "\n")
	if origin != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("origin %q, want %q", origin, verifier.Name())
	}
	if strings.Count(rest, "\n") != 2 {
		return tlog.Tree{}, errors.New("not exactly three lines")
	}
	// Go's parser knows one origin only, its own.
	return tlog.ParseTree([]byte("go.sum database tree\n" + rest))
}

// checkEntries proves each record included under the root at its own index.
func checkEntries(source source, tree tlog.Tree, hashes *verifiedHashes) error {
	for from := int64(0); from < tree.N; from += tileWidth {
		records, err := readEntries(source, from, tree.N)
		if err != nil {
			return err
		}
		if err := hashes.readAhead(from, from+int64(len(records))); err != nil {
			return fmt.Errorf("entries from %d: %w", from, err)
		}
		for i, record := range records {
			index := from + int64(i)
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			if err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
			hash := tlog.RecordHash(record)
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, hash); err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
		}
	}
	return nil
}

// prefixTrees are earlier trees as the tiles give them: one leaf, half of it, all but one leaf.
func prefixTrees(tree tlog.Tree, hashes tlog.HashReader) ([]tlog.Tree, error) {
	var trees []tlog.Tree
	last := int64(0)
	for _, size := range []int64{1, tree.N / 2, tree.N - 1} {
		if size <= last || size >= tree.N {
			continue
		}
		last = size
		hash, err := tlog.TreeHash(size, hashes)
		if err != nil {
			return nil, fmt.Errorf("tree hash of size %d: %w", size, err)
		}
		trees = append(trees, tlog.Tree{N: size, Hash: hash})
	}
	return trees, nil
}

func checkExtends(tree, before tlog.Tree, hashes tlog.HashReader) error {
	if before.N > tree.N {
		return errors.New("the log has shrunk")
	}
	if before.N == 0 {
		return nil
	}
	proof, err := tlog.ProveTree(tree.N, before.N, hashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, before.N, before.Hash)
}
