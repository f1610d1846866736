#include "cli/security_key.h"

#include <fido.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "base/assert.h"
#include "base/c_handle.h"
#include "identity/authenticator_flags.h"
#include "identity/cbor_reader.h"

namespace lp::cli {
namespace {

using Fault = SecurityKeyFault;
using Clock = std::chrono::steady_clock;

constexpr std::size_t keys_max = 64;
// A key gives up waiting for a touch after about 30 s by itself; one that does not is given up.
constexpr int wait_ms = 60'000;

template <typename T, auto Release>
struct FidoRelease {
  void operator()(T* resource) const { Release(&resource); }
};
using Assertion = std::unique_ptr<fido_assert_t, FidoRelease<fido_assert_t, fido_assert_free>>;
using Credential = std::unique_ptr<fido_cred_t, FidoRelease<fido_cred_t, fido_cred_free>>;
using Device = std::unique_ptr<fido_dev_t, FidoRelease<fido_dev_t, fido_dev_free>>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string text_of(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

std::unexpected<SecurityKeyError> failed(Fault fault) {
  return std::unexpected(SecurityKeyError{.fault = fault});
}

Fault fault_of(int code) {
  switch (code) {
    case FIDO_ERR_TX:
    case FIDO_ERR_RX:
    case FIDO_ERR_CHANNEL_BUSY:
    case FIDO_ERR_NOTFOUND:
      return Fault::unreachable;
    case FIDO_ERR_PIN_NOT_SET:
    case FIDO_ERR_UNSUPPORTED_OPTION:
    case FIDO_ERR_PIN_REQUIRED:
      return Fault::no_verification;
    case FIDO_ERR_PIN_INVALID:
      return Fault::wrong_pin;
    case FIDO_ERR_PIN_AUTH_BLOCKED:
      return Fault::locked;
    case FIDO_ERR_PIN_BLOCKED:
      return Fault::blocked;
    case FIDO_ERR_UV_BLOCKED:
    case FIDO_ERR_UV_INVALID:
      return Fault::not_verified;
    case FIDO_ERR_ACTION_TIMEOUT:
    case FIDO_ERR_USER_ACTION_TIMEOUT:
    case FIDO_ERR_KEEPALIVE_CANCEL:
    case FIDO_ERR_OPERATION_DENIED:
    case FIDO_ERR_TIMEOUT:
      return Fault::not_touched;
    case FIDO_ERR_CREDENTIAL_EXCLUDED:
      return Fault::has_one;
    case FIDO_ERR_NO_CREDENTIALS:
    case FIDO_ERR_INVALID_CREDENTIAL:
      return Fault::no_credential;
    case FIDO_ERR_UNSUPPORTED_ALGORITHM:
      return Fault::no_es256;
    default:
      return Fault::broken;
  }
}

// --- other lines than USB ---------------------------------------------------------------------

// libfido2 opens by a path alone, and hands on nothing else.
thread_local KeyPort* port_of_open = nullptr;

void* open_line(const char* path) {
  LP_ASSERT(port_of_open != nullptr);
  return port_of_open->open(path).release();
}

void close_line(void* line) {
  delete static_cast<KeyLine*>(line);
}

KeyLine& line_of(fido_dev_t* device) {
  return *static_cast<KeyLine*>(fido_dev_io_handle(device));
}

int send_message(fido_dev_t* device, std::uint8_t command, const unsigned char* bytes,
                 std::size_t size) {
  return line_of(device).send(command, text_of(bytes, size)) ? 0 : -1;
}

int receive_message(fido_dev_t* device, std::uint8_t command, unsigned char* bytes,
                    std::size_t size, int /*wait_ms*/) {
  const auto answer = line_of(device).receive(command);
  if (!answer || answer->size() > size) return -1;
  std::ranges::copy(*answer, bytes);
  return static_cast<int>(answer->size());
}

// libfido2 wants reports read and written too, and has no use for them beside messages.
int read_report(void* /*line*/, unsigned char* /*bytes*/, std::size_t /*size*/, int /*wait_ms*/) {
  return -1;
}
int write_report(void* /*line*/, const unsigned char* /*bytes*/, std::size_t /*size*/) {
  return -1;
}

int open_device(fido_dev_t* device, const std::string& path, KeyPort* port) {
  if (port == nullptr) return fido_dev_open(device, path.c_str());
  const fido_dev_io_t io{
      .open = open_line, .close = close_line, .read = read_report, .write = write_report};
  const fido_dev_transport_t transport{.rx = receive_message, .tx = send_message};
  port_of_open = port;
  int code = fido_dev_set_io_functions(device, &io);
  if (code == FIDO_OK) code = fido_dev_set_transport_functions(device, &transport);
  if (code == FIDO_OK) code = fido_dev_open(device, path.c_str());
  port_of_open = nullptr;
  return code;
}

// --- what is passed on and back ---------------------------------------------------------------

// A C string ends at its first zero: a PIN with one in it would be another.
bool is_c_text(const std::optional<Secret>& pin) {
  return !pin || !pin->reveal().contains('\0');
}

// A Secret's bytes end with a zero, as those of every string.
const char* c_text(const std::optional<Secret>& pin) {
  return pin ? pin->reveal().data() : nullptr;
}

// Whether the key says that it was touched and has verified who did: libfido2 asks for both, and
// does not look at the answer.
bool says_verified(std::string_view authenticator_data) {
  constexpr std::size_t flags_at = 32, head_bytes = 37;
  constexpr unsigned both = identity::user_present | identity::user_verified;
  return authenticator_data.size() >= head_bytes &&
         (static_cast<unsigned char>(authenticator_data[flags_at]) & both) == both;
}

// {"fmt": "none", "attStmt": {}, "authData": …}, as a browser writes it where nobody asks who made
// the authenticator (WebAuthn Level 3 §5.1.3).
std::string unattested(std::string_view authenticator_data) {
  LP_ASSERT(authenticator_data.size() <= 0xffff);
  using namespace std::string_view_literals;
  std::string object("\xa3\x63"
                     "fmt\x64"
                     "none\x67"
                     "attStmt\xa0\x68"
                     "authData"sv);
  // A length has one form, the shortest; what attests a credential is never below 24 bytes.
  const bool is_long = authenticator_data.size() > 0xff;
  object += is_long ? '\x59' : '\x58';
  if (is_long) object += static_cast<char>(authenticator_data.size() >> 8);
  object += static_cast<char>(authenticator_data.size() & 0xff);
  return object.append(authenticator_data);
}

}  // namespace

std::string describe(const SecurityKeyError& error) {
  switch (error.fault) {
    case Fault::unreachable:
      return "The security key does not answer: it was pulled out, another program uses it, or "
             "this account may not open it (the package libfido2-1 has the rule for that).";
    case Fault::too_old:
      return "This security key speaks U2F only: it cannot verify who touches it.";
    case Fault::no_verification:
      return "This security key has neither a PIN nor a fingerprint set up, so it verifies "
             "nobody. `fido2-token -S` sets a PIN.";
    case Fault::wrong_pin:
      return error.tries_left
                 ? fmt::format("That is not its PIN. {} more wrong ones block the key for good.",
                               *error.tries_left)
                 : std::string("That is not its PIN.");
    case Fault::locked:
      return "Too many wrong PINs: pull the security key out, plug it in and begin again.";
    case Fault::blocked:
      return "The security key is blocked: too many wrong PINs. Only resetting it makes it usable "
             "again, and destroys every credential on it.";
    case Fault::not_verified:
      return "The security key did not recognise you.";
    case Fault::not_touched:
      return "The security key was not touched in time.";
    case Fault::has_one:
      return "This security key decides for this member already.";
    case Fault::no_credential:
      return "This security key is not enrolled here.";
    case Fault::no_es256:
      return "This security key makes no ES256 signatures.";
    case Fault::broken:
      break;
  }
  return fmt::format("The security key failed (code {}).", error.code);
}

struct SecurityKey::Device {
  cli::Device handle;

  explicit Device(cli::Device device) : handle(std::move(device)) {}
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  ~Device() {
    if (handle) fido_dev_close(handle.get());
  }

  // What `ask` gave; what it did not, as an error.
  template <typename Ask>
  Result<void> ask(const Ask& ask) {
    const auto began = Clock::now();
    const int code = ask();
    if (code == FIDO_OK) return {};
    SecurityKeyError error{.fault = fault_of(code), .code = code};
    if (code == FIDO_ERR_RX && Clock::now() - began >= std::chrono::milliseconds(wait_ms)) {
      fido_dev_cancel(handle.get());
      error.fault = Fault::not_touched;
    }
    int left = 0;
    if (error.fault == Fault::wrong_pin &&
        fido_dev_get_retry_count(handle.get(), &left) == FIDO_OK) {
      error.tries_left = left;
      if (left == 0) error.fault = Fault::blocked;
    }
    return std::unexpected(error);
  }

  // Before a person is asked for anything.
  [[nodiscard]] std::optional<Fault> unfit() const {
    if (!fido_dev_is_fido2(handle.get())) return Fault::too_old;
    if (!fido_dev_has_pin(handle.get()) && !fido_dev_has_uv(handle.get())) {
      return Fault::no_verification;
    }
    return std::nullopt;
  }
};

SecurityKey::SecurityKey(std::unique_ptr<Device> device) : device_(std::move(device)) {}
SecurityKey::SecurityKey(SecurityKey&&) noexcept = default;
SecurityKey& SecurityKey::operator=(SecurityKey&&) noexcept = default;
SecurityKey::~SecurityKey() = default;

SecurityKey::Result<std::vector<PluggedKey>> SecurityKey::plugged_in(KeyPort* port) {
  if (port != nullptr) return port->plugged_in();
  fido_init(0);
  fido_dev_info_t* found = fido_dev_info_new(keys_max);
  LP_ASSERT(found != nullptr);
  const auto text = [](const char* from) { return std::string(from == nullptr ? "" : from); };
  std::size_t count = 0;
  const int code = fido_dev_info_manifest(found, keys_max, &count);
  std::vector<PluggedKey> keys;
  for (std::size_t i = 0; code == FIDO_OK && i < count; ++i) {
    const fido_dev_info_t* info = fido_dev_info_ptr(found, i);
    keys.push_back({.path = text(fido_dev_info_path(info)),
                    .name = text(fido_dev_info_manufacturer_string(info)) + " " +
                            text(fido_dev_info_product_string(info))});
  }
  fido_dev_info_free(&found, keys_max);
  if (code != FIDO_OK) {
    return std::unexpected(SecurityKeyError{.fault = Fault::broken, .code = code});
  }
  return keys;
}

SecurityKey::Result<SecurityKey> SecurityKey::open(const PluggedKey& key, KeyPort* port) {
  fido_init(0);
  cli::Device handle(fido_dev_new());
  LP_ASSERT(handle != nullptr);
  if (fido_dev_set_timeout(handle.get(), wait_ms) != FIDO_OK) return failed(Fault::broken);
  if (open_device(handle.get(), key.path, port) != FIDO_OK) return failed(Fault::unreachable);
  auto device = std::make_unique<Device>(std::move(handle));
  if (const auto fault = device->unfit()) return failed(*fault);
  return SecurityKey(std::move(device));
}

bool SecurityKey::has_pin() const {
  return fido_dev_has_pin(device_->handle.get());
}

bool SecurityKey::verifies_alone() const {
  return fido_dev_has_uv(device_->handle.get());
}

SecurityKey::Result<SecurityKey::Made> SecurityKey::make(const Making& making,
                                                         const std::optional<Secret>& pin) {
  if (!is_c_text(pin)) return failed(Fault::wrong_pin);
  const Credential credential(fido_cred_new());
  LP_ASSERT(credential != nullptr);
  fido_cred_t* const wanted = credential.get();
  bool ready = fido_cred_set_type(wanted, COSE_ES256) == FIDO_OK &&
               fido_cred_set_clientdata(wanted, bytes_of(making.client_data),
                                        making.client_data.size()) == FIDO_OK &&
               fido_cred_set_rp(wanted, making.rp_id.c_str(), making.rp_name.c_str()) == FIDO_OK &&
               fido_cred_set_user(wanted, bytes_of(making.user_id), making.user_id.size(),
                                  making.user_name.c_str(), making.user_name.c_str(),
                                  nullptr) == FIDO_OK &&
               fido_cred_set_uv(wanted, FIDO_OPT_TRUE) == FIDO_OK;
  for (const std::string& id : making.exclude) {
    ready = ready && fido_cred_exclude(wanted, bytes_of(id), id.size()) == FIDO_OK;
  }
  if (!ready) return failed(Fault::broken);
  const auto made = device_->ask(
      [&] { return fido_dev_make_cred(device_->handle.get(), wanted, c_text(pin)); });
  if (!made) return std::unexpected(made.error());
  const std::string data =
      text_of(fido_cred_authdata_raw_ptr(wanted), fido_cred_authdata_raw_len(wanted));
  if (!says_verified(data)) return failed(Fault::broken);
  return Made{.credential = text_of(fido_cred_id_ptr(wanted), fido_cred_id_len(wanted)),
              .attestation = unattested(data)};
}

namespace {

Assertion assertion_for(const SecurityKey::Signing& signing) {
  Assertion assertion(fido_assert_new());
  LP_ASSERT(assertion != nullptr);
  fido_assert_t* const wanted = assertion.get();
  const bool ready =
      fido_assert_set_clientdata(wanted, bytes_of(signing.client_data),
                                 signing.client_data.size()) == FIDO_OK &&
      fido_assert_set_rp(wanted, signing.rp_id.c_str()) == FIDO_OK &&
      fido_assert_allow_cred(wanted, bytes_of(signing.credential), signing.credential.size()) ==
          FIDO_OK;
  return ready ? std::move(assertion) : nullptr;
}

}  // namespace

SecurityKey::Result<std::optional<bool>> SecurityKey::holds(const std::string& rp_id,
                                                            const std::string& credential) {
  // Signed over nothing that could count: no core, no clientDataJSON.
  const auto wanted =
      assertion_for({.rp_id = rp_id, .credential = credential, .client_data = "{}"});
  if (!wanted || fido_assert_set_up(wanted.get(), FIDO_OPT_FALSE) != FIDO_OK) {
    return failed(Fault::broken);
  }
  const auto asked = device_->ask(
      [&] { return fido_dev_get_assert(device_->handle.get(), wanted.get(), nullptr); });
  if (asked) return true;
  if (asked.error().fault == Fault::no_credential) return false;
  if (asked.error().fault == Fault::unreachable) return std::unexpected(asked.error());
  return std::optional<bool>();
}

SecurityKey::Result<SecurityKey::Signed> SecurityKey::sign(const Signing& signing,
                                                           const std::optional<Secret>& pin) {
  if (!is_c_text(pin)) return failed(Fault::wrong_pin);
  const auto wanted = assertion_for(signing);
  if (!wanted || fido_assert_set_uv(wanted.get(), FIDO_OPT_TRUE) != FIDO_OK) {
    return failed(Fault::broken);
  }
  const auto asked = device_->ask(
      [&] { return fido_dev_get_assert(device_->handle.get(), wanted.get(), c_text(pin)); });
  if (!asked) return std::unexpected(asked.error());
  if (fido_assert_count(wanted.get()) != 1) return failed(Fault::broken);
  // As a CBOR byte string.
  const std::string wrapped = text_of(fido_assert_authdata_ptr(wanted.get(), 0),
                                      fido_assert_authdata_len(wanted.get(), 0));
  identity::CborReader reader(wrapped);
  const auto data = reader.next(identity::CborItem::Kind::bytes);
  if (!data || !reader.rest().empty() || !says_verified(data->content)) {
    return failed(Fault::broken);
  }
  return Signed{.authenticator_data = std::string(data->content),
                .signature = text_of(fido_assert_sig_ptr(wanted.get(), 0),
                                     fido_assert_sig_len(wanted.get(), 0))};
}

}  // namespace lp::cli
