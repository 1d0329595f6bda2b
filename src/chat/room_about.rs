//! `/rooms/{id}/about`: what a room is, and who is in it. Plain forms.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::{
    api::{DescribeRoom, Invite, LeaveRoom, about_room},
    model::{About, RoomKind, Teammate},
    notify::{api::SetLevel, page::LevelChoice},
};
use crate::{
    accounts::pages::frame::{Done, Frame, me},
    error::AppError,
    ids::RoomId,
    ui::{
        avatar::Avatar,
        loaded::loaded,
        outcome::{Wrong, refusal},
    },
};

/// The page.
#[component]
pub fn RoomAboutPage() -> impl IntoView {
    let params = use_params_map();
    let room = move || params.with(|params| params.get("room").and_then(|id| id.parse::<RoomId>().ok()));
    let fetch = |room: Option<RoomId>| async move {
        let room = room.ok_or_else(|| AppError::NotFound("A room's address ends in a number.".into()))?;
        about_room(room).await
    };
    let body = move || {
        loaded(room, fetch, |about| match about {
            Ok(about) => view! { <AboutRoom about /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    view! { <Frame title="About a room">{body()}</Frame> }
}

#[component]
fn AboutRoom(about: About) -> impl IntoView {
    let About {
        room,
        people,
        others,
        level,
    } = about;
    let title = room.title(me().id);
    let who = match room.kind {
        RoomKind::Open => "Everyone on the team is in this room.",
        RoomKind::Private => "Only these people can read and write here.",
        RoomKind::Direct => "A conversation. Only these people can read and write here.",
    };
    let id = room.id.to_string();
    let count = people.len();
    let list = people
        .into_iter()
        .map(|mate| {
            let (name, id) = (mate.person.name.clone(), mate.person.id);
            view! {
                <li class="choice"><Avatar name=name.clone() id /> <span>{name}</span> <span class="hint">{mate.words()}</span></li>
            }
        })
        .collect_view();
    view! {
        <h2 class="big">
            <a href=format!("/rooms/{id}")>{title}</a>
        </h2>
            {(room.kind != RoomKind::Direct)
                .then(|| {
                    view! {
                        <Wrong error=refusal(DescribeRoom::PATH) />
                        <form method="post" action=DescribeRoom::PATH>
                            <input type="hidden" name="room" value=id.clone() />
                            <div class="field">
                                <label for="room-name">"Room name"</label>
                                <input id="room-name" name="name" required maxlength="40" value=room.name autocomplete="off" />
                            </div>
                            <div class="field">
                                <label for="room-topic">"Topic"</label>
                                <input id="room-topic" name="topic" maxlength="250" value=room.topic autocomplete="off" />
                            </div>
                            <button class="button" type="submit">"Save"</button>
                        </form>
                    }
                })}
            <h2>"Notifications"</h2>
            <Done what="level" words="That is what you are notified of here from now on." />
            <Wrong error=refusal(SetLevel::PATH) />
            <form class="side-by-side" method="post" action=SetLevel::PATH>
                <input type="hidden" name="room" value=id.clone() />
                <span aria-hidden="true">"Notify me of"</span>
                <LevelChoice level label="Notify me of" />
                <button class="button quiet" type="submit">"Set"</button>
            </form>
            <p class="hint">
                "How they reach you, and of which you were notified, is on " <a href="/you/notifications">"the page about notifications"</a> "."
            </p>
            <p class="hint">"With nothing, what is unread is still counted, and calls for no attention."</p>
            <h2>{count} " in this room"</h2>
            <p class="hint">{who}</p>
            <ul class="choices">{list}</ul>
            {(room.kind == RoomKind::Private).then(|| view! { <Membership id others /> })}
    }
}

/// Inviting and leaving.
#[component]
fn Membership(id: String, others: Vec<Teammate>) -> impl IntoView {
    let options = others
        .iter()
        .map(|Teammate { person, username, .. }| {
            let name = match person.name.to_lowercase() == *username {
                true => person.name.clone(),
                false => format!("{} (@{username})", person.name),
            };
            view! { <option value=person.id.to_string()>{name}</option> }
        })
        .collect_view();
    view! {
        <Wrong error=refusal(Invite::PATH) />
        {(!others.is_empty())
            .then(|| {
                view! {
                    <form method="post" action=Invite::PATH>
                        <input type="hidden" name="room" value=id.clone() />
                        <div class="field">
                            <label for="invited">"Invite"</label>
                            <select id="invited" name="person">
                                {options}
                            </select>
                            <p class="hint">"They can read all that was said here before."</p>
                        </div>
                        <button class="button" type="submit">"Invite"</button>
                    </form>
                }
            })}
        <h2>"Leave"</h2>
        <p class="hint">"You can come back only when somebody who is in the room invites you. Its last member closes it for good."</p>
        <Wrong error=refusal(LeaveRoom::PATH) />
        <form method="post" action=LeaveRoom::PATH>
            <input type="hidden" name="room" value=id />
            <button class="button quiet" type="submit">"Leave the room"</button>
        </form>
    }
}
