//! What each command of the command line does.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::Parser;
use leptos::prelude::LeptosOptions;

use crate::logs::server::ingest::own_tracing::own_tracing;

use super::{
    config::{Cli, Command, Config},
    shutdown::asked_to_stop,
    start::start,
    telemetry,
};

/// Runs what the command line asks for; a failure is one clear line on standard error.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("the runtime can't start: {error}")),
    };
    let outcome = runtime.block_on(async {
        match cli.command {
            None => serve(cli.serve).await,
            Some(Command::Serve(config)) => serve(config).await,
            Some(Command::User(_)) => Ok(()),
            Some(Command::Token(_)) => Ok(()),
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

async fn serve(config: Config) -> Result<(), String> {
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

/// Finds the built site: where cargo-leptos or the environment says, else beside the program (a packaged server
/// runs from any folder), else where a build leaves it.
fn site() -> Result<LeptosOptions, String> {
    let exe = std::env::current_exe().map_err(|e| format!("this program's own place can't be found: {e}"))?;
    let built = |folder: &PathBuf| folder.join("pkg").is_dir();
    let root = std::env::var_os("LEPTOS_SITE_ROOT")
        .map(PathBuf::from)
        .or_else(|| [exe.with_file_name("site"), "target/site".into()].into_iter().find(built))
        .ok_or("the site folder is missing: it belongs beside the program, as `site`")?;
    Ok(LeptosOptions::builder()
        .output_name("squawkbox")
        .site_root(Arc::<str>::from(root.to_string_lossy()))
        .hash_files(exe.with_file_name("hash.txt").is_file())
        .build())
}
