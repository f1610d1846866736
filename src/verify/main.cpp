// letsping-verify: what are these receipts worth?

#include <string_view>
#include <vector>

#include "verify/program.h"

int main(int argc, char** argv) {
  return lp::verify::run(std::vector<std::string_view>(argv + 1, argv + argc));
}
