// What the server says to exact bytes, each case on a connection of its own: the forms of
// security.md 0.2 that Beast's parser lets by, those that it refuses itself, and their lawful
// neighbours. After a refusal nothing more may be read as a request: the connection is closed.

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "base/testing.h"
#include "net/testing.h"

namespace lp::net {
namespace {

using testing::echo;
using testing::RawClient;
using testing::TestServer;

struct Case {
  const char* name;
  std::string bytes;
  int status;
  std::string reason;  // of a refusal; the echoed request otherwise
};

void PrintTo(const Case& raw, std::ostream* out) {
  *out << raw.name;
}

std::string get_with(const std::string& fields) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

std::string post_with(const std::string& fields, const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

std::string chunked(const std::string& body) {
  return post_with("Transfer-Encoding: chunked\r\n", body);
}

std::string target(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

std::vector<Case> transfer_encoding_cases() {
  const std::string reason = "bad_transfer_encoding";
  const auto te = [](const std::string& value) {
    return post_with("Transfer-Encoding:" + value + "\r\n", "0\r\n\r\n" + smuggled);
  };
  return {
      {"te xchunked", te(" xchunked"), 400, reason},
      {"te chunked, identity", te(" chunked, identity"), 400, reason},
      {"te identity, chunked", te(" identity, chunked"), 400, reason},
      {"te gzip, chunked", te(" gzip, chunked"), 400, reason},
      {"te chunked;ext", te(" chunked;ext"), 400, reason},
      {"te quoted", te(" \"chunked\""), 400, reason},
      {"te upper case", te(" CHUNKED"), 400, reason},
      {"te empty", te(""), 400, reason},
      {"te trailing comma", te(" chunked,"), 400, reason},
      {"te twice",
       post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400,
       reason},
      {"te identity, then chunked",
       post_with("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400,
       reason},
      {"te vertical tab",
       te(" \x0b"
          "chunked"),
       400, "bad_header"},
      {"te space before colon", post_with("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400,
       "bad_header"},
      {"te on 1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       400, reason},
      {"te identity and cl",
       post_with("Transfer-Encoding: identity\r\nContent-Length: 5\r\n", "hello"), 400,
       "conflicting_framing"},
      {"te padded with tabs", te("\tchunked\t "), 200, "/||"},
  };
}

std::vector<Case> content_length_cases() {
  const std::string reason = "bad_content_length";
  const auto cl = [](const std::string& value) {
    return post_with("Content-Length:" + value + "\r\n", "hello");
  };
  return {
      {"cl plain", cl(" 5"), 200, "/||hello"},
      {"cl list", cl(" 5, 5"), 400, reason},
      {"cl list without space", cl(" 5,5"), 400, reason},
      {"cl twice", post_with("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400, reason},
      {"cl twice, differing", post_with("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), 400,
       reason},
      {"cl leading zero", cl(" 05"), 400, reason},
      {"cl plus", cl(" +5"), 400, reason},
      {"cl minus", cl(" -5"), 400, reason},
      {"cl hex", cl(" 0x5"), 400, reason},
      {"cl empty", cl(""), 400, reason},
      {"cl inner space", cl(" 5 5"), 400, reason},
      {"cl word", cl(" five"), 400, reason},
      {"cl overflow", cl(" 18446744073709551621"), 400, reason},
      {"cl too large", cl(" 4194305"), 413, "body_too_large"},
  };
}

std::vector<Case> chunk_cases() {
  return {
      {"chunked", chunked("5\r\nhello\r\n0\r\n\r\n"), 200, "/||hello"},
      {"chunk extension", chunked("5;a=b\r\nhello\r\n0\r\n\r\n"), 400, "chunk_extension"},
      {"extension of last chunk", chunked("0;a\r\n\r\n"), 400, "chunk_extension"},
      {"chunk size with space", chunked("5 \r\nhello\r\n0\r\n\r\n"), 400, "chunk_extension"},
      {"trailer", chunked("0\r\nX: y\r\n\r\n"), 400, "trailer"},
      {"trailer host", chunked("0\r\nHost: evil\r\n\r\n"), 400, "trailer"},
      {"trailer content-length", chunked("0\r\nContent-Length: 5\r\n\r\n"), 400,
       "bad_content_length"},
      {"trailer folded", chunked("0\r\n x\r\n\r\n"), 400, "bad_header"},
      {"chunk size not hex", chunked("g\r\n"), 400, "bad_chunk"},
      {"chunk size with 0x", chunked("0x5\r\nhello\r\n0\r\n\r\n"), 400, "chunk_extension"},
      {"chunk size negative", chunked("-5\r\n"), 400, "bad_chunk"},
      {"chunk size empty", chunked("\r\nhello\r\n"), 400, "bad_chunk"},
      {"chunk size overflow", chunked("fffffffffffffffff\r\n"), 400, "bad_chunk"},
      {"chunk size huge", chunked("ffffffff\r\n"), 413, "body_too_large"},
      {"chunk shorter than said", chunked("6\r\nhello\r\n0\r\n\r\n"), 400, "bad_chunk"},
      {"chunk longer than said", chunked("4\r\nhello\r\n0\r\n\r\n"), 400, "bad_chunk"},
      {"chunk ended by bare lf", chunked("5\nhello\n0\n\n"), 400, "bad_chunk"},
      {"chunk header without end", chunked(std::string(600, '0')), 400, "bad_chunk"},
  };
}

std::vector<Case> request_line_cases() {
  const std::string rest = " HTTP/1.1\r\nHost: a\r\n\r\n";
  return {
      {"leading space", " GET /" + rest, 400, "bad_request_line"},
      {"leading empty line", "\r\nGET /" + rest, 400, "bad_request_line"},
      {"lower-case method", "get /" + rest, 400, "bad_request_line"},
      {"unknown method", "PATCH /" + rest, 405, "unknown_method"},
      {"trace", "TRACE /" + rest, 405, "unknown_method"},
      {"connect", "CONNECT a:80" + rest, 405, "unknown_method"},
      {"http2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "bad_version"},
      {"version 1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 400, "bad_version"},
      {"version 0.9", "GET /\r\n\r\n", 400, "bad_target"},
      {"version lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", 400, "bad_version"},
      {"two spaces", "GET  /" + rest, 400, "bad_target"},
      {"space after version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400, "bad_version"},
      {"tab for space", "GET\t/" + rest, 400, "bad_target"},
      {"tls client", "\x16\x03\x01\x02", 400, "bad_request_line"},
      {"absolute form", target("http://a/"), 400, "bad_target"},
      {"absolute form, other host", target("http://evil/"), 400, "bad_target"},
      {"authority form", target("a:80"), 400, "bad_target"},
      {"asterisk", "OPTIONS *" + rest, 400, "bad_target"},
      {"fragment", target("/a#b"), 400, "bad_target"},
      {"byte 0xff", target("/\xff"), 400, "bad_target"},
      {"encoded nul", target("/a%00"), 400, "bad_target"},
      {"encoded slash", target("/a%2fb"), 400, "bad_target"},
      {"dot segment", target("/a/../b"), 400, "bad_target"},
      {"encoded dot segment", target("/a/%2e%2E/b"), 400, "bad_target"},
      {"bad escape", target("/%g0"), 400, "bad_target"},
      {"double slash", target("//api//x?y"), 200, "/api/x|y|"},
      {"options", "OPTIONS /" + rest, 200, "/||"},
  };
}

std::vector<Case> header_cases() {
  return {
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400, "missing_host"},
      {"no host on 1.0", "GET / HTTP/1.0\r\n\r\n", 400, "missing_host"},
      {"two hosts", get_with("Host: a\r\n"), 400, "duplicate_host"},
      {"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, "bad_host"},
      {"host with path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "bad_host"},
      {"folded header", get_with("X: y\r\n z\r\n"), 400, "folded_header"},
      {"folded with tab", get_with("X: y\r\n\tz\r\n"), 400, "folded_header"},
      {"first header folded", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "folded_header"},
      {"bare lf", "GET / HTTP/1.1\nHost: a\n\n", 400, "bad_line_ending"},
      {"bare lf in header", get_with("X: y\n"), 400, "bad_line_ending"},
      {"bare cr in header", get_with("X: y\rZ: w\r\n"), 400, "bad_line_ending"},
      {"nul in value", get_with(std::string("X: a\0b\r\n", 8)), 400, "bad_header"},
      {"control byte in value", get_with("X: a\x01\r\n"), 400, "bad_header"},
      {"no colon", get_with("X\r\n"), 400, "bad_header"},
      {"no name", get_with(": x\r\n"), 400, "bad_header"},
      {"space before colon", get_with("X : y\r\n"), 400, "bad_header"},
      {"space in name", get_with("X Y: z\r\n"), 400, "bad_header"},
      {"name beyond ascii", get_with("X\xc3\xa9: z\r\n"), 400, "bad_header"},
      {"two authorizations", get_with("Authorization: a\r\nAuthorization: b\r\n"), 400,
       "duplicate_header"},
      {"get with body", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", 400,
       "unexpected_body"},
      {"get with chunked body",
       "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
       "unexpected_body"},
      {"delete with body", "DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", 400,
       "unexpected_body"},
      {"get with empty body", get_with("Content-Length: 0\r\n"), 200, "/||"},
      {"get with content type", get_with("Content-Type: application/json\r\n"), 200, "/||"},
      {"content encoding", post_with("Content-Encoding: gzip\r\nContent-Length: 1\r\n", "x"), 415,
       "content_encoding"},
      {"other expectation", post_with("Expect: 42\r\nContent-Length: 1\r\n", "x"), 417,
       "bad_expectation"},
      {"upgrade is ignored", get_with("Connection: upgrade\r\nUpgrade: h2c\r\n"), 200, "/||"},
  };
}

class RawCase : public ::testing::TestWithParam<Case> {};

TEST_P(RawCase, IsAnsweredAsTheTableSays) {
  const Case& raw = GetParam();
  TestServer server(echo);
  RawClient client = server.client();
  client.send(raw.bytes);
  const auto reply = client.read();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, raw.status) << reply->body;
  if (raw.status == 200) {
    EXPECT_EQ(reply->body, raw.reason);
    return;
  }
  EXPECT_NE(reply->body.find("\"reason\":\"" + raw.reason + "\""), std::string::npos)
      << reply->body;
  EXPECT_NE(reply->body.find("\"code\":\"LETSPING_" + std::to_string(raw.status) + "\""),
            std::string::npos);
  EXPECT_EQ(testing::value_of(*reply, "connection"), "close");
  client.send(smuggled);
  client.finish_sending();
  EXPECT_TRUE(client.closed()) << "something was read as another request";
}

std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  std::string name = info.param.name;
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(TransferEncoding, RawCase, ::testing::ValuesIn(transfer_encoding_cases()),
                         name_of);
INSTANTIATE_TEST_SUITE_P(ContentLength, RawCase, ::testing::ValuesIn(content_length_cases()),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Chunk, RawCase, ::testing::ValuesIn(chunk_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(RequestLine, RawCase, ::testing::ValuesIn(request_line_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Header, RawCase, ::testing::ValuesIn(header_cases()), name_of);

// The same bytes in two pieces, cut at every place: what is refused whole is refused in parts.
TEST(RawCases, AreAnsweredAlikeWhereverTheyAreCut) {
  TestServer server(echo);
  std::vector<Case> cases = transfer_encoding_cases();
  for (auto& more : {chunk_cases(), header_cases()})
    cases.insert(cases.end(), more.begin(), more.end());
  for (const Case& raw : cases) {
    for (std::size_t cut = 1; cut < raw.bytes.size(); cut += 1 + raw.bytes.size() / 25) {
      RawClient client = server.client();
      client.send(raw.bytes.substr(0, cut));
      client.send(raw.bytes.substr(cut));
      const auto reply = client.read();
      ASSERT_TRUE(reply) << raw.name << " cut at " << cut;
      EXPECT_EQ(reply->status, raw.status) << raw.name << " cut at " << cut << reply->body;
    }
  }
}

std::vector<Case> all_cases() {
  std::vector<Case> all = transfer_encoding_cases();
  for (auto& more : {content_length_cases(), chunk_cases(), request_line_cases(), header_cases()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

// Some bytes replaced, removed or doubled. Whatever comes of it, the server ends the connection
// soon after its client has, and goes on serving others.
TEST(RawCases, EndInTimeWhenMutated) {
  TestServer server(echo);
  SeededEntropy random(11);
  const std::vector<Case> cases = all_cases();
  const std::string_view spice("\r\n\0 \t:;,0/%\xff", 12);
  for (int i = 0; i < 1'500; ++i) {
    std::string bytes = cases[random.next() % cases.size()].bytes;
    for (auto changes = 1 + random.next() % 3; changes > 0 && !bytes.empty(); --changes) {
      const std::size_t at = random.next() % bytes.size();
      const char byte = spice[random.next() % spice.size()];
      switch (random.next() % 3) {
        case 0:
          bytes[at] = byte;
          break;
        case 1:
          bytes.erase(at, 1 + random.next() % 4);
          break;
        default:
          bytes.insert(at, 1, byte);
      }
    }
    RawClient client = server.client();
    client.send(bytes);
    client.finish_sending();
    ASSERT_TRUE(client.read_to_end()) << "round " << i << ": " << bytes;
  }
  EXPECT_EQ(server.client().ask(target("/alive"))->status, 200);
}

TEST(RawCases, AHalfRequestIsToldSo) {
  TestServer server(echo);
  RawClient client = server.client();
  client.send("GET / HTTP/1.1\r\nHo");
  client.finish_sending();
  const auto reply = client.read();
  ASSERT_TRUE(reply);
  EXPECT_NE(reply->body.find("\"incomplete_request\""), std::string::npos);
}

TEST(RawCases, AreAtLeastAHundred) {
  EXPECT_GE(all_cases().size(), 100U);
}

}  // namespace
}  // namespace lp::net
