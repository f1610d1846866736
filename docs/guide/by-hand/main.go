// Judges receipt.json under trust.json with Go's own packages for transparency logs, and leaves what
// openssl judges beside it: docs/guide/verify.md says how, and what neither of them looks at.
//
// Prints what it found and exits 0, or the reason why not and exits 1.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var receipt struct {
	Statement []byte
	Issuer    struct{ Key, Sig []byte }
	Tlog      struct {
		Leaf  []byte
		Proof string
	}
	Rosters []struct{ Head json.RawMessage }
	Humans  []human
}

type human struct {
	Core, Signature                   []byte
	AuthenticatorData, ClientDataJSON []byte // of a passkey
	Class                             string
	Entry                             json.RawMessage
	Index                             int64
	Path                              []tlog.Hash
}

var trust struct {
	Origin  string
	Genesis string   `json:"roster_genesis_sha256"`
	Later   []string `json:"roster_sha256"`
	Vkeys   []string `json:"log_vkeys"`
	Issuer  []struct {
		Spki []byte
		From int64
		To   *int64
	}
}

func main() {
	log.SetFlags(0)
	read("receipt.json", &receipt)
	read("trust.json", &trust)
	checkLeaf()
	index := checkProof()
	checkIssuer(index)
	var statement struct {
		Predicate struct {
			Type, Time, Origin string
			Stream             struct{ ID string }
		}
	}
	parse(receipt.Statement, &statement)
	event := statement.Predicate
	require(event.Origin == trust.Origin, "the statement is of another log")
	fmt.Printf("entry %d: %s at %s, %s\n", index, event.Type, event.Time, event.Stream.ID)
	write("statement", receipt.Statement)
	write("statement.sig", receipt.Issuer.Sig)
	writeKey("issuer.pem", receipt.Issuer.Key)
	for i, human := range receipt.Humans {
		spki := checkPerson(human, event.Stream.ID)
		write(fmt.Sprintf("decision-%d", i+1), signedBy(human))
		write(fmt.Sprintf("decision-%d.sig", i+1), human.Signature)
		writeKey(fmt.Sprintf("person-%d.pem", i+1), spki)
	}
}

// The leaf is the fingerprint of this statement, under this signature and key.
func checkLeaf() {
	var leaf struct {
		Spec struct {
			HashedRekordV002 struct {
				Data      struct{ Digest []byte }
				Signature struct {
					Content  []byte
					Verifier struct{ PublicKey struct{ RawBytes []byte } }
				}
			}
		}
	}
	parse(receipt.Tlog.Leaf, &leaf)
	body := leaf.Spec.HashedRekordV002
	digest := sha256.Sum256(receipt.Statement)
	require(bytes.Equal(body.Data.Digest, digest[:]), "the leaf is of another statement")
	require(bytes.Equal(body.Signature.Content, receipt.Issuer.Sig) &&
		bytes.Equal(body.Signature.Verifier.PublicKey.RawBytes, receipt.Issuer.Key),
		"the leaf is of another signature or key")
}

// A trusted key signed the root of the log, and the leaf is under it at its index.
func checkProof() int64 {
	head, signed, found := strings.Cut(receipt.Tlog.Proof, "\n\n")
	lines := strings.Split(head, "\n")
	require(found && len(lines) >= 2 && lines[0] == "c2sp.org/tlog-proof@v1", "no proof")
	var index int64
	_, err := fmt.Sscanf(lines[1], "index %d", &index)
	must(err)
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		must(err)
		path = append(path, hash)
	}
	var keys []note.Verifier
	for _, vkey := range trust.Vkeys {
		key, err := note.NewVerifier(vkey)
		must(err)
		keys = append(keys, key)
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(keys...))
	must(err)
	origin, rest, _ := strings.Cut(opened.Text, "\n")
	require(origin == trust.Origin, "the checkpoint is of another log")
	// Go knows one origin only, its own.
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + rest))
	must(err)
	must(tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(receipt.Tlog.Leaf)))
	return index
}

// The trust file lists the issuer's key for this place in the log.
func checkIssuer(index int64) {
	for _, key := range trust.Issuer {
		inRange := index >= key.From && (key.To == nil || index < *key.To)
		if inRange && bytes.Equal(key.Spki, receipt.Issuer.Key) {
			return
		}
	}
	log.Fatal("the trust file does not list this issuer for this entry")
}

// The person's key is in a roster that is trusted, and the signed core is about this request.
func checkPerson(human human, stream string) []byte {
	var core struct {
		Request  string `json:"request_id"`
		Roster   string `json:"roster_sha256"`
		Approver string
		Verdict  string
	}
	parse(human.Core, &core)
	require(core.Request == stream, "a person signed about another request")
	require(core.Roster == trust.Genesis || contains(trust.Later, core.Roster),
		"a person signed under a roster that the trust file does not name")
	var entry struct {
		Member string
		Spki   []byte
	}
	parse(human.Entry, &entry)
	require(entry.Member == core.Approver, "a person signed as somebody else")
	for _, one := range receipt.Rosters {
		digest := sha256.Sum256(one.Head)
		if hex.EncodeToString(digest[:]) != core.Roster {
			continue
		}
		var head struct {
			Tree struct {
				Size int64
				Root string
			}
		}
		parse(one.Head, &head)
		var root tlog.Hash
		decoded, err := hex.DecodeString(head.Tree.Root)
		must(err)
		require(copy(root[:], decoded) == len(decoded) && len(decoded) == tlog.HashSize,
			"the roster names no root")
		hash := tlog.RecordHash(human.Entry)
		must(tlog.CheckRecord(human.Path, head.Tree.Size, root, human.Index, hash))
		fmt.Printf("%s (%s): %s\n", entry.Member, human.Class, core.Verdict)
		return entry.Spki
	}
	log.Fatal("the roster that a person signed under is not here")
	return nil
}

// The bytes under the person's signature. A passkey signs what the browser made of the core.
func signedBy(human human) []byte {
	if human.Class != "passkey" {
		return append([]byte("lp-decision-device/1\x00"), human.Core...)
	}
	var client struct{ Type, Challenge string }
	parse(human.ClientDataJSON, &client)
	challenge := sha256.Sum256(append([]byte("lp-decision/1\x00"), human.Core...))
	require(client.Type == "webauthn.get" &&
		client.Challenge == base64.RawURLEncoding.EncodeToString(challenge[:]),
		"a passkey signed something else")
	digest := sha256.Sum256(human.ClientDataJSON)
	return append(human.AuthenticatorData, digest[:]...)
}

func contains(texts []string, text string) bool {
	for _, one := range texts {
		if one == text {
			return true
		}
	}
	return false
}

func read(name string, into any) {
	text, err := os.ReadFile(name)
	must(err)
	parse(text, into)
}
func parse(text []byte, into any)    { must(json.Unmarshal(text, into)) }
func write(name string, text []byte) { must(os.WriteFile(name, text, 0o600)) }
func writeKey(name string, spki []byte) {
	write(name, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}))
}
func require(holds bool, why string) {
	if !holds {
		log.Fatal(why)
	}
}
func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
