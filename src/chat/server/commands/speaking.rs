//! What says something.

use super::{Call, Command, Outcome, Run, person};
use crate::{
    chat::server::{post::post, rooms},
    error::AppError,
};

/// `/me`
pub struct Me;

impl Command for Me {
    fn name(&self) -> &'static str {
        "me"
    }
    fn usage(&self) -> &'static str {
        "TEXT"
    }
    fn summary(&self) -> &'static str {
        "says what you do"
    }
    fn speaks(&self) -> bool {
        true
    }
    fn run<'a>(&'a self, call: Call<'a>) -> Run<'a> {
        Box::pin(async move {
            // One paragraph: emphasis ends with it.
            let lines = call.draft.body.lines().filter(|line| !line.trim().is_empty());
            let does = lines.collect::<Vec<_>>().join("\n");
            if does.is_empty() {
                return Err((self as &dyn Command).misused());
            }
            // An asterisk that Markdown doesn't know.
            let body = format!("_∗ {} {does}_", call.me.name);
            say(call, body).await
        })
    }
}

/// `/shrug`
pub struct Shrug;

impl Command for Shrug {
    fn name(&self) -> &'static str {
        "shrug"
    }
    fn usage(&self) -> &'static str {
        "TEXT"
    }
    fn summary(&self) -> &'static str {
        r"adds ¯\_(ツ)_/¯"
    }
    fn speaks(&self) -> bool {
        true
    }
    fn run<'a>(&'a self, call: Call<'a>) -> Run<'a> {
        Box::pin(async move {
            // As Markdown needs it.
            let body = format!(r"{} ¯\\\_(ツ)\_/¯", call.draft.body);
            say(call, body).await
        })
    }
}

async fn say(Call { chat, me, mut draft }: Call<'_>, body: String) -> Result<Outcome, AppError> {
    draft.body = body;
    let (message, _) = post(chat, me, draft).await?;
    Ok(Outcome::Said(Box::new(message)))
}

/// `/dm`
pub struct Direct;

impl Command for Direct {
    fn name(&self) -> &'static str {
        "dm"
    }
    fn usage(&self) -> &'static str {
        "NAME TEXT"
    }
    fn summary(&self) -> &'static str {
        "says something to one person, in your conversation"
    }
    fn run<'a>(&'a self, Call { chat, me, mut draft }: Call<'a>) -> Run<'a> {
        Box::pin(async move {
            let typed = draft.body.trim();
            let (name, text) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
            if name.is_empty() {
                return Err((self as &dyn Command).misused());
            }
            let other = person(chat, name).await?;
            draft.room = rooms::direct(chat, me.id, &[other.id]).await?;
            let there = format!("/rooms/{}", draft.room);
            draft.body = text.trim().to_owned();
            // What is answered stands in another room.
            draft.reply = None;
            if !draft.body.is_empty() {
                post(chat, me, draft).await?;
            }
            Ok(Outcome::Go(there))
        })
    }
}
