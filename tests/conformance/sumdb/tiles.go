package main

import (
	"encoding/binary"
	"fmt"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	mediaType  = "application/octet-stream"
)

// tilePath is the address of c2sp.org/tlog-tiles. Go's own Tile.Path puts the height in front,
// calls the entries "data" and level -1, and is otherwise the same.
func tilePath(tile tlog.Tile) string {
	level := "entries"
	if tile.L >= 0 {
		level = strconv.Itoa(tile.L)
	}
	number := fmt.Sprintf("%03d", tile.N%1000)
	for rest := tile.N / 1000; rest > 0; rest /= 1000 {
		number = fmt.Sprintf("x%03d/%s", rest%1000, number)
	}
	path := "tile/" + level + "/" + number
	if tile.W < tileWidth {
		path += ".p/" + strconv.Itoa(tile.W)
	}
	return path
}

// tileReader is the tlog.TileReader over a source. Tiles are kept once Go has verified them against
// the root of the tree.
type tileReader struct {
	source source
	saved  map[tlog.Tile][]byte
}

func newTileReader(source source) *tileReader {
	return &tileReader{source, make(map[tlog.Tile][]byte)}
}

func (r *tileReader) Height() int { return tileHeight }

func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		bytes, known := r.saved[tile]
		if !known {
			var err error
			if bytes, err = r.source.read(tilePath(tile), mediaType); err != nil {
				return nil, err
			}
			if len(bytes) != tile.W*tlog.HashSize {
				return nil, fmt.Errorf("%s: %d bytes, want %d hashes", tilePath(tile), len(bytes), tile.W)
			}
		}
		data[i] = bytes
	}
	return data, nil
}

func (r *tileReader) SaveTiles(tiles []tlog.Tile, data [][]byte) {
	for i, tile := range tiles {
		r.saved[tile] = data[i]
	}
}

// verifiedHashes remembers what the reader below it has verified: that reader checks a tile up to the
// root for each call, and every record needs a proof.
type verifiedHashes struct {
	reader tlog.HashReader
	known  map[int64]tlog.Hash
}

func newVerifiedHashes(reader tlog.HashReader) *verifiedHashes {
	return &verifiedHashes{reader, make(map[int64]tlog.Hash)}
}

func (v *verifiedHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var missing []int64
	for _, index := range indexes {
		if _, known := v.known[index]; !known {
			missing = append(missing, index)
		}
	}
	if len(missing) > 0 {
		found, err := v.reader.ReadHashes(missing)
		if err != nil {
			return nil, err
		}
		for i, hash := range found {
			v.known[missing[i]] = hash
		}
	}
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = v.known[index]
	}
	return hashes, nil
}

// readAhead verifies every full subtree within the records [from, end) of one tile in one call.
func (v *verifiedHashes) readAhead(from, end int64) error {
	var indexes []int64
	for level := 0; level <= tileHeight; level++ {
		for position := from >> level; (position+1)<<level <= end; position++ {
			indexes = append(indexes, tlog.StoredHashIndex(level, position))
		}
	}
	_, err := v.ReadHashes(indexes)
	return err
}

// readEntries returns the records [from, from+256) of the tree, or as many of them as it has.
func readEntries(source source, from, size int64) ([][]byte, error) {
	width := size - from
	if width > tileWidth {
		width = tileWidth
	}
	path := tilePath(tlog.Tile{H: tileHeight, L: -1, N: from / tileWidth, W: int(width)})
	bundle, err := source.read(path, mediaType)
	if err != nil {
		return nil, err
	}
	records := make([][]byte, 0, width)
	for i := int64(0); i < width; i++ {
		if len(bundle) < 2 {
			return nil, fmt.Errorf("%s: ends before entry %d", path, from+i)
		}
		length := int(binary.BigEndian.Uint16(bundle))
		bundle = bundle[2:]
		if len(bundle) < length {
			return nil, fmt.Errorf("%s: ends inside entry %d", path, from+i)
		}
		records = append(records, bundle[:length])
		bundle = bundle[length:]
	}
	if len(bundle) > 0 {
		return nil, fmt.Errorf("%s: %d bytes too many", path, len(bundle))
	}
	return records, nil
}
