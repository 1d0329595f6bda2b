//! The command line: what the program can be told to do, and the variables that go with it.

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use super::{
    super::command::{
        pipe::PipeCommand,
        programs::{BotCommand, TokenCommand},
        record::RecordCommand,
    },
    Config, DataFolder, contradictions,
};

/// Chat beside a live ticker beside live logs, for a small team's desk.
#[derive(Debug, Parser)]
#[command(name = "squawkbox", version, about, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do; `serve` when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Settings of `serve`, accepted without naming it.
    #[command(flatten)]
    pub serve: Config,
}

impl Cli {
    /// Reads a command line and the variables that go with it.
    ///
    /// # Errors
    /// A line for whoever typed it, or a text, such as the help, that was asked for.
    pub fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, Unread> {
        let given = Self::command().try_get_matches_from(args)?;
        let cli = Self::from_arg_matches(&given)?;
        match &cli.command {
            None => contradictions::refuse(&cli.serve, &given)?,
            Some(Command::Serve(config)) => {
                contradictions::refuse(config, given.subcommand_matches("serve").unwrap_or(&given))?;
            }
            Some(_) => (),
        }
        Ok(cli)
    }
}

/// A command line that leads to nothing.
#[derive(Debug)]
pub enum Unread {
    /// A text that was asked for.
    Asked(clap::Error),
    /// What is wrong, in one line.
    Wrong(String),
}

impl From<clap::Error> for Unread {
    fn from(said: clap::Error) -> Self {
        use clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand as Unfinished;
        match said.use_stderr() {
            true if said.kind() == Unfinished => {
                Self::Wrong("what to do is missing; --help lists what there is".into())
            }
            true => Self::Wrong(contradictions::one_line(&said.to_string())),
            false => Self::Asked(said),
        }
    }
}

impl From<String> for Unread {
    fn from(wrong: String) -> Self {
        Self::Wrong(wrong)
    }
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server (what happens without a command)
    Serve(Box<Config>),
    /// Manage people from a machine without a browser, also while the server runs
    #[command(subcommand)]
    User(UserCommand),
    /// Manage bots, which speak in chat through the API and webhooks, also while the server runs
    #[command(subcommand)]
    Bot(BotCommand),
    /// Manage tokens of programs and what each may do, also while the server runs
    #[command(subcommand)]
    Token(TokenCommand),
    /// Record what a venue sends, for the venue replay
    Record(RecordCommand),
    /// Send what a program writes to a running server, as log lines: app | squawkbox pipe
    Pipe(PipeCommand),
    /// Colour code for the server, which starts this by itself
    #[command(hide = true)]
    Highlight,
}

/// `squawkbox user …`
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Create an account; the password is read from standard input
    Create {
        /// The name to sign in with
        name: String,
        /// Make an administrator
        #[arg(long)]
        admin: bool,
        #[command(flatten)]
        data: DataFolder,
    },
}

/// What variables may be called besides the settings: those of set-up and tests, and what Kubernetes gives every
/// container beside a service named `squawkbox`.
const NO_SETTINGS: [&str; 5] = ["CACHE", "PROGRAM", "RUST", "PORT", "SERVICE"];

/// Refuses variables that look like a setting and are none: a typing error would go unseen.
///
/// # Errors
/// A sentence that names the first one.
pub fn only_known(variables: impl Iterator<Item = String>) -> Result<(), String> {
    let cli = Cli::command();
    let mut settings: Vec<&str> = cli.get_arguments().filter_map(|arg| arg.get_env()?.to_str()).collect();
    // Of commands some have their own.
    for arg in cli.get_subcommands().flat_map(clap::Command::get_arguments) {
        let name = arg.get_env().and_then(std::ffi::OsStr::to_str);
        settings.extend(name.filter(|name| !settings.contains(name)));
    }
    let unknown = |name: &String| {
        name.strip_prefix("SQUAWKBOX_").is_some_and(|rest| {
            let first = rest.split('_').next().unwrap_or_default();
            !NO_SETTINGS.contains(&first) && !settings.contains(&name.as_str())
        })
    };
    variables.into_iter().find(unknown).map_or(Ok(()), |name| {
        Err(format!(
            "the variable {name} is no setting; there are {}",
            settings.join(", ")
        ))
    })
}
