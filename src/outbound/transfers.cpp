#include "outbound/transfers.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>
#include <optional>

#include "base/assert.h"

namespace lp::outbound {

namespace {

constexpr std::size_t header_bytes_max = 64 * 1024;
constexpr std::size_t url_bytes_max = 2'048;

struct EasyCleanup {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListCleanup {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct UrlCleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using List = std::unique_ptr<curl_slist, ListCleanup>;

void append(List& list, const std::string& text) {
  curl_slist* longer = curl_slist_append(list.get(), text.c_str());
  LP_ASSERT(longer != nullptr);
  static_cast<void>(list.release());
  list.reset(longer);
}

// Host and port as libcurl will connect to them.
struct Target {
  std::string host;
  std::uint16_t port = 0;
};

std::string part(CURLU* url, CURLUPart what, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, what, &text, flags) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

bool is_plain(const std::string& url) {
  return !url.empty() && url.size() <= url_bytes_max &&
         std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f && c != '\\'; });
}

// Reads the URL with the parser that the connection uses: two parsers would disagree some day.
std::expected<Target, std::string> read_target(const std::string& text, bool mail) {
  const auto wrong = [] { return std::unexpected(std::string("Not sent: the URL is not plain")); };
  if (!is_plain(text)) return wrong();
  const std::unique_ptr<CURLU, UrlCleanup> url(curl_url());
  LP_ASSERT(url != nullptr);
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK) {
    return wrong();
  }
  const std::string scheme = part(url.get(), CURLUPART_SCHEME);
  const bool of_mail = scheme == "smtp" || scheme == "smtps";
  const bool of_web = scheme == "http" || scheme == "https";
  if (mail ? !of_mail : !of_web) return wrong();
  if (!part(url.get(), CURLUPART_ZONEID).empty()) return wrong();
  Target target;
  target.host = part(url.get(), CURLUPART_HOST);
  for (char& c : target.host) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const std::string port = part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  const auto [end, fault] = std::from_chars(port.data(), port.data() + port.size(), target.port);
  if (fault != std::errc{} || end != port.data() + port.size() || target.port == 0) return wrong();
  const bool host_is_plain = !target.host.empty() && std::ranges::all_of(target.host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("-._[]:").contains(c);
  });
  return host_is_plain ? std::expected<Target, std::string>(std::move(target)) : wrong();
}

// One request, while it is on its way. Its address is known to libcurl.
struct Transfer {
  std::int64_t id = 0;
  Delivery delivery;
  Target target;
  const Guard* guard = nullptr;
  std::uint64_t* opened = nullptr;
  std::size_t answer_bytes_max = 0;
  std::string refused;  // by the guard
  std::size_t body_bytes = 0, header_bytes = 0;
  bool keep_body = false;
  std::string body;
  bool cut = false;
  List headers, recipients;
  std::size_t body_sent = 0;  // of a mail
  std::unique_ptr<CURL, EasyCleanup> easy;
};

// The pin: libcurl connects the socket that is made here to the address that is checked here.
curl_socket_t open_socket(void* with, curlsocktype purpose, curl_sockaddr* address) {
  Transfer& transfer = *static_cast<Transfer*>(with);
  const auto ip = purpose == CURLSOCKTYPE_IPCXN ? IpAddress::from(address->addr) : std::nullopt;
  if (!ip) return CURL_SOCKET_BAD;
  if (auto why = transfer.guard->refuse(*ip, transfer.target.port, transfer.target.host)) {
    transfer.refused = *std::move(why);
    return CURL_SOCKET_BAD;
  }
  ++*transfer.opened;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Taking fewer bytes than given ends the transfer.
std::size_t take_body(char* bytes, std::size_t, std::size_t size, void* with) {
  Transfer& transfer = *static_cast<Transfer*>(with);
  transfer.body_bytes += size;
  transfer.cut = transfer.body_bytes > transfer.answer_bytes_max;
  if (transfer.keep_body && !transfer.cut) transfer.body.append(bytes, size);
  return transfer.cut ? 0 : size;
}

std::size_t take_header(char*, std::size_t, std::size_t size, void* with) {
  Transfer& transfer = *static_cast<Transfer*>(with);
  transfer.header_bytes += size;
  return transfer.header_bytes > header_bytes_max ? 0 : size;
}

std::size_t give_mail(char* into, std::size_t, std::size_t size, void* with) {
  Transfer& transfer = *static_cast<Transfer*>(with);
  const std::size_t count = transfer.delivery.body.copy(into, size, transfer.body_sent);
  transfer.body_sent += count;
  return count;
}

template <typename Value>
void set(const Transfer& transfer, CURLoption option, Value value) {
  LP_ASSERT(curl_easy_setopt(transfer.easy.get(), option, value) == CURLE_OK);
}

void set_limits(const Transfer& transfer, const TransferOptions& options) {
  const bool mail = transfer.delivery.mail.has_value();
  set(transfer, CURLOPT_PROTOCOLS_STR, mail ? "smtp,smtps" : "http,https");
  set(transfer, CURLOPT_FOLLOWLOCATION, 0L);
  set(transfer, CURLOPT_PROXY, "");  // no proxy, whatever the environment says
  set(transfer, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(transfer, CURLOPT_NOSIGNAL, 1L);
  set(transfer, CURLOPT_TIMEOUT_MS,
      static_cast<long>(mail ? options.mail_ms_max : options.attempt_ms_max));
  // A connection of its own for each: none is made without asking the guard.
  set(transfer, CURLOPT_FRESH_CONNECT, options.keep_connection ? 0L : 1L);
  set(transfer, CURLOPT_FORBID_REUSE, options.keep_connection ? 0L : 1L);
  if (!options.authorities.empty()) {
    set(transfer, CURLOPT_CAINFO, options.authorities.c_str());
    set(transfer, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  set(transfer, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(transfer, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
}

void set_callbacks(Transfer& transfer) {
  set(transfer, CURLOPT_PRIVATE, &transfer);
  set(transfer, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  set(transfer, CURLOPT_OPENSOCKETDATA, &transfer);
  set(transfer, CURLOPT_WRITEFUNCTION, take_body);
  set(transfer, CURLOPT_WRITEDATA, &transfer);
  set(transfer, CURLOPT_HEADERFUNCTION, take_header);
  set(transfer, CURLOPT_HEADERDATA, &transfer);
}

void set_mail(Transfer& transfer) {
  const Envelope& mail = *transfer.delivery.mail;
  append(transfer.recipients, "<" + mail.to + ">");
  set(transfer, CURLOPT_URL, transfer.delivery.url.c_str());
  set(transfer, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));  // STARTTLS, or nothing
  set(transfer, CURLOPT_MAIL_FROM, ("<" + mail.from + ">").c_str());
  set(transfer, CURLOPT_MAIL_RCPT, transfer.recipients.get());
  if (!mail.user.empty()) {
    set(transfer, CURLOPT_USERNAME, mail.user.c_str());
    set(transfer, CURLOPT_PASSWORD, std::string(mail.password.reveal()).c_str());
  }
  set(transfer, CURLOPT_UPLOAD, 1L);
  set(transfer, CURLOPT_READFUNCTION, give_mail);
  set(transfer, CURLOPT_READDATA, &transfer);
  set(transfer, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(transfer.delivery.body.size()));
}

void set_request(Transfer& transfer) {
  for (const auto& [name, value] : transfer.delivery.headers) {
    append(transfer.headers, name + ": " + value);
  }
  append(transfer.headers, "Expect:");
  set(transfer, CURLOPT_URL, transfer.delivery.url.c_str());
  set(transfer, CURLOPT_HTTPHEADER, transfer.headers.get());
  if (transfer.delivery.method == Method::get) {
    set(transfer, CURLOPT_HTTPGET, 1L);
  } else {
    set(transfer, CURLOPT_POST, 1L);
    set(transfer, CURLOPT_POSTFIELDS, transfer.delivery.body.c_str());
    set(transfer, CURLOPT_POSTFIELDSIZE_LARGE,
        static_cast<curl_off_t>(transfer.delivery.body.size()));
  }
}

constexpr int mail_accepted = 250;

// A mail counts when its server has taken it whole.
Answer mail_answer(const Transfer& transfer, CURLcode code, long status) {
  if (code == CURLE_OK) return {.status = mail_accepted};
  Answer answer;
  if (!transfer.refused.empty()) {
    answer.error = transfer.refused;
  } else if (status >= 400) {
    answer.error = fmt::format("The mail server answered {}", status);
  } else {
    answer.error = curl_easy_strerror(code);
  }
  return answer;
}

Answer answer_of(const Transfer& transfer, CURLcode code) {
  long status = 0;
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  if (transfer.delivery.mail) return mail_answer(transfer, code, status);
  Answer answer;
  if (!transfer.refused.empty() && status == 0) {
    answer.error = transfer.refused;
    return answer;
  }
  if (transfer.header_bytes > header_bytes_max) {
    answer.error = "The answer's header does not end";
    return answer;
  }
  // Once the status is there, how the rest of the answer ends does not matter.
  const bool answered = code == CURLE_OK || transfer.cut || code == CURLE_OPERATION_TIMEDOUT ||
                        code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR;
  if (answered && status >= 200 && status < 600) {
    answer.status = static_cast<int>(status);
    curl_off_t seconds = 0;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_RETRY_AFTER, &seconds);
    if (seconds > 0) answer.retry_after_s = seconds;
    return answer;
  }
  answer.error = code == CURLE_OK ? "The answer is not HTTP" : curl_easy_strerror(code);
  return answer;
}

}  // namespace

struct Transfers::Impl {
  Impl(Guard used_guard, TransferOptions used_options)
      : guard(std::move(used_guard)), options(std::move(used_options)) {
    static std::once_flag once;
    std::call_once(once, [] { LP_ASSERT(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
    multi = curl_multi_init();
    LP_ASSERT(multi != nullptr);
    for (const auto& name : options.resolve) append(resolve, name);
  }
  ~Impl() {
    for (const auto& [id, transfer] : running) {
      curl_multi_remove_handle(multi, transfer->easy.get());
    }
    running.clear();
    curl_multi_cleanup(multi);
  }

  void collect() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      Transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      const bool whole = message->data.result == CURLE_OK;
      finished.push_back({.id = transfer->id,
                          .answer = answer_of(*transfer, message->data.result),
                          .body = whole ? std::move(transfer->body) : std::string()});
      curl_multi_remove_handle(multi, message->easy_handle);
      running.erase(transfer->id);
    }
  }

  const Guard guard;
  const TransferOptions options;
  List resolve;
  CURLM* multi = nullptr;
  std::map<std::int64_t, std::unique_ptr<Transfer>> running;
  std::vector<Finished> finished;
  std::uint64_t opened = 0;
};

Transfers::Transfers(Guard guard, TransferOptions options)
    : impl_(std::make_unique<Impl>(std::move(guard), std::move(options))) {}

Transfers::~Transfers() = default;

void Transfers::begin(std::int64_t id, Delivery delivery) {
  auto target = read_target(delivery.url, delivery.mail.has_value());
  if (target && delivery.mail && !impl_->options.mail_guard) {
    target = std::unexpected(std::string("Not sent: mail.server is not set"));
  }
  if (!target) {
    impl_->finished.push_back({.id = id, .answer = {.error = std::move(target.error())}});
    return;
  }
  auto transfer = std::make_unique<Transfer>();
  transfer->id = id;
  transfer->delivery = std::move(delivery);
  transfer->target = *std::move(target);
  transfer->guard = transfer->delivery.mail ? &*impl_->options.mail_guard : &impl_->guard;
  transfer->opened = &impl_->opened;
  transfer->answer_bytes_max = impl_->options.answer_bytes_max;
  transfer->keep_body = impl_->options.keep_body;
  transfer->easy.reset(curl_easy_init());
  LP_ASSERT(transfer->easy != nullptr);
  set_limits(*transfer, impl_->options);
  set_callbacks(*transfer);
  if (transfer->delivery.mail) {
    set_mail(*transfer);
  } else {
    set_request(*transfer);
  }
  if (impl_->resolve) set(*transfer, CURLOPT_RESOLVE, impl_->resolve.get());
  LP_ASSERT(curl_multi_add_handle(impl_->multi, transfer->easy.get()) == CURLM_OK);
  const bool fresh = impl_->running.try_emplace(id, std::move(transfer)).second;
  LP_ASSERT(fresh);
}

std::vector<Transfers::Finished> Transfers::wait(std::int64_t ms) {
  int active = 0;
  LP_ASSERT(curl_multi_perform(impl_->multi, &active) == CURLM_OK);
  impl_->collect();
  if (impl_->finished.empty()) {
    LP_ASSERT(curl_multi_poll(impl_->multi, nullptr, 0, static_cast<int>(ms), nullptr) == CURLM_OK);
    LP_ASSERT(curl_multi_perform(impl_->multi, &active) == CURLM_OK);
    impl_->collect();
  }
  return std::exchange(impl_->finished, {});
}

void Transfers::wake() {
  curl_multi_wakeup(impl_->multi);
}

std::size_t Transfers::running() const {
  return impl_->running.size();
}

std::uint64_t Transfers::sockets_opened() const {
  return impl_->opened;
}

}  // namespace lp::outbound
