// What an owner of a house signs so that a log opens in the place of a closed one.

#pragma once

#include <optional>
#include <string>

#include "core/successions.h"
#include "core/testing.h"

namespace lp::core {

inline std::optional<Succession> offered_successor(House& house) {
  const auto directory = house.engine->directory();
  return offer_succession(*directory, *directory->project(house.project), *house.keys,
                          house.clock.now(), std::string(32, 's'));
}

inline OpenSuccessors signed_successor(House& house, const crypto::P256Key& key) {
  const auto offered = offered_successor(house);
  EXPECT_TRUE(offered.has_value());
  const std::string document = offered->document.bytes(), head = offered->head.bytes();
  OpenSuccessors command;
  command.openings.push_back(
      {.project = house.project,
       .record = {.document = document,
                  .owners = {{key.spki(), key.sign(evidence::succession_signing_bytes(document))}}},
       .head = head,
       .signatures = evidence::signatures_text(
           {{key.spki(), key.sign(evidence::roster_signing_bytes(head))}})});
  return command;
}

// The project that takes the place of the house's, which goes on with it; the id of the one before.
inline std::string open_successor(House& house) {
  const auto opened = house.engine->run(signed_successor(house, house.approver));
  EXPECT_TRUE(opened.has_value());
  return std::exchange(house.project, opened->opened.at(0).project);
}

}  // namespace lp::core
