//! The program's entry. It decides nothing.

use std::process::ExitCode;

fn main() -> ExitCode {
    aigw::cli::main()
}
