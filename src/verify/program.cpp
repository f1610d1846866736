#include "verify/program.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/visible.h"
#include "evidence/receipt.h"
#include "evidence/verify_receipt.h"
#include "json/write.h"
#include "verify/bundle_check.h"
#include "verify/line_reader.h"
#include "verify/options.h"
#include "verify/side_by_side.h"

namespace lp::verify {
namespace {

using evidence::Finding;
using evidence::ReceiptReport;

constexpr std::size_t trust_bytes_max = 1 << 20;
constexpr std::uint64_t progress_every = 512;
// What is held at a time: 64 KiB at most each, and mostly less than a block of the file.
constexpr std::size_t lines_max = 256;

struct Stop {
  int status;
  std::string sentence;
};

int complain(const Stop& stop) {
  const std::string line = "letsping-verify: " + stop.sentence + "\n";
  std::fputs(line.c_str(), stderr);
  return stop.status;
}

std::expected<std::vector<evidence::Trust>, Stop> read_trust(const Options& options) {
  std::vector<evidence::Trust> trusts;
  for (const std::string& path : options.trust_files) {
    const auto text = read_file(path, trust_bytes_max);
    if (!text) return std::unexpected(Stop{exit_unreadable, to_string(text.error())});
    auto trust = evidence::Trust::parse(*text);
    if (!trust) {
      return std::unexpected(
          Stop{exit_usage, path + " is no trust file: " + visible(trust.error())});
    }
    if (std::ranges::find(trusts, trust->origin, &evidence::Trust::origin) != trusts.end()) {
      return std::unexpected(Stop{exit_usage, path + " is a second trust file of one log."});
    }
    trusts.push_back(*std::move(trust));
  }
  return trusts;
}

// One line of a list: what it is, what became of it, and which check says so.
std::string summary(const ReceiptReport& report, const std::string& place) {
  std::string line = place + "\t" + std::string(to_string(report.verdict)) + "\t" +
                     std::string(to_string(report.human)) + "\t" +
                     std::string(to_string(report.log)) + "\t";
  if (report.statement) {
    line += std::string(to_string(report.statement->type)) + "\t" +
            visible(report.statement->stream.id);
  } else {
    line += "\t";
  }
  if (report.check) line += "\t" + std::string(to_string(*report.check)) + ": " + report.why;
  return line;
}

// What was printed, and how it went.
class Output {
 public:
  explicit Output(bool json)
      : json_(json), progress_(isatty(STDERR_FILENO) == 1 && isatty(STDOUT_FILENO) != 1) {}

  // `alone` is nothing but this receipt in the whole call.
  void report(const ReceiptReport& report, const std::string& place, bool alone) {
    const std::string text = json_   ? json::compact(report.to_json())
                             : alone ? report.text()
                                     : summary(report, place);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fputc('\n', stdout);
    ++counts_[static_cast<std::size_t>(report.verdict)];
    status_ = std::max(status_, exit_status(report.verdict));
    if (progress_ && ++done_ % progress_every == 0) {
      const std::string line = "\r" + std::to_string(done_) + " receipts";
      std::fputs(line.c_str(), stderr);
    }
  }

  // The exit status, after what is left to say.
  int finish(bool alone) {
    if (progress_ && done_ >= progress_every) std::fputs("\r\033[K", stderr);
    if (!alone && !json_) {
      std::string line;
      for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] == 0) continue;
        line += (line.empty() ? "" : ", ") + std::to_string(counts_[i]) + " " +
                std::string(to_string(static_cast<Finding>(i)));
      }
      std::fputs((line + "\n").c_str(), stderr);
    }
    // A verdict that was not told is none.
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      return complain({exit_unreadable, "the reports cannot be written."});
    }
    return status_;
  }

 private:
  const bool json_, progress_;
  std::array<std::uint64_t, 4> counts_{};
  std::uint64_t done_ = 0;
  int status_ = 0;
};

// Judges what the files hold, as many receipts at a time as there are processors; told in order.
class Judging {
 public:
  Judging(const Options& options, std::vector<evidence::Trust> trusts)
      : options_(options), trusts_(std::move(trusts)), output_(options.json) {}

  int run() {
    for (const std::string& path : options_.files) {
      if (const auto fault = file(path)) {
        output_.finish(alone_);
        return complain({exit_unreadable, to_string(*fault)});
      }
    }
    return output_.finish(alone_);
  }

 private:
  std::optional<IoError> file(const std::string& path) {
    auto reader = LineReader::open(path, evidence::receipt_bytes_max);
    if (!reader) return reader.error();
    std::vector<std::string> lines;
    for (std::uint64_t number = 1;;) {
      auto line = reader->next();
      const bool more = line && *line;
      if (more) lines.push_back(**std::move(line));
      // A second line is waited for, to know whether the first is the only one; others are judged
      // with it as far as they are here.
      const bool first = number == 1 && lines.size() == 1;
      if (more && (first || (reader->has_line() && lines.size() < lines_max))) continue;
      alone_ = options_.files.size() == 1 && first && line;
      judge(lines, path, number);
      number += lines.size();
      lines.clear();
      if (!line) return line.error();
      if (!more) return std::nullopt;
    }
  }

  void judge(const std::vector<std::string>& lines, const std::string& path,
             std::uint64_t first_number) {
    std::vector<ReceiptReport> reports(lines.size());
    side_by_side(lines.size(), [&](std::size_t at) {
      reports[at] = verify_receipt(lines[at], trusts_, options_.demands);
    });
    for (std::size_t at = 0; at < reports.size(); ++at) {
      output_.report(reports[at], path + ":" + std::to_string(first_number + at), alone_);
    }
  }

  const Options& options_;
  const std::vector<evidence::Trust> trusts_;
  Output output_;
  bool alone_ = false;
};

// Draws itself over on standard error, where that is a terminal and the reports go elsewhere too.
class Percent {
 public:
  void reach(std::uint64_t done, std::uint64_t of) {
    if (!shown_ || of == 0 || done * 100 / of == drawn_) return;
    drawn_ = done * 100 / of;
    const std::string line = "\r" + std::to_string(drawn_) + "%";
    std::fputs(line.c_str(), stderr);
  }
  void wipe() const {
    if (drawn_ > 0) std::fputs("\r\033[K", stderr);
  }

 private:
  const bool shown_ = isatty(STDERR_FILENO) == 1;
  std::uint64_t drawn_ = 0;
};

// The largest exit status of all.
int judge_bundles(const Options& options, const std::vector<evidence::Trust>& trusts) {
  int status = 0;
  for (const std::string& path : options.files) {
    auto reader = BundleReader::open(path);
    if (!reader) return complain({exit_unreadable, to_string(reader.error())});
    Percent percent;
    BundleCheck check(
        *reader, trusts, options.demands,
        [&percent](std::uint64_t done, std::uint64_t of) { percent.reach(done, of); });
    const BundleReport report = check.run();
    percent.wipe();
    if (report.fault && report.fault->unreadable) {
      return complain({exit_unreadable, path + ": " + report.fault->why});
    }
    if (options.files.size() > 1 && !options.json) {
      std::fputs((visible(path) + ": ").c_str(), stdout);
    }
    const std::string text = options.json ? json::compact(report.to_json()) : report.text();
    std::fputs((text + "\n").c_str(), stdout);
    status = std::max(status, exit_status(report.verdict));
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return complain({exit_unreadable, "the reports cannot be written."});
  }
  return status;
}

}  // namespace

int run(const std::vector<std::string_view>& words) {
  const auto options = read_options(words);
  if (!options) return complain({exit_usage, options.error()});
  if (options->help || options->version) {
    std::fputs(options->help ? std::string(help_text).c_str() : "letsping-verify " LP_VERSION "\n",
               stdout);
    return 0;
  }
  auto trusts = read_trust(*options);
  if (!trusts) return complain(trusts.error());
  if (options->bundle) return judge_bundles(*options, *trusts);
  return Judging(*options, *std::move(trusts)).run();
}

}  // namespace lp::verify
