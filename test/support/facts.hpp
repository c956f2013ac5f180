// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <fstream>
#include <stdexcept>
#include <string>

namespace libeval::test {

/// A fact file under test/literature.
inline nlohmann::json facts(const std::string& file) {
  std::ifstream in(std::string(LIBEVAL_TEST_DIR) + "/literature/" + file);
  return nlohmann::json::parse(in);
}

/// The known answer `id` of a fact file under test/literature.
inline nlohmann::json known_answer(const std::string& file, const std::string& id) {
  const nlohmann::json all = facts(file);
  for (const auto& answer : all.at("cases")) {
    if (answer.at("id") == id) {
      return answer;
    }
  }
  throw std::runtime_error("no known answer `" + id + "` in " + file);
}

} // namespace libeval::test
