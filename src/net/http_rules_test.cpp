#include "net/http_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace lp::net {
namespace {

Request with(Method method, Headers headers) {
  Request request;
  request.method = method;
  request.headers = std::move(headers);
  return request;
}

// The fault of a request with a valid Host and these fields besides; nothing when it is accepted.
std::optional<Fault> fault_of(Method method, Headers headers, unsigned version = 11) {
  headers.insert(headers.begin(), {"host", "localhost:8400"});
  const Request request = with(method, std::move(headers));
  const auto framing = check_fields(request, version, Limits());
  if (framing) return {};
  return framing.error();
}

std::expected<std::size_t, Fault> scan(std::string_view bytes, Limits limits = {}) {
  HeadScanner scanner(limits);
  return scanner.scan(bytes);
}

Fault scan_fault(std::string_view bytes, Limits limits = {}) {
  const auto scanned = scan(bytes, limits);
  EXPECT_FALSE(scanned) << bytes;
  return scanned ? Fault::no_answer : scanned.error();
}

TEST(HeadScanner, FindsTheEndOfTheHeader) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(scan(head + "body"), head.size());
}

TEST(HeadScanner, GivesTheSameAnswerWhereverTheBytesAreCut) {
  const std::string head = "POST /a?b HTTP/1.1\r\nHost: a\r\nX: \t y\r\n\r\n";
  for (std::size_t cut = 0; cut < head.size(); ++cut) {
    const Limits limits;
    HeadScanner scanner(limits);
    EXPECT_EQ(scanner.scan(std::string_view(head).substr(0, cut)), 0U) << cut;
    EXPECT_EQ(scanner.scan(head), head.size()) << cut;
  }
}

TEST(HeadScanner, RefusesAtTheFirstBadByte) {
  EXPECT_EQ(scan_fault("\x16\x03\x01"), Fault::bad_request_line);
  EXPECT_EQ(scan_fault(" GET"), Fault::bad_request_line);
  EXPECT_EQ(scan_fault("\r\nGET"), Fault::bad_request_line);
  EXPECT_EQ(scan_fault("get"), Fault::bad_request_line);
  EXPECT_EQ(scan_fault("GET /\t"), Fault::bad_target);
  EXPECT_EQ(scan_fault("GET /\xff"), Fault::bad_target);
  EXPECT_EQ(scan_fault("GET /\x7f"), Fault::bad_target);
  EXPECT_EQ(scan_fault("GET / HTTP/1.1\n"), Fault::bad_line_ending);
  EXPECT_EQ(scan_fault("GET / HTTP/1.1\rX"), Fault::bad_line_ending);
  EXPECT_EQ(scan_fault("GET / HTTP/1.1\r\nHost: a\n"), Fault::bad_line_ending);
  EXPECT_EQ(scan_fault("GET / HTTP/1.1\r\n X"), Fault::folded_header);
  EXPECT_EQ(scan_fault("GET / HTTP/1.1\r\nHost: a\r\n\tb"), Fault::folded_header);
  EXPECT_EQ(scan_fault("GET / HTTP/1.1\r\nHost: a\x01"), Fault::bad_header);
  EXPECT_EQ(scan_fault("GET / HTTP/1.1\r\nHost: a\x7f"), Fault::bad_header);
  EXPECT_EQ(scan_fault(std::string_view("GET / HTTP/1.1\r\nHost: a\0", 25)), Fault::bad_header);
}

TEST(HeadScanner, BoundsTargetFieldsAndTotal) {
  Limits limits;
  limits.header_bytes_max = 200;
  limits.target_bytes_max = 50;
  limits.header_fields_max = 3;
  EXPECT_EQ(scan_fault("GET /" + std::string(100, 'a'), limits), Fault::target_too_long);
  EXPECT_EQ(scan_fault("GET / HTTP/1.1\r\nX: " + std::string(200, 'a'), limits),
            Fault::header_too_large);
  const std::string start = "GET / HTTP/1.1\r\n";
  EXPECT_EQ(scan_fault(start + "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n", limits),
            Fault::too_many_headers);
  const std::string three = start + "A: 1\r\nB: 2\r\nC: 3\r\n\r\n";
  EXPECT_EQ(scan(three, limits), three.size());
}

TEST(HeadScanner, TakesAHeaderOfExactlyTheLimit) {
  Limits limits;
  limits.header_bytes_max = 100;
  const std::string start = "GET / HTTP/1.1\r\nX: ";
  const auto head = [&start](std::size_t size) {
    return start + std::string(size - start.size() - 4, 'a') + "\r\n\r\n";
  };
  EXPECT_EQ(scan(head(100), limits), 100U);
  EXPECT_EQ(scan_fault(head(101), limits), Fault::header_too_large);
}

TEST(MethodNamed, KnowsUpperCaseNamesOnly) {
  EXPECT_EQ(method_named("GET"), Method::get);
  EXPECT_EQ(method_named("HEAD"), Method::head);
  EXPECT_EQ(method_named("POST"), Method::post);
  EXPECT_EQ(method_named("PUT"), Method::put);
  EXPECT_EQ(method_named("DELETE"), Method::del);
  EXPECT_EQ(method_named("OPTIONS"), Method::options);
  for (const auto* name : {"get", "Get", "PATCH", "TRACE", "CONNECT", "GETX", "GE", ""}) {
    EXPECT_FALSE(method_named(name)) << name;
  }
}

TEST(ReadTarget, DecodesThePathOnceAndKeepsTheQueryRaw) {
  const auto target = read_target("/a%20b/%2541?x=%20&y");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a b/%41");
  EXPECT_EQ(target->query, "x=%20&y");
}

TEST(ReadTarget, CollapsesDuplicateSlashes) {
  EXPECT_EQ(read_target("/api//ingest")->path, "/api/ingest");
  EXPECT_EQ(read_target("//api///status//x/")->path, "/api/status/x/");
  EXPECT_EQ(read_target("/")->path, "/");
  EXPECT_EQ(read_target("///")->path, "/");
  EXPECT_EQ(read_target("/?")->path, "/");
  EXPECT_EQ(read_target("/a?b//c?d")->query, "b//c?d");
}

TEST(ReadTarget, KeepsNamesThatOnlyLookLikeDotSegments) {
  EXPECT_EQ(read_target("/...")->path, "/...");
  EXPECT_EQ(read_target("/.well-known/x")->path, "/.well-known/x");
  EXPECT_EQ(read_target("/a..b/..c")->path, "/a..b/..c");
}

TEST(ReadTarget, DecodesUtf8) {
  EXPECT_EQ(read_target("/%C3%A9")->path, "/\xc3\xa9");
}

TEST(ReadTarget, RefusesWhatTwoReadersCouldReadDifferently) {
  for (const auto* target : {"",
                             "*",
                             "a",
                             "http://localhost/",
                             "localhost:8400",
                             "?x",
                             "/a#b",
                             "/a?b#c",
                             "/%00",
                             "/a%2Fb",
                             "/a%2fb",
                             "/%2e%2e/a",
                             "/../a",
                             "/a/..",
                             "/a/.",
                             "/./",
                             "/%2E",
                             "/%",
                             "/%4",
                             "/%zz",
                             "/%0d%0aX",
                             "/%7f",
                             "/%1f",
                             "/%ff",
                             "/%c0%af",
                             "/a b",
                             "/\x80",
                             "/\x7f"}) {
    const auto read = read_target(target);
    ASSERT_FALSE(read) << target;
    EXPECT_EQ(read.error(), Fault::bad_target) << target;
  }
}

TEST(CheckFields, AcceptsAnOrdinaryRequest) {
  const Request request = with(Method::post, {{"host", "localhost:8400"},
                                              {"content-length", "12"},
                                              {"content-type", "application/json"},
                                              {"expect", "100-Continue"}});
  const auto framing = check_fields(request, 11, Limits());
  ASSERT_TRUE(framing);
  EXPECT_EQ(framing->length, 12U);
  EXPECT_FALSE(framing->chunked);
  EXPECT_TRUE(framing->expects_continue);
  EXPECT_TRUE(framing->keep_alive);
  EXPECT_EQ(framing->host, "localhost:8400");
}

TEST(CheckFields, RefusesAnyTransferEncodingButExactlyChunked) {
  EXPECT_FALSE(fault_of(Method::post, {{"transfer-encoding", "chunked"}}));
  for (const auto* value : {"xchunked", "chunked, identity", "identity", "gzip, chunked",
                            "chunked;a", "Chunked", "chunked,", ",chunked", "chunked chunked",
                            "\"chunked\"", "", "chunked\t", "gzip", "identity, chunked"}) {
    EXPECT_EQ(fault_of(Method::post, {{"transfer-encoding", value}}), Fault::bad_transfer_encoding)
        << value;
  }
  EXPECT_EQ(
      fault_of(Method::post, {{"transfer-encoding", "chunked"}, {"transfer-encoding", "chunked"}}),
      Fault::bad_transfer_encoding);
  EXPECT_EQ(fault_of(Method::post, {{"transfer-encoding", "chunked"}}, 10),
            Fault::bad_transfer_encoding);
}

TEST(CheckFields, RefusesTransferEncodingWithContentLength) {
  for (const auto* coding : {"chunked", "identity"}) {
    EXPECT_EQ(fault_of(Method::post, {{"transfer-encoding", coding}, {"content-length", "5"}}),
              Fault::conflicting_framing);
    EXPECT_EQ(fault_of(Method::post, {{"content-length", "5"}, {"transfer-encoding", coding}}),
              Fault::conflicting_framing);
  }
}

TEST(CheckFields, TakesOnePlainContentLengthOnly) {
  EXPECT_FALSE(fault_of(Method::post, {{"content-length", "0"}}));
  EXPECT_FALSE(fault_of(Method::post, {{"content-length", "4194304"}}));
  for (const auto* value : {"", "5, 5", "5,5", "05", "00", "+5", "-5", "-0", "5 5", "0x5", "5.0",
                            "5e1", "five", " 5", "5\t", "\xef\xbc\x95"}) {
    EXPECT_EQ(fault_of(Method::post, {{"content-length", value}}), Fault::bad_content_length)
        << value;
  }
  EXPECT_EQ(fault_of(Method::post, {{"content-length", "5"}, {"content-length", "5"}}),
            Fault::bad_content_length);
  for (const auto* value : {"4194305", "99999999999999999999", "18446744073709551616"}) {
    EXPECT_EQ(fault_of(Method::post, {{"content-length", value}}), Fault::body_too_large) << value;
  }
}

TEST(CheckFields, WantsExactlyOneHost) {
  const auto hosts = [](Headers headers) {
    const Request request = with(Method::get, std::move(headers));
    const auto framing = check_fields(request, 11, Limits());
    return framing ? std::optional<Fault>() : framing.error();
  };
  EXPECT_EQ(hosts({}), Fault::missing_host);
  EXPECT_EQ(hosts({{"host", "a"}, {"host", "a"}}), Fault::duplicate_host);
  for (const auto* host :
       {"a", "a.example", "a:1", "127.0.0.1:8400", "[::1]", "[::1]:8400", "under_score", "A-Z.9"}) {
    EXPECT_FALSE(hosts({{"host", host}})) << host;
  }
  for (const auto* host : {"", ":80", "a:", "a:b", "a:123456", "a/b", "a@b", "a b", "a,b", "[::1",
                           "[::1]x", "[]", "a%41", "a\\b", "a?", "[::1]:", "::1", "http://a"}) {
    EXPECT_EQ(hosts({{"host", host}}), Fault::bad_host) << host;
  }
  EXPECT_EQ(hosts({{"host", std::string(256, 'a')}}), Fault::bad_host);
}

TEST(CheckFields, LetsOnlyPostAndPutCarryABody) {
  for (const Method method : {Method::get, Method::head, Method::del, Method::options}) {
    EXPECT_EQ(fault_of(method, {{"content-length", "1"}}), Fault::unexpected_body);
    EXPECT_EQ(fault_of(method, {{"transfer-encoding", "chunked"}}), Fault::unexpected_body);
    EXPECT_FALSE(fault_of(method, {{"content-length", "0"}}));
  }
  for (const Method method : {Method::post, Method::put}) {
    EXPECT_FALSE(fault_of(method, {{"content-length", "1"}}));
    EXPECT_FALSE(fault_of(method, {}));
  }
}

TEST(CheckFields, NeverDecodesABody) {
  for (const auto* coding : {"gzip", "br", "identity", ""}) {
    EXPECT_EQ(fault_of(Method::post, {{"content-encoding", coding}}), Fault::content_encoding);
  }
}

TEST(CheckFields, AnswersNoExpectationButContinue) {
  for (const auto* value : {"100", "200-ok", "100-continue, x", ""}) {
    EXPECT_EQ(fault_of(Method::post, {{"expect", value}}), Fault::bad_expectation) << value;
  }
  EXPECT_EQ(fault_of(Method::post, {{"expect", "100-continue"}, {"expect", "100-continue"}}),
            Fault::bad_expectation);
}

TEST(CheckFields, DoesNotContinueForHttp10OrWithoutBody) {
  const Request old =
      with(Method::post, {{"host", "a"}, {"content-length", "1"}, {"expect", "100-continue"}});
  EXPECT_FALSE(check_fields(old, 10, Limits())->expects_continue);
  const Request empty = with(Method::get, {{"host", "a"}, {"expect", "100-continue"}});
  EXPECT_FALSE(check_fields(empty, 11, Limits())->expects_continue);
}

TEST(CheckFields, RefusesTwoOfWhatMustBeOne) {
  for (const auto* name : {"authorization", "content-type", "origin"}) {
    EXPECT_EQ(fault_of(Method::post, {{name, "a"}, {name, "a"}}), Fault::duplicate_header) << name;
  }
  EXPECT_FALSE(fault_of(Method::post, {{"cookie", "a=1"}, {"cookie", "b=2"}}));
}

TEST(CheckFields, BoundsTheNumberOfFields) {
  Headers headers(63, {"x", "y"});
  EXPECT_FALSE(fault_of(Method::get, headers));
  headers.emplace_back("x", "y");
  EXPECT_EQ(fault_of(Method::get, headers), Fault::too_many_headers);
}

TEST(CheckFields, KeepsTheConnectionUnlessToldOtherwise) {
  const auto kept = [](std::string connection, unsigned version) {
    const Request request =
        with(Method::get, {{"host", "a"}, {"connection", std::move(connection)}});
    return check_fields(request, version, Limits())->keep_alive;
  };
  EXPECT_TRUE(kept("keep-alive", 11));
  EXPECT_TRUE(kept("upgrade", 11));
  EXPECT_FALSE(kept("close", 11));
  EXPECT_FALSE(kept("Keep-Alive, CLOSE", 11));
  EXPECT_FALSE(kept("keep-alive", 10));
}

TEST(PercentDecoded, RefusesMalformedAndZeroEscapes) {
  EXPECT_EQ(percent_decoded("a%2Fb%c3"), "a/b\xc3");
  EXPECT_EQ(percent_decoded(""), "");
  for (const auto* text : {"%", "%4", "%4g", "%g4", "a%", "%00", "%-1", "% 1"}) {
    EXPECT_FALSE(percent_decoded(text)) << text;
  }
}

TEST(ListContains, ComparesWholeTokensWithoutCase) {
  EXPECT_TRUE(list_contains("a, Close ,b", "close"));
  EXPECT_TRUE(list_contains("close", "close"));
  EXPECT_FALSE(list_contains("closed, xclose", "close"));
  EXPECT_FALSE(list_contains("", "close"));
  EXPECT_FALSE(list_contains(",,", "close"));
}

}  // namespace
}  // namespace lp::net
