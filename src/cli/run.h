#pragma once

namespace heed::cli {

/// The program: reads the command line, runs the command, turns what goes wrong into a line on stderr and an exit code:
/// 0; 64 wrong usage; 65 wrong input; 70 our fault.
int run(int argc, char** argv);

}  // namespace heed::cli
