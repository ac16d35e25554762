//! The command-line tool; everything it does is in `src/cli/`.

use std::process::ExitCode;

fn main() -> ExitCode {
    edgegate::cli::main()
}
