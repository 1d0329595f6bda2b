//! `squawkbox token …` and `squawkbox bot …`, also while the server runs.

use std::path::Path;

use clap::Subcommand;

use super::{explain_faults, must_be_there, on_desk};
use crate::{
    accounts::server::{
        programs::webhook_url,
        scopes::{Scope, Scopes},
    },
    server::config::DataFolder,
};

/// `squawkbox token …`
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Create a token and print it, once, alone on standard output
    Create {
        /// What the token is for, such as the source that will use it
        #[arg(long)]
        name: String,
        /// What the token may do, with commas between
        #[arg(long, value_enum, value_delimiter = ',', required = true, value_name = "SCOPE,…")]
        scope: Vec<Scope>,
        /// The bot that reads and posts by it; a new one called NAME when absent
        #[arg(long)]
        bot: Option<String>,
        #[command(flatten)]
        data: DataFolder,
    },
    /// List the tokens: number, name, scopes, bot, when made and last used; never the token itself
    List {
        #[command(flatten)]
        data: DataFolder,
    },
    /// Revoke a token at once
    Revoke {
        /// Its number, as listed
        id: i64,
        #[command(flatten)]
        data: DataFolder,
    },
}

/// `squawkbox bot …`
#[derive(Debug, Subcommand)]
pub enum BotCommand {
    /// Create a bot and print its token, once; with --webhook, on a second line, the secret that signs the calls
    Create {
        /// The name it speaks with
        name: String,
        /// The room where its incoming webhook speaks, by name; the oldest when absent
        #[arg(long)]
        room: Option<String>,
        /// The address to call when it is mentioned or written to
        #[arg(long, value_name = "URL")]
        webhook: Option<String>,
        #[command(flatten)]
        data: DataFolder,
    },
    /// List the bots: number, name, webhook, when made
    List {
        #[command(flatten)]
        data: DataFolder,
    },
}

/// Does it; the text is for standard output.
///
/// # Errors
/// A sentence for the person who typed the command.
pub async fn token(command: TokenCommand) -> Result<String, String> {
    explain_faults();
    match command {
        TokenCommand::Create { name, scope, bot, data } => {
            create_token(&data.folder, &name, scope.into_iter().collect(), bot.as_deref()).await
        }
        TokenCommand::List { data } => list_tokens(&data.folder).await,
        TokenCommand::Revoke { id, data } => {
            revoke_token(&data.folder, id).await?;
            Ok(format!("token {id} is revoked"))
        }
    }
}

/// Does it; the text is for standard output.
///
/// # Errors
/// A sentence for the person who typed the command.
pub async fn bot(command: BotCommand) -> Result<String, String> {
    explain_faults();
    match command {
        BotCommand::Create {
            name,
            room,
            webhook,
            data,
        } => create_bot(&data.folder, &name, room.as_deref(), webhook.as_deref()).await,
        BotCommand::List { data } => list_bots(&data.folder).await,
    }
}

/// `squawkbox token create`: the token, which is not kept.
///
/// # Errors
/// A sentence for the person who typed the command.
pub async fn create_token(folder: &Path, name: &str, scopes: Scopes, bot: Option<&str>) -> Result<String, String> {
    must_be_there(folder)?;
    on_desk(folder, async |accounts| accounts.create_token(name, scopes, bot).await).await
}

/// `squawkbox token list`: a table.
///
/// # Errors
/// A sentence for the person who typed the command.
pub async fn list_tokens(folder: &Path) -> Result<String, String> {
    must_be_there(folder)?;
    let tokens = on_desk(folder, async |accounts| accounts.tokens().await).await?;
    let rows = tokens.into_iter().map(|token| {
        [
            token.id.to_string(),
            token.name,
            token.scopes.words().join(","),
            token.bot.unwrap_or_else(|| "-".into()),
            token.created.to_string(),
            token.last_used.map_or_else(|| "never".into(), |at| at.to_string()),
        ]
    });
    let head = ["id", "name", "scopes", "bot", "created", "last used"].map(str::to_owned);
    Ok(table(std::iter::once(head).chain(rows).collect()))
}

/// `squawkbox token revoke`.
///
/// # Errors
/// A sentence for the person who typed the command.
pub async fn revoke_token(folder: &Path, id: i64) -> Result<(), String> {
    must_be_there(folder)?;
    on_desk(folder, async |accounts| accounts.revoke_token(id).await).await
}

/// `squawkbox bot create`: the bot's token, and its webhook's secret on a line of its own; neither is printed again.
///
/// # Errors
/// A sentence for the person who typed the command.
pub async fn create_bot(
    folder: &Path,
    name: &str,
    room: Option<&str>,
    webhook: Option<&str>,
) -> Result<String, String> {
    must_be_there(folder)?;
    on_desk(folder, async |accounts| {
        let Some(url) = webhook else {
            return accounts.create_bot(name, room).await;
        };
        // First, so that a wrong address leaves no bot behind.
        let url = webhook_url(url)?;
        let token = accounts.create_bot(name, room).await?;
        let secret = accounts.set_webhook(name, &url).await?;
        Ok(format!("{token}\n{secret}"))
    })
    .await
}

/// `squawkbox bot list`: a table.
///
/// # Errors
/// A sentence for the person who typed the command.
pub async fn list_bots(folder: &Path) -> Result<String, String> {
    must_be_there(folder)?;
    let bots = on_desk(folder, async |accounts| accounts.bots().await).await?;
    let rows = bots.into_iter().map(|bot| {
        let webhook = bot.webhook.unwrap_or_else(|| "-".into());
        [bot.id.to_string(), bot.name, webhook, bot.created.to_string()]
    });
    let head = ["id", "name", "webhook", "created"].map(str::to_owned);
    Ok(table(std::iter::once(head).chain(rows).collect()))
}

/// Rows as lines, each column as wide as its widest text.
fn table<const N: usize>(rows: Vec<[String; N]>) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(text, width)| format!("{text:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
