//! `squawkbox pipe`: what a program writes, to a running server.

use std::time::Duration;

use clap::Args;

use crate::{
    logs::server::pipe::{Target, run},
    server::{config::public_url, secret::Secret},
};

/// `squawkbox pipe …`
#[derive(Debug, Args)]
pub struct PipeCommand {
    /// Address of the server
    #[arg(
        long,
        env = "SQUAWKBOX_TO",
        default_value = "http://127.0.0.1:3000",
        value_name = "URL",
        value_parser = public_url
    )]
    pub to: String,

    /// What the lines' source is; the token's name when absent
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,

    /// Write nothing to standard output
    #[arg(long)]
    pub quiet: bool,

    /// Seconds for which the last lines are tried when the input has ended and the server is away
    #[arg(long, default_value_t = 30, value_name = "SECONDS")]
    pub give_up_after: u64,

    /// Token that may ingest; better given as the variable, which other users of the machine can't see
    #[arg(long, env = "SQUAWKBOX_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub token: Secret,
}

/// Passes standard input on until it ends.
///
/// # Errors
/// In one line: how many lines were not kept.
pub async fn pipe(command: PipeCommand) -> Result<(), String> {
    let target = Target {
        to: command.to,
        token: command.token,
        source: command.source,
        patience: Duration::from_secs(command.give_up_after),
    };
    run(target, !command.quiet).await
}
