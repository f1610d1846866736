#include "json/parse.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/text.h"
#include "json/code_point.h"
#include "json/member_order.h"
#include "json/number.h"
#include "json/plain_text.h"

namespace lp::json {
namespace {

// Values are copied, compared and destroyed recursively, so no caller may ask for more depth than
// a thread's stack holds.
constexpr std::size_t depth_ceiling = 512;

// One step from a container to the value being read.
struct Step {
  const std::string* name = nullptr;  // of a member; otherwise an item at `index`
  std::size_t index = 0;
};

void append_step(std::string& pointer, const Step& step) {
  pointer += '/';
  if (step.name == nullptr) {
    pointer += std::to_string(step.index);
    return;
  }
  for (const char c : *step.name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

class Parser {
 public:
  Parser(std::string_view text, const Limits& limits, std::vector<std::string>& lossy)
      : text_(text),
        depth_max_(std::min(limits.depth_max, depth_ceiling)),
        members_max_(limits.members_max),
        lossy_(lossy),
        lossy_bytes_left_(text.size() + lossy_bytes_free) {}

  bool read_document(Value& out) {
    skip_space();
    if (!read_value(out)) return false;
    skip_space();
    return at_ == text_.size() || fail(Fault::syntax, at_);
  }

  ParseError take_error() { return std::move(error_); }

 private:
  // What the pointers of `lossy` may take beyond the size of the text. Without a bound, one long
  // name above many numbers would cost its length for each of them.
  static constexpr std::size_t lossy_bytes_free = 65536;

  bool fail(Fault fault, std::size_t at) {
    error_ = {fault, at, pointer()};
    return false;
  }

  std::string pointer() const {
    std::string result;
    for (const Step& step : path_) append_step(result, step);
    return result;
  }

  bool at_end() const { return at_ == text_.size(); }
  bool next_is(char c) const { return !at_end() && text_[at_] == c; }
  bool take(char c) {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (!at_end() && is_space(text_[at_])) ++at_;
  }

  bool read_value(Value& out) {
    if (at_end()) return fail(Fault::syntax, at_);
    out.begin_ = at_;
    bool good = false;
    switch (text_[at_]) {
      case '{':
        good = read_container(out, Kind::object);
        break;
      case '[':
        good = read_container(out, Kind::array);
        break;
      case '"':
        out.kind_ = Kind::string;
        good = read_string(out.text_);
        break;
      case 't':
        good = read_word("true", out, Kind::boolean);
        break;
      case 'f':
        good = read_word("false", out, Kind::boolean);
        break;
      case 'n':
        good = read_word("null", out, Kind::null);
        break;
      default:
        good = read_number(out);
    }
    out.end_ = at_;
    return good;
  }

  bool read_word(std::string_view word, Value& out, Kind kind) {
    if (text_.substr(at_, word.size()) != word) return fail(Fault::syntax, at_);
    at_ += word.size();
    out.kind_ = kind;
    out.boolean_ = word == "true";
    return true;
  }

  bool read_number(Value& out) {
    const std::size_t length = number_length(text_.substr(at_));
    if (length == 0) return fail(Fault::syntax, at_);
    out.kind_ = Kind::number;
    out.text_ = text_.substr(at_, length);
    const Fit fit = fit_binary64(out.text_);
    if (fit == Fit::overflow) return fail(Fault::non_finite_number, at_);
    if (fit == Fit::lossy) note_lossy();
    at_ += length;
    return true;
  }

  void note_lossy() {
    if (lossy_bytes_left_ == 0) return;
    std::string found = pointer();
    if (found.size() >= lossy_bytes_left_) {
      lossy_bytes_left_ = 0;
      found.clear();
    } else {
      lossy_bytes_left_ -= found.size() + 1;
    }
    lossy_.push_back(std::move(found));
  }

  bool read_container(Value& out, Kind kind) {
    if (depth_ == depth_max_) return fail(Fault::too_deep, at_);
    ++depth_;
    out.kind_ = kind;
    ++at_;
    skip_space();
    const char close = kind == Kind::object ? '}' : ']';
    if (!take(close)) {
      const bool good = kind == Kind::object ? read_members(out.members_) : read_items(out.items_);
      if (!good) return false;
    }
    --depth_;
    return true;
  }

  bool count_member() {
    if (members_ == members_max_) return fail(Fault::too_many_members, at_);
    ++members_;
    return true;
  }

  bool read_items(Array& items) {
    path_.push_back({});
    for (;;) {
      if (!count_member()) return false;
      if (!read_value(items.emplace_back())) return false;
      skip_space();
      if (take(']')) break;
      if (!take(',')) return fail(Fault::syntax, at_);
      skip_space();
      ++path_.back().index;
    }
    path_.pop_back();
    return true;
  }

  bool read_members(Object& members) {
    for (;;) {
      if (!count_member()) return false;
      if (!next_is('"')) return fail(Fault::syntax, at_);
      Member& member = members.emplace_back(std::string(), Value());
      if (!read_string(member.first)) return false;
      skip_space();
      if (!take(':')) return fail(Fault::syntax, at_);
      skip_space();
      path_.push_back({&member.first, 0});
      if (!read_value(member.second)) return false;
      path_.pop_back();
      skip_space();
      if (take('}')) return check_names(members);
      if (!take(',')) return fail(Fault::syntax, at_);
      skip_space();
    }
  }

  bool check_names(const Object& members) {
    const std::size_t duplicate = first_duplicate(members);
    if (duplicate == members.size()) return true;
    path_.push_back({&members[duplicate].first, 0});
    return fail(Fault::duplicate_key, members[duplicate].second.begin_);
  }

  bool read_string(std::string& out) {
    ++at_;
    for (;;) {
      const std::size_t plain = plain_length(text_.substr(at_));
      out.append(text_, at_, plain);
      at_ += plain;
      if (at_end()) return fail(Fault::syntax, at_);
      const char c = text_[at_];
      if (c == '"') break;
      if (c == '\\') {
        if (!read_escape(out)) return false;
      } else if (static_cast<unsigned char>(c) < 0x20) {
        return fail(Fault::syntax, at_);
      } else {
        const auto point = first_code_point(text_.substr(at_));
        if (!point) return fail(Fault::invalid_utf8, at_);
        out.append(text_, at_, point->bytes);
        at_ += point->bytes;
      }
    }
    ++at_;
    return true;
  }

  bool read_escape(std::string& out) {
    const std::size_t start = at_;
    ++at_;
    if (at_end()) return fail(Fault::syntax, at_);
    if (const auto meaning = unescape(text_[at_])) {
      out += *meaning;
      ++at_;
      return true;
    }
    if (text_[at_] != 'u') return fail(Fault::syntax, start);
    const auto unit = read_hex4(text_, at_ + 1);
    if (!unit) return fail(Fault::syntax, start);
    at_ += 5;
    if (is_low_surrogate(*unit)) return fail(Fault::lone_surrogate, start);
    if (!is_high_surrogate(*unit)) {
      append_utf8(out, *unit);
      return true;
    }
    if (text_.substr(at_, 2) != "\\u") return fail(Fault::lone_surrogate, start);
    const auto low = read_hex4(text_, at_ + 2);
    if (!low) return fail(Fault::syntax, at_);
    if (!is_low_surrogate(*low)) return fail(Fault::lone_surrogate, start);
    at_ += 6;
    append_utf8(out, join_surrogates(*unit, *low));
    return true;
  }

  const std::string_view text_;
  const std::size_t depth_max_;
  const std::size_t members_max_;
  std::vector<std::string>& lossy_;
  std::size_t lossy_bytes_left_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t members_ = 0;
  std::vector<Step> path_;
  ParseError error_{};
};

std::string_view to_string(Fault fault) {
  switch (fault) {
    case Fault::syntax:
      return "syntax";
    case Fault::duplicate_key:
      return "duplicate_key";
    case Fault::lone_surrogate:
      return "lone_surrogate";
    case Fault::invalid_utf8:
      return "invalid_utf8";
    case Fault::non_finite_number:
      return "non_finite_number";
    case Fault::too_deep:
      return "too_deep";
    case Fault::too_many_members:
      return "too_many_members";
  }
  assertion_failed("a Fault", __FILE__, __LINE__);
}

std::string_view Document::source(const Value& value) const {
  const auto [begin, end] = value.span();
  LP_ASSERT(begin <= end && end <= text.size());
  return std::string_view(text).substr(begin, end - begin);
}

std::expected<Document, ParseError> parse(std::string text, const Limits& limits) {
  Document document;
  document.text = std::move(text);
  Parser parser(document.text, limits, document.lossy);
  if (!parser.read_document(document.root)) return std::unexpected(parser.take_error());
  return document;
}

}  // namespace lp::json
