// Security keys (FIDO2, CTAP 2.0 and later) as the command line uses them. The only place that
// knows libfido2.
//
// A key does nothing for a person whom it has not verified: by the PIN that is passed on here, or
// by itself, as with a fingerprint; and nothing without a touch. Every call blocks until the key
// has answered, which without a touch takes it half a minute. Nothing is kept on the key: what it
// needs to find its credential again is the credential's id.

#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace lp::cli {

struct PluggedKey {
  std::string path;  // of the device
  std::string name;  // maker and product, as the device says
};

// Why a key gave nothing; each has a sentence.
enum class SecurityKeyFault : std::uint8_t {
  unreachable,      // pulled out, used by another program, or not this account's to use
  too_old,          // speaks U2F only: it cannot verify anybody
  no_verification,  // it has neither a PIN nor a fingerprint set up
  wrong_pin,
  locked,        // too many wrong PINs since it was plugged in
  blocked,       // too many wrong PINs at all
  not_verified,  // it did not recognise the fingerprint
  not_touched,   // in time, or refused at the key
  has_one,       // there is a credential of the ones excluded on it
  no_credential,
  no_es256,
  broken,  // it answers what no key answers; `code` says what
};

struct SecurityKeyError {
  SecurityKeyFault fault = SecurityKeyFault::broken;
  std::optional<int> tries_left = {};  // wrong_pin: before it is blocked for good
  int code = 0;                        // libfido2's
};
// A sentence for people.
std::string describe(const SecurityKeyError& error);

// How messages reach keys in place of USB. Messages are those of CTAPHID (CTAP 2.0 §8.1.9) after
// its framing.
class KeyLine {
 public:
  virtual ~KeyLine() = default;
  // False when the key is gone.
  virtual bool send(std::uint8_t command, std::string_view message) = 0;
  // The answer to what was sent; nothing when the key is gone.
  virtual std::optional<std::string> receive(std::uint8_t command) = 0;
};
class KeyPort {
 public:
  virtual ~KeyPort() = default;
  virtual std::vector<PluggedKey> plugged_in() = 0;
  // Null when it is not there.
  virtual std::unique_ptr<KeyLine> open(const std::string& path) = 0;
};

class SecurityKey {
 public:
  template <typename T>
  using Result = std::expected<T, SecurityKeyError>;

  // Of the keys that this machine has, or that `port` has where it is given.
  static Result<std::vector<PluggedKey>> plugged_in(KeyPort* port);
  static Result<SecurityKey> open(const PluggedKey& key, KeyPort* port);

  SecurityKey(SecurityKey&&) noexcept;
  SecurityKey& operator=(SecurityKey&&) noexcept;
  ~SecurityKey();

  // How it can verify its person: one of the two, or both.
  [[nodiscard]] bool has_pin() const;
  [[nodiscard]] bool verifies_alone() const;  // as by a fingerprint: then without `pin`

  struct Making {
    std::string rp_id, rp_name;
    std::string user_id, user_name;    // bytes, text
    std::string client_data;           // clientDataJSON
    std::vector<std::string> exclude;  // credential ids
  };
  struct Made {
    std::string credential;   // its id
    std::string attestation;  // attestationObject, of the format `none`
  };
  Result<Made> make(const Making& making, const std::optional<Secret>& pin);

  // Whether the credential is on this key, without a touch; nothing when it does not say so before
  // it has verified somebody.
  Result<std::optional<bool>> holds(const std::string& rp_id, const std::string& credential);

  struct Signing {
    std::string rp_id, credential, client_data;
  };
  struct Signed {
    std::string authenticator_data, signature;
  };
  Result<Signed> sign(const Signing& signing, const std::optional<Secret>& pin);

 private:
  struct Device;
  explicit SecurityKey(std::unique_ptr<Device> device);
  std::unique_ptr<Device> device_;
};

}  // namespace lp::cli
