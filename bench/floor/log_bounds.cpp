#include <chrono>
#include <cstdio>
#include <optional>

#include "base/testing.h"
#include "bounds.h"
#include "hash_tree.h"
#include "journal.h"
#include "signatures.h"

namespace lp::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

double us_since(SteadyClock::time_point from) {
  return std::chrono::duration<double, std::micro>(SteadyClock::now() - from).count();
}

}  // namespace

void bound_flush(const Words& words) {
  const std::uint64_t bytes = words.number("--bytes"), batch = words.number("--batch");
  const auto seconds = static_cast<double>(words.number("--seconds"));
  Journal journal(words["--file"]);
  std::optional<HashTree> tree;
  if (words.has("--log")) tree.emplace();
  Signatures signatures;
  // Records that no disk can shrink.
  const std::string records = SeededEntropy(7).bytes(bytes * batch);
  std::vector<double> flush_us;
  const auto begun = SteadyClock::now();
  while (us_since(begun) < seconds * 1e6) {
    const auto started = SteadyClock::now();
    std::string written = records;
    if (tree) {
      for (std::uint64_t i = 0; i < batch; ++i) {
        tree->append(std::string_view(records).substr(i * bytes, bytes));
      }
      const Sha256 root = tree->root();
      written +=
          signatures.sign_checkpoint({reinterpret_cast<const char*>(root.data()), root.size()});
    }
    journal.append(written);
    flush_us.push_back(us_since(started));
  }
  const double rate = static_cast<double>(flush_us.size() * batch) / us_since(begun) * 1e6;
  std::printf("{\"rate\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f}\n", rate, quantile(flush_us, 0.5),
              quantile(flush_us, 0.99));
}

void bound_tree(const Words& words) {
  const std::uint64_t leaves = words.number("--leaves"), proofs = words.number("--proofs");
  SeededEntropy entropy(11);
  const std::string leaf = entropy.bytes(200);
  HashTree tree;
  auto begun = SteadyClock::now();
  for (std::uint64_t i = 0; i < leaves; ++i) tree.append(leaf);
  const double append_us = us_since(begun) / static_cast<double>(leaves);
  std::vector<double> proof_us;
  std::size_t hashes = 0;
  std::uint64_t state = 1;
  for (std::uint64_t i = 0; i < proofs; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    begun = SteadyClock::now();
    hashes += tree.path((state >> 16) % leaves).size();
    proof_us.push_back(us_since(begun));
  }
  std::printf("{\"append_us\":%.3f,\"p50_us\":%.2f,\"p99_us\":%.2f,\"path\":%.1f}\n", append_us,
              quantile(proof_us, 0.5), quantile(proof_us, 0.99),
              static_cast<double>(hashes) / static_cast<double>(proofs));
}

}  // namespace lp::bench
