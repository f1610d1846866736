#include "api/evidence/export_runs.h"

#include <utility>

#include "api/evidence/export_run.h"

namespace lp::api {
namespace {

constexpr std::int64_t idle_ms_max = 15 * 60'000;

}  // namespace

ExportRuns::Held::Held(std::unique_ptr<ExportRun> held_run, std::int64_t now_ms)
    : run(std::move(held_run)), used_ms(now_ms) {}
ExportRuns::Held::~Held() = default;

std::string ExportRuns::add(std::unique_ptr<ExportRun> run, std::string id, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  std::erase_if(runs_, [&](const auto& one) { return now_ms - one.second->used_ms > idle_ms_max; });
  if (runs_.size() >= exports_max) return {};
  runs_.emplace(id, std::make_shared<Held>(std::move(run), now_ms));
  return id;
}

std::shared_ptr<ExportRuns::Held> ExportRuns::find(const std::string& id, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(id);
  if (found == runs_.end()) return nullptr;
  found->second->used_ms = now_ms;
  return found->second;
}

void ExportRuns::drop(const std::string& id) {
  const std::lock_guard lock(mutex_);
  runs_.erase(id);
}

std::shared_ptr<void> ExportRuns::take_place() {
  const std::lock_guard lock(mutex_);
  if (places_.use_count() > static_cast<long>(exports_max)) return nullptr;
  return places_;
}

}  // namespace lp::api
