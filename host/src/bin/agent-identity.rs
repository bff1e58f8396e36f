//! The program `agent-identity`.

fn main() -> std::process::ExitCode {
    agent_identity_host::cli::main()
}
