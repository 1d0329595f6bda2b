//! What each command of the command line does.

pub mod pipe;
pub mod programs;
pub mod record;

use std::{
    io::{BufRead, IsTerminal, Read},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use leptos::prelude::LeptosOptions;

use crate::{
    accounts::{
        model::{Password, Role},
        rules,
        server::Accounts,
    },
    chat::server::highlight,
    error::AppError,
    logs::server::ingest::own_tracing::own_tracing,
};

use super::{
    config::{Cli, Command, Config, Unread, UserCommand, only_known},
    shutdown::{Shutdown, asked_to_stop},
    start::{open_desk, start},
    telemetry,
};

/// How the program leaves when it was told what it can't do.
const MISUSED: u8 = 2;

/// Runs what the command line asks for; a failure is one clear line on standard error.
pub fn run() -> ExitCode {
    let variables = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let read = only_known(variables).map_err(Unread::Wrong);
    let cli = match read.and_then(|()| Cli::read(std::env::args_os())) {
        Ok(cli) => cli,
        Err(Unread::Wrong(error)) => {
            fail(&error);
            return MISUSED.into();
        }
        Err(Unread::Asked(text)) => {
            // Where nobody reads it, nothing is lost.
            let _ = text.print();
            return ExitCode::SUCCESS;
        }
    };
    if matches!(cli.command, Some(Command::Highlight)) {
        return highlight::child::run().map_or_else(|error| fail(&error.to_string()), |()| ExitCode::SUCCESS);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("the runtime can't start: {error}")),
    };
    let outcome = runtime.block_on(async {
        match cli.command {
            None => serve(cli.serve).await,
            Some(Command::Serve(config)) => serve(*config).await,
            Some(Command::User(UserCommand::Create { name, admin, data })) => {
                explain_faults();
                let role = if admin { Role::Admin } else { Role::Member };
                create_user(&data.folder, &name, read_password()?, role).await
            }
            Some(Command::Bot(command)) => programs::bot(command).await.map(|text| println!("{text}")),
            Some(Command::Pipe(command)) => pipe::pipe(command).await,
            Some(Command::Record(command)) => {
                explain(tracing::Level::WARN);
                record::record(command).await.map(|text| println!("{text}"))
            }
            Some(Command::Token(command)) => programs::token(command).await.map(|text| println!("{text}")),
            // Ran above, where there is nothing to wait for.
            Some(Command::Highlight) => Ok(()),
        }
    });
    // Whatever still blocks a thread must not keep the process from leaving.
    runtime.shutdown_background();
    outcome.map_or_else(|error| fail(&error), |()| ExitCode::SUCCESS)
}

fn fail(error: &str) -> ExitCode {
    eprintln!("squawkbox: {error}");
    ExitCode::FAILURE
}

async fn serve(mut config: Config) -> Result<(), String> {
    config.program = std::env::current_exe().ok();
    let (layer, own) = own_tracing();
    telemetry::start(&config.log, layer)?;
    let public_url = config.public_url.clone();
    let running = start(config, site()?, own).await?;
    let address = public_url.unwrap_or_else(|| format!("http://{}", running.address));
    println!("Squawkbox is at {address}");
    asked_to_stop().await;
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

/// Writes the causes of faults to standard error, where the commands that don't serve have no log viewer.
fn explain_faults() {
    explain(tracing::Level::ERROR);
}

fn explain(from: tracing::Level) {
    let _ = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(from)
        .try_init();
}

/// One line of standard input, without its end.
fn read_password() -> Result<Password, String> {
    let input = std::io::stdin();
    if input.is_terminal() {
        eprint!("Password (shown as you type): ");
    }
    let mut line = String::new();
    // One byte more than may be, for the length to be refused in words; two for the line's end.
    let most = rules::PASSWORD_MAX as u64 + 3;
    input
        .lock()
        .take(most)
        .read_line(&mut line)
        .map_err(|e| format!("the password can't be read from standard input: {e}"))?;
    let end = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(end);
    if line.is_empty() {
        return Err("the password is read from standard input, and that was empty".into());
    }
    Ok(Password(line))
}

/// `squawkbox user create`; also while the server runs, and before it ever has.
///
/// # Errors
/// A sentence for the person who typed the command.
pub async fn create_user(folder: &Path, name: &str, password: Password, role: Role) -> Result<(), String> {
    if role == Role::Member {
        must_be_there(folder)?;
    }
    on_desk(folder, async |accounts| {
        if role == Role::Member && accounts.team().await?.is_none() {
            let text = "there is no team yet: its first account must be an administrator's, made with --admin";
            return Err(AppError::Invalid(text.into()));
        }
        accounts.create_user(name, password, role).await.map(|_| ())
    })
    .await?;
    println!("{name} can sign in.");
    Ok(())
}

/// Refuses to begin a new data folder where one was meant that is elsewhere.
fn must_be_there(folder: &Path) -> Result<(), String> {
    if folder.join("desk.db").is_file() {
        return Ok(());
    }
    Err(format!(
        "there is no Squawkbox in the data folder {}: name the server's with --data, or make the first account with \
         `squawkbox user create NAME --admin`",
        folder.display()
    ))
}

/// Opens `desk.db` for one piece of work and closes it in order.
async fn on_desk<T>(folder: &Path, work: impl AsyncFnOnce(&Accounts) -> Result<T, AppError>) -> Result<T, String> {
    let shutdown = Shutdown::default();
    let accounts = Accounts::over(open_desk(folder, &shutdown).await?, false);
    let outcome = work(&accounts).await;
    shutdown.begun.cancel();
    // The writer ends with the last handle to it.
    drop(accounts);
    shutdown.background.close();
    shutdown.background.wait().await;
    outcome.map_err(|error| match error {
        AppError::Internal(_) => format!("{} can't be used; the line above says why", folder.display()),
        said => said.to_string(),
    })
}

/// Finds the built site: where cargo-leptos says, else beside the program (a packaged server runs from any
/// folder), else where a build leaves it.
fn site() -> Result<LeptosOptions, String> {
    let exe = std::env::current_exe().map_err(|e| format!("this program's own place can't be found: {e}"))?;
    let built = |folder: &PathBuf| folder.join("pkg").is_dir();
    let root = std::env::var_os("LEPTOS_SITE_ROOT")
        .map(PathBuf::from)
        .or_else(|| {
            [exe.with_file_name("site"), "target/site".into()]
                .into_iter()
                .find(built)
        })
        .ok_or("the site folder is missing: it belongs beside the program, as `site`")?;
    Ok(LeptosOptions::builder()
        .output_name("squawkbox")
        .site_root(Arc::<str>::from(root.to_string_lossy()))
        .hash_files(exe.with_file_name("hash.txt").is_file())
        .build())
}
