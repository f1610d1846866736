#include "tlog/note.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

#include "base/text.h"

namespace lp::tlog {
namespace {

// The example of c2sp.org/signed-note.
constexpr std::string_view example_vkey =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr std::string_view example_note =
    "This is an example message.\n"
    "\n"
    "— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    "\n";

// The key and the note of golang.org/x/mod/sumdb/note.
constexpr std::string_view go_vkey =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view go_key = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
constexpr std::string_view go_body =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
constexpr std::string_view go_signature =
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/"
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

crypto::Ed25519Key key_of(char fill) {
  return crypto::Ed25519Key::from_seed(std::string(32, fill));
}

Checkpoint checkpoint_of(std::string origin, std::uint64_t size = 42) {
  Digest root;
  root.bytes.fill(7);
  return {std::move(origin), size, root};
}

VerifierKey verifier_of(std::string_view name, char fill) {
  return VerifierKey::make(name, key_of(fill).public_key());
}

TEST(VerifierKey, ReadsAndWritesTheExamples) {
  for (const std::string_view text : {example_vkey, go_vkey}) {
    const auto key = VerifierKey::parse(text);
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(key->to_string(), text);
  }
  EXPECT_EQ(VerifierKey::parse(example_vkey)->name, "example.com/foo");
  EXPECT_EQ(VerifierKey::parse(example_vkey)->id, 0x530d903aU);
}

TEST(VerifierKey, RefusesWhatIsNotExactlyAKey) {
  const std::string key(example_vkey.substr(example_vkey.rfind('+') + 1));
  for (const std::string& text : std::vector<std::string>{
           std::string(), std::string("example.com/foo"), std::string("example.com/foo+530d903a"),
           "example.com/foo+530d903b+" + key,        // another id
           "example.com/foo+530D903A+" + key,        // upper case
           "example.com/foo+530d903+" + key,         // short id
           "example.com/foo+00530d903a+" + key,      // long id
           "example.com/fooo+530d903a+" + key,       // the id of another name
           "+530d903a+" + key,                       // no name
           "example.com/foo\xFF+530d903a+" + key,    // not UTF-8
           "example.com/foo\n+530d903a+" + key,      // a control character
           "example.com/foo bar+530d903a+" + key,    // a space in the name
           "example.com/foo+530d903a+" + key + "=",  // not base64
           "example.com/foo+530d903a+" + key.substr(0, 40),
           "example.com/foo+530d903a+" + base64(std::string(34, 1)),
           "example.com/foo+530d903a+" + base64(std::string(33, 4)),  // another algorithm
           std::string(example_vkey) + "\n"}) {
    EXPECT_FALSE(VerifierKey::parse(text).has_value()) << text;
  }
}

TEST(VerifierKey, RefusesAKeyOfSmallOrder) {
  const VerifierKey identity =
      VerifierKey::make("log", std::string(1, '\x01') + std::string(31, 0));
  EXPECT_FALSE(VerifierKey::parse(identity.to_string()).has_value());
}

TEST(VerifierKeyDeathTest, IsNotMadeFromABadNameOrKey) {
  EXPECT_DEATH(VerifierKey::make("a b", std::string(32, 1)), "is_key_name");
  EXPECT_DEATH(VerifierKey::make("", std::string(32, 1)), "is_key_name");
  EXPECT_DEATH(VerifierKey::make("a", std::string(31, 1)), "32");
}

TEST(Note, ReadsTheExampleOfTheSpecification) {
  const auto note = Note::parse(example_note);
  ASSERT_TRUE(note.has_value());
  EXPECT_EQ(note->body, "This is an example message.\n");
  ASSERT_EQ(note->signatures.size(), 1U);
  EXPECT_EQ(note->signatures[0].name, "example.com/foo");
  EXPECT_EQ(note->signatures[0].key_id, 0x530d903aU);
  EXPECT_EQ(note->to_string(), example_note);
  const auto key = VerifierKey::parse(example_vkey);
  EXPECT_TRUE(crypto::ed25519_verify(key->public_key, note->body, note->signatures[0].signature));
}

TEST(SignatureLines, AreReadOnTheirOwn) {
  const auto note = Note::parse(example_note);
  ASSERT_TRUE(note.has_value());
  const std::string line = note->signatures[0].to_string();
  const auto lines = parse_signature_lines(line + line);
  ASSERT_TRUE(lines.has_value());
  ASSERT_EQ(lines->size(), 2U);
  EXPECT_EQ((*lines)[1], note->signatures[0]);
  for (const std::string& text : {std::string(), std::string("\n"), line + "\n", "x" + line,
                                  line.substr(0, line.size() - 1), line + "no signature\n"}) {
    EXPECT_FALSE(parse_signature_lines(text).has_value()) << text;
  }
}

TEST(Note, KeepsEmptyLinesOfTheText) {
  const std::string text =
      "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito "
      "sera.\n\n"
      "— quasimodo.example/salvatore "
      "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQ"
      "U0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
  const auto note = Note::parse(text);
  ASSERT_TRUE(note.has_value());
  EXPECT_TRUE(note->body.ends_with("\n\ned è subito sera.\n"));
  EXPECT_EQ(note->to_string(), text);
}

TEST(Note, ReproducesTheSignatureOfGo) {
  const auto seed = from_base64(go_key);
  ASSERT_TRUE(seed.has_value());
  const auto key = crypto::Ed25519Key::from_seed(std::string_view(*seed).substr(1));
  const VerifierKey verifier = VerifierKey::make("PeterNeumann", key.public_key());
  EXPECT_EQ(verifier.to_string(), go_vkey);
  const Note note{std::string(go_body), {{verifier.name, verifier.id, key.sign(go_body)}}};
  EXPECT_EQ(note.to_string(), std::string(go_body) + "\n" + std::string(go_signature));
}

TEST(Note, RefusesWhatIsNotExactlyANote) {
  const std::string sign(go_signature);
  for (const std::string& text : std::vector<std::string>{
           std::string(),
           std::string("text\n"),
           std::string("text\n\n"),                       // no signature
           "text\n" + sign,                               // no blank line
           "text\n\n" + sign.substr(0, sign.size() - 1),  // cut off
           "te\txt\n\n" + sign,
           "te\rxt\n\n" + sign,
           std::string("te\0xt\n\n", 7) + sign,
           "te\xFFxt\n\n" + sign,
           "text\n\n- PeterNeumann AAAAAAA=\n",      // not an em dash
           "text\n\n—PeterNeumann AAAAAAA=\n",       // no space behind it
           std::string("text\n\n— PeterNeumann\n"),  // no signature in the line
           "text\n\n— PeterNeumann AAAAAA==\n",      // a key id and nothing else
           "text\n\n— PeterNeumann AAAAAAA\n",       // no padding
           "text\n\n— PeterNeumann AAAAAAB=\n",      // trailing bits
           "text\n\n— PeterNeumann  AAAAAAA=\n",     // two spaces
           "text\n\n—  AAAAAAA=\n",                  // no name
           "text\n\n— a+b AAAAAAA=\n",
           "text\n\n— a\u00A0b AAAAAAA=\n",
           "text\n\n— a\u3000b AAAAAAA=\n",
           "text\n\n" + sign + "\n",
           "text\n\n" + sign + "more\n"}) {
    EXPECT_FALSE(Note::parse(text).has_value()) << text;
  }
  EXPECT_TRUE(Note::parse("text\n\n— PeterNeumann AAAAAAA=\n").has_value());
}

TEST(Note, BoundsTheNumberOfSignatures) {
  std::string text = "text\n\n";
  for (int i = 0; i < 100; ++i) text += "— PeterNeumann AAAAAAA=\n";
  EXPECT_TRUE(Note::parse(text).has_value());
  EXPECT_FALSE(Note::parse(text + "— PeterNeumann AAAAAAA=\n").has_value());
}

TEST(Checkpoint, ReadsTheExampleOfTheSpecification) {
  const std::string body =
      "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
  const auto checkpoint = Checkpoint::parse_body(body);
  ASSERT_TRUE(checkpoint.has_value());
  EXPECT_EQ(checkpoint->origin, "example.com/behind-the-sofa");
  EXPECT_EQ(checkpoint->size, 20'852'163U);
  EXPECT_EQ(checkpoint->body(), body);
}

TEST(Checkpoint, RefusesEveryOtherSpelling) {
  const std::string root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
  for (const std::string& body :
       std::vector<std::string>{std::string(),
                                std::string("log\n"),
                                std::string("log\n1\n"),
                                "log\n1\n" + root,
                                "log\n1\n" + root + "\nextension\n",
                                "log\n1\n" + root + "\n\n",
                                "\n1\n" + root + "\n",
                                "log\n01\n" + root + "\n",
                                "log\n\n" + root + "\n",
                                "log\n+1\n" + root + "\n",
                                "log\n-1\n" + root + "\n",
                                "log\n1 \n" + root + "\n",
                                "log\n0x1\n" + root + "\n",
                                "log\n18446744073709551616\n" + root + "\n",
                                "log\n1\n" + root.substr(1) + "\n",
                                "log\n1\n" + base64(std::string(31, 'a')) + "\n",
                                "log\n1\n" + base64(std::string(33, 'a')) + "\n",
                                "log\n1\n\n",
                                "lo\tg\n1\n" + root + "\n",
                                "lo\xFFg\n1\n" + root + "\n"}) {
    EXPECT_FALSE(Checkpoint::parse_body(body).has_value()) << body;
  }
  EXPECT_EQ(Checkpoint::parse_body("log\n0\n" + root + "\n")->size, 0U);
  EXPECT_EQ(Checkpoint::parse_body("log\n18446744073709551615\n" + root + "\n")->size,
            18'446'744'073'709'551'615U);
}

TEST(Checkpoint, OfAnotherLogMayHaveExtensionLines) {
  const std::string body = checkpoint_of("example.com/log").body();
  for (const std::string& extension : {"", "one\n", "one\ntwo \u00e9\n"}) {
    EXPECT_EQ(Checkpoint::parse_foreign_body(body + extension), checkpoint_of("example.com/log"));
  }
  for (const std::string& extension : {"\n", "one", "one\n\n", "one\x01\n", "one\xff\n"}) {
    EXPECT_FALSE(Checkpoint::parse_foreign_body(body + extension).has_value()) << extension;
  }
  EXPECT_FALSE(Checkpoint::parse_foreign_body("example.com/log\n42\n").has_value());
  EXPECT_FALSE(Checkpoint::parse_foreign_body("\n42\nAA==\nextension\n").has_value());
  EXPECT_FALSE(Checkpoint::parse_body(body + "one\n").has_value());
}

TEST(Checkpoint, TellsHeadsApartByEveryMember) {
  const Checkpoint checkpoint = checkpoint_of("log");
  Checkpoint forked = checkpoint;
  forked.root.bytes[0] ^= 1;
  EXPECT_NE(checkpoint, forked);
  EXPECT_NE(checkpoint, checkpoint_of("log", 43));
  EXPECT_NE(checkpoint, checkpoint_of("other"));
}

TEST(Checkpoint, OpensWhatItsLogSigned) {
  const Checkpoint checkpoint = checkpoint_of("example.com/log");
  const std::string note = sign_checkpoint(checkpoint, key_of('k'));
  const auto opened = open_checkpoint(note, verifier_of("example.com/log", 'k'));
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(*opened, checkpoint);
  EXPECT_EQ(note, sign_checkpoint(checkpoint, key_of('k')));  // signing again repeats the bytes
}

TEST(Checkpoint, LeavesForeignSignaturesAlone) {
  auto note = Note::parse(sign_checkpoint(checkpoint_of("example.com/log"), key_of('k')));
  ASSERT_TRUE(note.has_value());
  const VerifierKey key = verifier_of("example.com/log", 'k');
  note->signatures.insert(note->signatures.begin(), {"witness.example", key.id, "cosignature"});
  note->signatures.push_back({key.name, key.id ^ 1U, "the same name with another key"});
  EXPECT_TRUE(open_checkpoint(note->to_string(), key).has_value());
}

TEST(Checkpoint, RefusesANoteThatIsMalformed) {
  const auto opened = open_checkpoint("no note", verifier_of("example.com/log", 'k'));
  EXPECT_EQ(opened.error(), NoteFault::malformed);
}

TEST(Checkpoint, RefusesAnotherKey) {
  const std::string note = sign_checkpoint(checkpoint_of("example.com/log"), key_of('k'));
  EXPECT_EQ(open_checkpoint(note, verifier_of("example.com/log", 'x')).error(),
            NoteFault::unknown_key);
  EXPECT_EQ(open_checkpoint(note, verifier_of("example.com/other", 'k')).error(),
            NoteFault::unknown_key);
}

TEST(Checkpoint, RefusesABadSignatureEvenBesideAGoodOne) {
  auto note = Note::parse(sign_checkpoint(checkpoint_of("example.com/log"), key_of('k')));
  ASSERT_TRUE(note.has_value());
  const VerifierKey key = verifier_of("example.com/log", 'k');
  note->signatures.push_back({key.name, key.id, std::string(64, 's')});
  EXPECT_EQ(open_checkpoint(note->to_string(), key).error(), NoteFault::bad_signature);
}

TEST(Checkpoint, RefusesASignedNoteThatIsNoCheckpoint) {
  const auto key = key_of('k');
  const VerifierKey verifier = verifier_of("example.com/log", 'k');
  const Note note{"hello\n", {{verifier.name, verifier.id, key.sign("hello\n")}}};
  EXPECT_EQ(open_checkpoint(note.to_string(), verifier).error(), NoteFault::malformed);
}

TEST(Checkpoint, RefusesAnotherOriginUnderItsOwnKey) {
  const auto key = key_of('k');
  const VerifierKey verifier = verifier_of("example.com/log", 'k');
  const std::string body = checkpoint_of("example.com/renamed").body();
  const Note note{body, {{verifier.name, verifier.id, key.sign(body)}}};
  EXPECT_EQ(open_checkpoint(note.to_string(), verifier).error(), NoteFault::wrong_origin);
}

TEST(NoteProperty, AChangedByteNeverOpensAsAnotherCheckpoint) {
  const Checkpoint checkpoint = checkpoint_of("example.com/log");
  const std::string signed_note = sign_checkpoint(checkpoint, key_of('k'));
  const VerifierKey key = verifier_of("example.com/log", 'k');
  for (std::size_t at = 0; at < signed_note.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string changed = signed_note;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      EXPECT_FALSE(open_checkpoint(changed, key).has_value()) << at << "." << bit;
    }
  }
}

TEST(NoteProperty, ANoteThatIsReadIsWrittenAlike) {
  EXPECT_TRUE(rc::check("notes have one spelling", [] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "\n", "\n\n", "— ", "a", " ", "AAAAAAA=", "é", "+", "— a AAAAAAA=\n"));
    std::string text = "x\n";
    for (const std::string& piece : pieces) text += piece;
    const auto note = Note::parse(text);
    RC_CLASSIFY(note.has_value());
    RC_ASSERT((!note || note->to_string() == text));
  }));
}

}  // namespace
}  // namespace lp::tlog
