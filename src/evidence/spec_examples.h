// The worked examples of a page in spec/, for the tests that make them again.

#pragma once

#include <fstream>
#include <map>
#include <string>

namespace lp::evidence {

// Name → text with its line feeds, of every block of the file that begins with "```example NAME".
inline std::map<std::string, std::string> spec_examples(const std::string& path) {
  std::map<std::string, std::string> examples;
  std::ifstream file(path);
  std::string line, name;
  while (std::getline(file, line)) {
    if (line.starts_with("```example ")) {
      name = line.substr(11);
    } else if (line == "```") {
      name.clear();
    } else if (!name.empty()) {
      examples[name] += line + "\n";
    }
  }
  return examples;
}

}  // namespace lp::evidence
