// The things that bench_bounds measures (bounds.cpp says which). Each prints one JSON object.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace lp::bench {

// "--name value" pairs of the command line. A value that is missing or no number ends the program:
// only lp_bench calls it.
class Words {
 public:
  explicit Words(std::map<std::string, std::string> values) : values_(std::move(values)) {}
  [[nodiscard]] std::uint64_t number(const std::string& name) const;
  [[nodiscard]] const std::string& operator[](const std::string& name) const;
  [[nodiscard]] bool has(const std::string& name) const { return values_.contains(name); }

 private:
  std::map<std::string, std::string> values_;
};

// Batches of records appended and flushed one after the other. With --log each record is also
// hashed into a tree, and each batch ends with an Ed25519 signature of its root.
void bound_flush(const Words& words);
// Appending to a tree in memory, and the audit paths of random leaves.
void bound_tree(const Words& words);
// The signature checks that a verifier is made of, with contexts that are made once.
void bound_verify(const Words& words);
// Rows of a few fields and filling, formatted by snprintf and written by fwrite.
void bound_rows(const Words& words);
// A file from the disk, in order, a megabyte at a time; then again out of the page cache.
void bound_read(const Words& words);

// The smallest value that `share` of all are not above; sorts them.
double quantile(std::vector<double>& values, double share);

}  // namespace lp::bench
