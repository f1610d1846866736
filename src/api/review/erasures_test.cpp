#include "api/review/erasures.h"

#include <gtest/gtest.h>

#include "api/testing.h"
#include "evidence/erasure.h"
#include "evidence/roster_document.h"

namespace lp::api {
namespace {

// The owner at their browser, somebody at the command line, and a request that was rejected.
struct Asked {
  Server server;
  Browser owner{server};
  std::string request;

  Asked() {
    owner.login();
    request = server.house.asked();
    const auto considered = server.house.consider(request, evidence::Verdict::reject);
    EXPECT_TRUE(server.house.decide(considered).has_value());
  }
  net::Reply post_here(const std::string& path, const json::Value& body) {
    return settle(
        dispatch_admin(server.context, page_call(net::Method::post, path, json::compact(body))));
  }
  json::Value wish() const {
    return json::Value::object()
        .add("request", request)
        .add("basis", "Art. 17 GDPR")
        .add("operator", "ops");
  }
  // Where it waits for an owner.
  std::string proposed() {
    const net::Reply reply = post_here("/admin/erasure-proposals", wish());
    EXPECT_EQ(reply.status, 200) << reply.body;
    return "/api/review/erasure-proposals/" + text_at(body_of(reply), "id");
  }
  static json::Value signed_by(const crypto::P256Key& key, const json::Value& offer) {
    auto items = json::Value::array();
    for (const json::Value& item : offer.find("items")->items()) {
      const std::string document = text_at(item, "document");
      items.items().push_back(
          json::Value::object()
              .add("project", text_at(item, "project"))
              .add("document", document)
              .add("signatures",
                   evidence::signatures_text(
                       {{.spki = key.spki(),
                         .signature = key.sign(evidence::erasure_signing_bytes(document))}})));
    }
    return json::Value::object().add("items", std::move(items));
  }
};

TEST(Erasures, AreSignedWhereTheOwnerIsAndShownFromThenOn) {
  Asked house;
  const std::string path = house.proposed();
  const json::Value offer = body_of(house.owner.get(path));
  EXPECT_EQ(text_at(*offer.find("request"), "id"), house.request);
  EXPECT_EQ(text_at(offer, "basis"), "Art. 17 GDPR");
  const net::Reply done =
      house.owner.post(path + "/sign", Asked::signed_by(house.server.house.approver, offer));
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(text_at(body_of(done), "request"), house.request);
  EXPECT_EQ(house.owner.get(path).status, 404);

  const net::Reply gone = house.owner.get("/api/review/requests/" + house.request);
  EXPECT_EQ(gone.status, 410);
  const json::Value shown = body_of(gone);
  const json::Value& erasure = *shown.find("erasure");
  EXPECT_EQ(text_at(erasure, "basis"), "Art. 17 GDPR");
  EXPECT_EQ(text_at(erasure, "operator"), "ops");
  EXPECT_EQ(text_at(*erasure.find("by"), "name"), "Owner");
  const json::Value list = body_of(house.owner.get("/api/review/requests?state=decided"));
  EXPECT_EQ(json::compact(list.find("erased")->items().front()), json::compact(erasure));
}

TEST(Erasures, AreNotSignedWithAnotherKeyAndCanBeWithdrawn) {
  Asked house;
  const std::string path = house.proposed();
  const json::Value offer = body_of(house.owner.get(path));
  const auto stranger = crypto::P256Key::generate();
  EXPECT_EQ(reason_in(house.owner.post(path + "/sign", Asked::signed_by(stranger, offer))),
            "not_permitted");
  EXPECT_EQ(house.owner.post(path + "/withdraw", json::Value::object()).status, 200);
  EXPECT_EQ(house.owner.post(path + "/withdraw", json::Value::object()).status, 404);
  const auto late = Asked::signed_by(house.server.house.approver, offer);
  EXPECT_EQ(house.owner.post(path + "/sign", late).status, 404);
  EXPECT_EQ(house.owner.get("/api/review/requests/" + house.request).status, 200);
}

TEST(Erasures, AreRefusedWithTheReasonBeforeAnybodyIsAsked) {
  Asked house;
  auto hold = json::Value::object();
  hold.add("project", house.server.house.project).add("reason", "case 1");
  ASSERT_EQ(house.post_here("/admin/holds", hold).status, 200);
  EXPECT_EQ(reason_in(house.post_here("/admin/erasure-proposals", house.wish())), "legal_hold");
  auto person = json::Value::object();
  person.add("subject", house.server.house.member).add("basis", "b").add("operator", "o");
  EXPECT_EQ(reason_in(house.post_here("/admin/erasure-proposals", person)), "still_listed");
  person.add("request", house.request);
  EXPECT_EQ(reason_in(house.post_here("/admin/erasures/offer", person)), "member_invalid");
}

}  // namespace
}  // namespace lp::api
