//! The command line `agent-identity`: one file per command.
//!
//! Secrets come from a file, standard input, the environment or the home folder, never from an argument: arguments can be
//! read by every process of the machine.

mod backend;
mod built_console;
mod completions;
mod conform;
mod context;
mod demo;
mod doctor;
mod enrolled;
mod failure;
mod home;
mod init;
mod input;
mod inspect;
mod interruption;
mod item_ids;
mod keygen;
mod login;
mod logout;
mod metadata;
mod normalize;
mod originator;
mod output;
mod private_file;
mod probe;
mod progress;
mod provider_choice;
mod reference;
mod register;
mod request;
mod respond;
mod rotate;
mod serve;
mod sign;
mod status;
mod storage;
mod storage_choice;
mod stored;
mod task;
mod time;
mod token;
mod verdict;
mod verify;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand};
use context::Context;
use failure::{Exit, Failure};
use input::Source;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use storage_choice::{StorageChoice, StorageName};
use tracing_subscriber::EnvFilter;

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    let json = std::env::args_os().any(|argument| argument == "--json");
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return failure::usage(&error, json),
    };
    log_to_stderr();
    let Global { home, storage, storage_key_file, storage_passphrase_file, json, quiet } = cli.global;
    // It is remembered, and commands run in any folder.
    let key_file = storage_key_file.map(|path| std::path::absolute(&path).unwrap_or(path));
    let storage = StorageChoice { name: storage, key_file, passphrase_file: storage_passphrase_file };
    let context = Context::new(home, storage, json, quiet);
    let result = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime.block_on(cli.command.run(&context)),
        Err(error) => Err(Failure::internal(format!("no runtime can be made: {error}"))),
    };
    match result {
        Ok(()) => Exit::Success.into(),
        Err(failure) => failure.report(&context.output),
    }
}

#[derive(Parser)]
#[command(name = "agent-identity", bin_name = "agent-identity", version, about = ABOUT, after_help = START_HERE, after_long_help = LONG_HELP)]
#[command(max_term_width = 110, styles = STYLES)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
#[command(next_help_heading = "Options of every command")]
struct Global {
    /// Folder of the identity: key, record, tasks, settings [default: ~/.config/agent-identity]
    #[arg(long, global = true, value_name = "DIR", env = "AGENT_IDENTITY_HOME", hide_env_values = true)]
    home: Option<PathBuf>,
    /// Where the identity is kept [default: what was named when it was made, else file]
    #[arg(long, global = true, value_name = "WHERE", env = "AGENT_IDENTITY_STORAGE", hide_env_values = true, hide_possible_values = true)]
    storage: Option<StorageName>,
    /// File with age identities that open the encrypted file [default: a pass phrase in the keyring]
    #[arg(long, global = true, value_name = "FILE", env = "AGENT_IDENTITY_STORAGE_KEY_FILE", hide_env_values = true)]
    storage_key_file: Option<PathBuf>,
    /// File with the pass phrase that opens the encrypted file
    #[arg(long, global = true, value_name = "FILE|-", conflicts_with = "storage_key_file")]
    storage_passphrase_file: Option<Source>,
    /// Answer with JSON on standard output, errors included
    #[arg(long, global = true)]
    json: bool,
    /// No progress and no notes on standard error
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Subcommand)]
enum Command {
    Init(init::Init),
    Register(register::Register),
    Login(login::Login),
    Logout(logout::Logout),
    Status(status::Status),
    Rotate(rotate::Rotate),
    Storage(storage::Storage),
    Task(task::Task),
    Sign(sign::Sign),
    Request(request::Request),
    Respond(respond::Respond),
    Token(token::Token),
    Verify(verify::Verify),
    Inspect(inspect::Inspect),
    Keygen(keygen::Keygen),
    Normalize(normalize::Normalize),
    Metadata(metadata::Metadata),
    ItemIds(item_ids::ItemIds),
    Originator(originator::Originator),
    Serve(serve::Serve),
    Demo(demo::Demo),
    Conform(conform::Conform),
    Doctor(doctor::Doctor),
    Completions(completions::Completions),
}

impl Command {
    async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Init(command) => command.run(context).await,
            Self::Register(command) => command.run(context).await,
            Self::Login(command) => command.run(context).await,
            Self::Logout(command) => command.run(context).await,
            Self::Status(command) => command.run(context).await,
            Self::Rotate(command) => command.run(context).await,
            Self::Storage(command) => command.run(context).await,
            Self::Task(command) => command.run(context).await,
            Self::Sign(command) => command.run(context).await,
            Self::Request(command) => command.run(context).await,
            Self::Respond(command) => command.run(context).await,
            Self::Token(command) => command.run(context).await,
            Self::Verify(command) => command.run(context),
            Self::Inspect(command) => command.run(context).await,
            Self::Keygen(command) => command.run(context),
            Self::Normalize(command) => command.run(context),
            Self::Metadata(command) => command.run(context),
            Self::ItemIds(command) => command.run(context),
            Self::Originator(command) => command.run(context),
            Self::Serve(command) => command.run(context).await,
            Self::Demo(command) => command.run(context).await,
            Self::Conform(command) => command.run(context),
            Self::Doctor(command) => command.run(context).await,
            Self::Completions(command) => command.run(context),
        }
    }
}

const ABOUT: &str = "Gives a software agent an identity: an Ed25519 key, a registration, and signed requests";

const START_HERE: &str = "\
Start here:
  agent-identity demo          see everything at work on this machine
  agent-identity help COMMAND  what a command does, with an example";

const LONG_HELP: &str = "\
Start here:
  agent-identity demo                                  everything at work on this machine

Your own agent, against a backend of your own (the second terminal):
  agent-identity serve --token-file token --account acct-1 --user user-1
  agent-identity init --authapi-base URL               makes a key; `serve` prints the URL
  agent-identity register --token-file token --account acct-1 --user user-1
  agent-identity task                                  registers the run task
  agent-identity request URL                           signs a request and sends it
  agent-identity status                                who is logged in
  agent-identity doctor                                when something does not work

Secrets are read from a file, from standard input (`-`) or from the home folder, never from an argument.

Where the identity is kept (--storage):
  file        files with mode 0600 in the home folder (default)
  keyring     the keyring of the operating system
  encrypted   one encrypted file in the home folder
  auto        the keyring, and where that fails the file
  strongest   the first of keyring, encrypted file and file that works
  memory      nowhere: gone when the command ends

Exit codes:
  0   done                        4   wait, then repeat: network or server
  1   refused, or failed          5   correct the clock, then repeat
  2   wrong usage                 6   get a new task, then repeat
  3   correct the configuration   70  a fault of this program; report it

Environment:
  AGENT_IDENTITY_HOME          as --home
  AGENT_IDENTITY_AUTHAPI_BASE  as --authapi-base
  AGENT_IDENTITY_STORAGE       as --storage
  AGENT_IDENTITY_STORAGE_KEY_FILE
                               as --storage-key-file
  CODEX_INTERNAL_ORIGINATOR_OVERRIDE
                               as --env of `originator`
  CODEX_ACCESS_TOKEN           the access token, or for `login` the identity JWT, of commands that want one
  CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL, CODEX_AGENT_IDENTITY_JWKS_BASE_URL
                               base URLs, as for the reference client
  AGENT_IDENTITY_LOG           what is logged to standard error: warn (default), info, debug, or a filter by module
  NO_COLOR                     no colours on a terminal";

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

fn log_to_stderr() {
    let filter = EnvFilter::try_from_env("AGENT_IDENTITY_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours).init();
}
