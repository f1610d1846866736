#include "core/batches.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "core/deciding.h"
#include "core/number_match.h"
#include "core/work.h"
#include "evidence/decision_core.h"

namespace lp::core {
namespace {

// What the signature is over, once it is known to be one list of one person.
struct Signed {
  evidence::BatchHead head;
  std::string approver, key;
};

std::unexpected<Refused> bad(std::string_view why) {
  return refuse(Fault::bad_core, {}, why);
}

// That these cores make up the batch, and that one person decides one way in all of them.
std::expected<Signed, Refused> read(const DecideBatch& command) {
  auto head = evidence::BatchHead::parse(command.head);
  if (!head) return bad("not the head of a batch");
  if (command.items.size() != head->size) return bad("the batch is of another number");
  std::optional<evidence::DecisionCore> first;
  std::set<std::string_view> requests;
  std::vector<std::string> cores;
  for (const DecideBatch::Item& item : command.items) {
    const auto core = evidence::DecisionCore::parse(item.core);
    if (!core || core->request_id != item.request) return bad("not a decision core of its request");
    if (!requests.insert(item.request).second) return bad("a request stands twice in the batch");
    if (const auto fine = evidence::may_be_batched(*core); !fine) return bad(fine.error());
    if (!first) first = core;
    if (core->approver != first->approver || core->key != first->key) {
      return bad("the batch is of more than one person or key");
    }
    if (core->verdict != first->verdict) return bad("the batch decides in more than one way");
    if (core->rule_sha256 != head->rule_sha256) return bad("the batch is of more than one rule");
    if (core->aud != head->aud) return bad("the batch is for more than one log");
    cores.push_back(item.core);
  }
  if (evidence::batch_root(cores) != head->root) return bad("the batch has another root");
  return Signed{*std::move(head), first->approver, first->key};
}

const ProjectView* project_of(const Directory& directory, std::string_view origin) {
  const auto found = std::ranges::find_if(directory.projects, [origin](const auto& entry) {
    return entry.second.row.origin == origin;
  });
  return found != directory.projects.end() ? &found->second : nullptr;
}

}  // namespace

Applied<DecideBatch> apply(Work& work, DecideBatch& command) {
  if (work.world.clock_watch.unsafe()) return refuse(Fault::clock_unsafe);
  const auto batch = read(command);
  if (!batch) return std::unexpected(batch.error());
  if (command.session && batch->approver != command.session->member) {
    return bad("the approver is not who is signed in");
  }
  const ProjectView* project = project_of(work.directory(), batch->head.aud);
  const auto* entry = project != nullptr ? project->entry_of(batch->approver, batch->key) : nullptr;
  if (entry == nullptr) return refuse(approval::Refusal::not_a_reviewer, {});
  const auto use = proven(work, *entry, batch->key, evidence::text_of_batch(command.head),
                          command.signature, command.passkey, {});
  if (!use) return std::unexpected(use.error());
  // One use, whatever it decides: a counter that went back is told of once.
  KeyUse of_each = *use;
  std::vector<std::string> cores;
  for (const DecideBatch::Item& item : command.items) cores.push_back(item.core);
  DecideBatch::Result result;
  for (std::size_t at = 0; at < command.items.size(); ++at) {
    const Decide one{.request = command.items[at].request,
                     .core = command.items[at].core,
                     .signature = command.signature,
                     .reason = command.reason,
                     .edit = {},
                     .edit_envelope = {},
                     .session = command.session,
                     .passkey = command.passkey,
                     .account_stale = command.account_stale};
    const InBatch in_batch{.head = batch->head,
                           .place = {.head = command.head,
                                     .index = at,
                                     .path = evidence::batch_path(cores, at)},
                           .key = batch->key,
                           .use = of_each};
    // Nobody types a number for several at once: what takes one is refused here.
    NumberGiven none;
    result.items.push_back(decide(work, one, &in_batch, none));
    if (result.items.back() && of_each) of_each->counter_regressed = false;
  }
  return result;
}

}  // namespace lp::core
