//! The `plimsoll` program: parses arguments, runs, exits.

fn main() -> std::process::ExitCode {
    plimsoll::cli::run(std::env::args_os())
}
