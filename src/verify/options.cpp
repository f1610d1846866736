#include "verify/options.h"

#include <algorithm>
#include <utility>

namespace lp::verify {

const std::string_view help_text =
    R"(Check receipts: does each prove what it says, under keys that you trust?

Usage: letsping-verify FILE... --trust FILE [OPTIONS]

  FILE                  a receipt, or many with one to a line; - reads standard input

Options:
  --bundle              each FILE is a bundle (`letsping audit export --format bundle`): is it the
                        log, whole and unchanged, with the word of everybody who decided?
  --trust FILE          what you trust (`letsping trust export`); once for each log
  --require DEMANDS     human=session|device|passkey and log=signed|logged|witnessed|time-stamped,
                        joined by a comma: more than the trust file demands
  --allow-test          accept what is marked `test`
  --json                one JSON object for each receipt or bundle
  --version             print the version
  --help                print this

The trust file must reach you on a way that the server under test does not control: it says whose
keys count. Without one no receipt is better than INDETERMINATE.

Exit status: 0 all are VALID, 20 ERASED, 30 INDETERMINATE, 40 INVALID: the largest of many.
1: a file cannot be read. 2: a wrong call.
)";

namespace {

std::expected<void, std::string> read_demands(std::string_view text, evidence::Demands& demands) {
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    const std::size_t equals = one.find('=');
    const std::string_view name = one.substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : one.substr(equals + 1);
    const auto human = name == "human" ? evidence::human_demand(value) : std::nullopt;
    const auto log = name == "log" ? evidence::log_demand(value) : std::nullopt;
    if (human) demands.human = *human;
    if (log) demands.log = *log;
    if (!human && !log) {
      return std::unexpected("--require does not know \"" + std::string(one) +
                             "\": human=session, device or passkey; log=signed, logged, witnessed "
                             "or time-stamped.");
    }
  }
  return {};
}

// Options that have a value, as `--name VALUE` or `--name=VALUE`.
class Words {
 public:
  explicit Words(const std::vector<std::string_view>& words) : words_(words) {}

  [[nodiscard]] bool done() const { return at_ == words_.size(); }
  std::string_view take() { return words_[at_++]; }
  // The value of the option that `word` is; nothing when there is none.
  std::expected<std::string_view, std::string> value(std::string_view word) {
    if (const std::size_t equals = word.find('='); equals != std::string_view::npos) {
      return word.substr(equals + 1);
    }
    if (done()) return std::unexpected(std::string(word) + " needs a value.");
    return take();
  }

 private:
  const std::vector<std::string_view>& words_;
  std::size_t at_ = 0;
};

std::expected<void, std::string> read_option(std::string_view word, Words& words,
                                             Options& options) {
  const std::string_view name = word.substr(0, word.find('='));
  if (name == "--trust" || name == "--require") {
    const auto value = words.value(word);
    if (!value) return std::unexpected(value.error());
    if (name == "--require") return read_demands(*value, options.demands);
    options.trust_files.emplace_back(*value);
    return {};
  }
  const std::pair<std::string_view, bool*> flags[] = {{"--allow-test", &options.demands.allow_test},
                                                      {"--bundle", &options.bundle},
                                                      {"--json", &options.json},
                                                      {"--help", &options.help},
                                                      {"-h", &options.help},
                                                      {"--version", &options.version}};
  for (const auto& [flag, set] : flags) {
    if (word != flag) continue;
    *set = true;
    return {};
  }
  return std::unexpected("There is no option " + std::string(word) + "; see --help.");
}

}  // namespace

std::expected<Options, std::string> read_options(const std::vector<std::string_view>& all) {
  Options options;
  Words words(all);
  bool only_files = false;
  while (!words.done()) {
    const std::string_view word = words.take();
    if (only_files || word == "-" || !word.starts_with('-')) {
      options.files.emplace_back(word);
    } else if (word == "--") {
      only_files = true;
    } else if (auto read = read_option(word, words, options); !read) {
      return std::unexpected(read.error());
    }
  }
  if (options.files.empty() && !options.help && !options.version) {
    return std::unexpected("Which receipts? Name a file, or - for standard input; see --help.");
  }
  return options;
}

}  // namespace lp::verify
