// A file that is there whole or not at all: written beside its place, flushed, then put there. What
// an interrupted run has written goes away with it.
//
// base/file.h does this for bytes at hand; this one takes them as they come.

#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "net/file_descriptor.h"

namespace lp::cli {

class OutputFile {
 public:
  enum class Existing { refuse, replace };
  struct Problem {
    std::string sentence;
    bool exists = false;  // the only thing wrong is that something is there
  };

  // "-" is standard output. What exists and is no regular file is always refused: a device or a
  // link is nothing to put a file in place of.
  static std::expected<OutputFile, Problem> open(const std::string& path, Existing existing);
  ~OutputFile();
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;

  std::expected<void, Problem> write(std::string_view bytes);
  // Flushes and puts it in its place; readable for its owner only.
  std::expected<void, Problem> finish();

  [[nodiscard]] bool is_standard_output() const { return path_.empty(); }

 private:
  OutputFile() = default;
  // Puts the temporary file there unless something is there by now.
  [[nodiscard]] std::expected<void, Problem> put_if_free();
  std::string path_, temporary_;  // both "" for standard output; the latter also once finished
  Existing existing_ = Existing::refuse;
  net::FileDescriptor file_;
};

}  // namespace lp::cli
