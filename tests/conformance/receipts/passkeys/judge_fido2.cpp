// Judges registrations and uses of passkeys with libfido2, a line each, in the form that
// judge_passkeys takes. Of the client's part it knows the hash and nothing else; a registration is
// one that attests itself, for of others it says nothing.

#include <cbor.h>
#include <fido.h>
#include <fido/es256.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.h"

namespace {

constexpr const char* rp_id = "letsping.example";

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void say(int code) {
  std::printf(code == FIDO_OK ? "ok\n" : "no %s\n", fido_strerr(code));
}

template <typename T, void (*Free)(T**)>
struct Release {
  void operator()(T* held) const { Free(&held); }
};

// The parts of an attestation object; "" for what is not there.
struct Parts {
  std::string format, statement, authenticator;
};

std::string content_of(const cbor_item_t* item) {
  if (cbor_isa_string(item) && cbor_string_is_definite(item)) {
    return {reinterpret_cast<const char*>(cbor_string_handle(item)), cbor_string_length(item)};
  }
  if (cbor_isa_bytestring(item) && cbor_bytestring_is_definite(item)) {
    return {reinterpret_cast<const char*>(cbor_bytestring_handle(item)),
            cbor_bytestring_length(item)};
  }
  return {};
}

std::string encoded(const cbor_item_t* item) {
  unsigned char* bytes = nullptr;
  std::size_t room = 0;
  const std::size_t size = cbor_serialize_alloc(item, &bytes, &room);
  std::string text(reinterpret_cast<const char*>(bytes), size);
  std::free(bytes);
  return text;
}

Parts parts_of(const std::string& object) {
  cbor_load_result result{};
  cbor_item_t* root = cbor_load(bytes_of(object), object.size(), &result);
  Parts parts;
  if (root == nullptr) return parts;
  const bool map = cbor_isa_map(root) && result.read == object.size();
  for (std::size_t i = 0; map && i < cbor_map_size(root); ++i) {
    const cbor_pair pair = cbor_map_handle(root)[i];
    const std::string name = content_of(pair.key);
    if (name == "fmt") parts.format = content_of(pair.value);
    if (name == "attStmt") parts.statement = encoded(pair.value);
    if (name == "authData") parts.authenticator = content_of(pair.value);
  }
  cbor_decref(&root);
  return parts;
}

int judge_creation(const std::vector<std::string>& given) {
  const Parts parts = parts_of(given[2]);
  const std::unique_ptr<fido_cred_t, Release<fido_cred_t, fido_cred_free>> held(fido_cred_new());
  fido_cred_t* const made = held.get();
  int code = fido_cred_set_type(made, COSE_ES256);
  const auto then = [&](auto set) {
    if (code == FIDO_OK) code = set();
  };
  then([&] { return fido_cred_set_clientdata(made, bytes_of(given[1]), given[1].size()); });
  then([&] { return fido_cred_set_rp(made, rp_id, nullptr); });
  then([&] { return fido_cred_set_uv(made, FIDO_OPT_TRUE); });
  then([&] { return fido_cred_set_fmt(made, parts.format.c_str()); });
  then([&] {
    return fido_cred_set_authdata_raw(made, bytes_of(parts.authenticator),
                                      parts.authenticator.size());
  });
  then([&] {
    return fido_cred_set_attstmt(made, bytes_of(parts.statement), parts.statement.size());
  });
  then([&] { return fido_cred_verify_self(made); });
  return code;
}

int judge_use(const std::vector<std::string>& given) {
  constexpr std::size_t point_bytes = 64;
  const std::string& spki = given[4];
  const std::unique_ptr<es256_pk_t, Release<es256_pk_t, es256_pk_free>> key(es256_pk_new());
  const std::unique_ptr<fido_assert_t, Release<fido_assert_t, fido_assert_free>> held(
      fido_assert_new());
  fido_assert_t* const use = held.get();
  if (spki.size() < point_bytes) return FIDO_ERR_INVALID_ARGUMENT;
  int code = es256_pk_from_ptr(key.get(), spki.data() + spki.size() - point_bytes, point_bytes);
  const auto then = [&](auto set) {
    if (code == FIDO_OK) code = set();
  };
  then([&] { return fido_assert_set_clientdata(use, bytes_of(given[1]), given[1].size()); });
  then([&] { return fido_assert_set_rp(use, rp_id); });
  then([&] { return fido_assert_set_up(use, FIDO_OPT_TRUE); });
  then([&] { return fido_assert_set_uv(use, FIDO_OPT_TRUE); });
  then([&] { return fido_assert_set_count(use, 1); });
  then([&] {
    return fido_assert_set_authdata_raw(use, 0, bytes_of(given[2]), given[2].size());
  });
  then([&] { return fido_assert_set_sig(use, 0, bytes_of(given[3]), given[3].size()); });
  then([&] { return fido_assert_verify(use, 0, COSE_ES256, key.get()); });
  return code;
}

bool judge(const std::string& line) {
  std::istringstream words(line);
  std::string what;
  words >> what;
  std::vector<std::string> given;
  for (std::string word; words >> word;) {
    const auto bytes = lp::from_base64(word == "-" ? "" : word);
    if (!bytes) return false;
    given.push_back(*bytes);
  }
  if (what == "create" && given.size() == 3) {
    say(judge_creation(given));
    return true;
  }
  if (what != "get" || given.size() != 5) return false;
  say(judge_use(given));
  return true;
}

}  // namespace

int main() {
  fido_init(0);
  for (std::string line; std::getline(std::cin, line);) {
    if (!judge(line)) {
      std::fputs("judge_fido2: a line is not of its form\n", stderr);
      return 2;
    }
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}
