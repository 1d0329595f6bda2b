//! What a webhook is sent. Pure.

use serde_json::json;

use crate::{
    accounts::server::secret::TOKEN_PREFIX,
    chat::{
        message,
        model::{Message, Room, RoomKind},
        server::{markdown, mentions, store::Webhook},
    },
    paths,
};

/// The body of a call, in Campfire's shape. `room.path` is where the bot's next words are to be posted, by a token of
/// the webhook's own; `username` calls the author; `plain` is without the bot's name.
pub fn payload(webhook: &Webhook, room: &Room, message: &Message, username: &str) -> Vec<u8> {
    let token = format!("{TOKEN_PREFIX}{}", webhook.secret.reply_token());
    let path = paths::CAMPFIRE_BOT
        .replace("{room}", &room.id.to_string())
        .replace("{token}", &token);
    let name = match room.kind {
        RoomKind::Open | RoomKind::Private => room.name.clone(),
        RoomKind::Direct | RoomKind::Thread => room.title(webhook.bot.id),
    };
    let html = message.html.clone().unwrap_or_else(|| markdown::plain(&message.body));
    let payload = json!({
        "user": {"id": message.author.id, "name": message.author.name, "username": username},
        "room": {"id": room.id, "name": name, "path": path},
        "message": {
            "id": message.seq,
            "body": {"html": html, "plain": without_name(&message.body, &webhook.bot.name)},
            "path": message::permalink(message.room, message.seq),
        },
    });
    payload.to_string().into_bytes()
}

/// What is left of a text without the calls of this name.
fn without_name(body: &str, name: &str) -> String {
    let (mut left, mut done) = (String::with_capacity(body.len()), 0);
    let name = name.to_lowercase();
    for (at, end) in mentions::spans(body) {
        if body[at + 1..end].to_lowercase() == name {
            left.push_str(&body[done..at]);
            done = end;
        }
    }
    left.push_str(&body[done..]);
    left.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bots_own_name_is_left_out_wherever_it_stands() {
        for (body, plain) in [
            ("@deploy status", "status"),
            ("what is the status, @Deploy?", "what is the status, ?"),
            ("@deploy", ""),
            ("@deployer @ines a@deploy", "@deployer @ines a@deploy"),
        ] {
            assert_eq!(without_name(body, "deploy"), plain, "{body}");
        }
    }
}
