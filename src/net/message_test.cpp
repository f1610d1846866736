#include "net/message.h"

#include <gtest/gtest.h>

#include "net/fault.h"
#include "net/read_buffer.h"
#include "net/reply_writer.h"

#include <set>
#include <string>

namespace lp::net {
namespace {

TEST(Request, FindsTheFirstHeader) {
  Request request;
  request.headers = {{"a", "1"}, {"b", "2"}, {"b", "3"}};
  EXPECT_EQ(request.header("b"), "2");
  EXPECT_EQ(request.header("c"), "");
}

TEST(Request, DecodesQueryValues) {
  Request request;
  request.query = "a=1&b=x+y%2Bz&c&d=&&=e&a=2&f%20g=h&bad=%zz&i=j=k";
  EXPECT_EQ(request.query_value("a"), "1");
  EXPECT_EQ(request.query_value("b"), "x y+z");
  EXPECT_EQ(request.query_value("c"), "");
  EXPECT_EQ(request.query_value("d"), "");
  EXPECT_EQ(request.query_value("f g"), "h");
  EXPECT_EQ(request.query_value("i"), "j=k");
  EXPECT_FALSE(request.query_value("bad"));
  EXPECT_FALSE(request.query_value("none"));
  EXPECT_FALSE(Request().query_value("a"));
}

TEST(Request, FindsCookies) {
  Request request;
  request.headers = {{"cookie", "a=1; __Host-lp=x=y ;c"}, {"cookie", "d=4"}};
  EXPECT_EQ(request.cookie("a"), "1");
  EXPECT_EQ(request.cookie("__Host-lp"), "x=y");
  EXPECT_EQ(request.cookie("d"), "4");
  EXPECT_FALSE(request.cookie("c"));
  EXPECT_FALSE(request.cookie("Host-lp"));
}

TEST(HttpDate, IsThatOfTheRfc) {
  EXPECT_EQ(http_date({784'111'777'000}), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date({0}), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date({1'772'366'400'999}), "Sun, 01 Mar 2026 12:00:00 GMT");
}

TEST(ReplyHead, HasNoLengthWithoutABody) {
  Reply reply;
  reply.status = 204;
  const std::string head = reply_head(reply, {"D", "", false});
  EXPECT_EQ(head, "HTTP/1.1 204 No Content\r\nDate: D\r\nCache-Control: no-store\r\n\r\n");
  reply.status = 304;
  EXPECT_EQ(reply_head(reply, {"D", "", false}).find("Content-"), std::string::npos);
}

TEST(ReplyHead, KeepsTheOrderOfItsParts) {
  Reply reply;
  reply.body = "{}";
  reply.headers = {{"X-A", "b"}, {"DATE", "never"}};
  EXPECT_EQ(reply_head(reply, {"D", "F: g\r\n", true}),
            "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
            "X-A: b\r\nCache-Control: no-store\r\nF: g\r\nConnection: close\r\n\r\n");
}

TEST(WellFormed, RefusesWhatWouldBreakALine) {
  Reply reply;
  EXPECT_TRUE(well_formed(reply));
  for (const Headers& headers :
       {Headers{{"A\r\nB", "c"}}, Headers{{"A", "b\nc"}}, Headers{{"A", std::string("b\0", 2)}},
        Headers{{"", "b"}}, Headers{{"A:", "b"}}}) {
    reply.headers = headers;
    EXPECT_FALSE(well_formed(reply));
  }
  reply.headers.clear();
  reply.content_type = "a\rb";
  EXPECT_FALSE(well_formed(reply));
  reply.content_type = "text/plain";
  reply.status = 100;
  EXPECT_FALSE(well_formed(reply));
}

TEST(Fault, HasAReasonOfItsOwnAndABodyThatIsJson) {
  std::set<std::string_view> reasons;
  for (int i = 0; i <= static_cast<int>(fault_last); ++i) {
    const auto fault = static_cast<Fault>(i);
    const FaultText text = describe(fault);
    EXPECT_TRUE(reasons.insert(text.reason).second) << text.reason;
    EXPECT_TRUE(text.sentence.ends_with('.')) << text.sentence;
    EXPECT_EQ(text.sentence.find_first_of("\"\\\n"), std::string_view::npos) << text.sentence;
    const Reply reply = fault_reply(fault);
    EXPECT_EQ(reply.status, text.status);
    EXPECT_EQ(reply.close, fault != Fault::no_answer && fault != Fault::bad_reply);
    EXPECT_TRUE(well_formed(reply));
  }
}

TEST(Fault, SpeaksTheErrorShapeOfTheServer) {
  EXPECT_EQ(fault_reply(Fault::chunk_extension).body,
            R"({"error":"Chunk extensions are not accepted.",)"
            R"("message":"Chunk extensions are not accepted.",)"
            R"("code":"LETSPING_400","reason":"chunk_extension"})");
}

TEST(ReadBuffer, GivesBackWhatWasPutInWhateverTheSizes) {
  ReadBuffer buffer;
  std::string put;
  std::string got;
  for (std::size_t i = 1; i < 200; ++i) {
    const std::string piece(i * 7 % 50, static_cast<char>('a' + i % 26));
    buffer.append(piece);
    put += piece;
    const std::size_t take = std::min(buffer.unread().size(), i * 5 % 40);
    got += buffer.unread().substr(0, take);
    buffer.consume(take);
  }
  got += buffer.unread();
  EXPECT_EQ(got, put);
}

TEST(ReadBuffer, GivesMemoryBackOnlyWhenEmpty) {
  ReadBuffer buffer("unread");
  buffer.trim(0);
  EXPECT_EQ(buffer.unread(), "unread");
  buffer.consume(6);
  buffer.trim(0);
  EXPECT_TRUE(buffer.empty());
  EXPECT_GE(buffer.space(3).size(), 3U);
}

}  // namespace
}  // namespace lp::net
