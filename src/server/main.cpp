// letsping: the server and its tools in one program.

#include "cli/program.h"

int main(int argc, char** argv) {
  return lp::cli::run(argc, argv);
}
