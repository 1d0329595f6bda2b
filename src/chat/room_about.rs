//! `/rooms/{id}/about`: what a room is, and who is in it. Plain forms.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::{
    api::rooms::{ArchiveRoom, DescribeRoom, Invite, LeaveRoom, RemoveMember, about_room},
    model::{About, RoomKind, Teammate},
    notify::{api::SetLevel, page::LevelChoice},
};
use crate::{
    accounts::{
        model::Role,
        pages::frame::{Done, Frame, me},
    },
    error::AppError,
    ids::{RoomId, UserId},
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
    let count = about.count();
    let About {
        room,
        people,
        others,
        level,
    } = about;
    let own = me().id;
    let title = room.title(own);
    let who = match room.kind {
        RoomKind::Open => "Everyone on the team can read and write here, and is in this room until they leave it.",
        RoomKind::Private => "Only these people can read and write here.",
        RoomKind::Direct => "A conversation. Only these people can read and write here.",
        RoomKind::Thread => "Everyone in its room can read and write in a thread.",
    };
    let id = room.id.to_string();
    let removes = room.kind == RoomKind::Private && !room.archived;
    let list = people
        .into_iter()
        .map(|mate| {
            let (name, person) = (mate.person.name.clone(), mate.person.id);
            let remove =
                (removes && person != own).then(|| view! { <Removing room=room.id person name=name.clone() /> });
            view! {
                <li>
                    <Avatar name=name.clone() id=person />
                    <div>
                        <strong>{name}</strong>
                        <p class="hint">{mate.words()}</p>
                    </div>
                    {remove}
                </li>
            }
        })
        .collect_view();
    view! {
        <h2 class="big">
            <a href=format!("/rooms/{id}")>{title}</a>
        </h2>
            {room
                .archived
                .then(|| {
                    view! { <p class="notice">"This room is archived: it can be read, and nothing changes in it."</p> }
                })}
            {(matches!(room.kind, RoomKind::Open | RoomKind::Private) && !room.archived)
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
            <p>
                <a href=format!("/rooms/{id}/pins")>"Pinned messages"</a>
            </p>
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
            <h2>{count}</h2>
            <p class="hint">{who}</p>
            <Done what="invited" words="They are in this room now." />
            <Done what="removed" words="They are not in this room any more. What they said stays." />
            <Wrong error=refusal(RemoveMember::PATH) />
            <ul class="entries">{list}</ul>
            {(matches!(room.kind, RoomKind::Open | RoomKind::Private) && !room.archived)
                .then(|| view! { <Inviting id=id.clone() others /> })}
            {(!matches!(room.kind, RoomKind::Direct | RoomKind::Thread)).then(|| view! { <Ending id kind=room.kind archived=room.archived /> })}
    }
}

#[component]
fn Removing(room: RoomId, person: UserId, name: String) -> impl IntoView {
    view! {
        <form method="post" action=RemoveMember::PATH>
            <input type="hidden" name="room" value=room.to_string() />
            <input type="hidden" name="person" value=person.to_string() />
            <button class="button quiet" type="submit" aria-label=format!("Remove {name}")>"Remove"</button>
        </form>
    }
}

#[component]
fn Inviting(id: String, others: Vec<Teammate>) -> impl IntoView {
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
    }
}

/// Leaving; for administrators, archiving and deleting.
#[component]
fn Ending(id: String, kind: RoomKind, archived: bool) -> impl IntoView {
    let hint = if kind == RoomKind::Private {
        "You can come back only when somebody who is in the room invites you. Its last member deletes it, with all that was said."
    } else {
        "You find it again under \"Other rooms\", and can come back whenever you like."
    };
    let runs_the_team = me().role == Role::Admin;
    let words = if archived {
        "Whoever is in it finds it in the rail again, and can write."
    } else {
        "It can be read and searched from then on, and nothing changes in it. It can be brought back."
    };
    view! {
        <h2>"Leave"</h2>
        <p class="hint">{hint}</p>
        <Wrong error=refusal(LeaveRoom::PATH) />
        <form method="post" action=LeaveRoom::PATH>
            <input type="hidden" name="room" value=id.clone() />
            <button class="button quiet" type="submit">"Leave the room"</button>
        </form>
        {runs_the_team
            .then(|| {
                view! {
                    <h2>{if archived { "Archived" } else { "Archive" }}</h2>
                    <p class="hint">{words}</p>
                    <Wrong error=refusal(ArchiveRoom::PATH) />
                    <form method="post" action=ArchiveRoom::PATH>
                        <input type="hidden" name="room" value=id.clone() />
                        <input type="hidden" name="archived" value=(!archived).to_string() />
                        <button class="button quiet" type="submit">
                            {if archived { "Bring the room back" } else { "Archive the room" }}
                        </button>
                    </form>
                    <h2>"Delete"</h2>
                    <p class="hint">"With all that was said in it. The next page says what that is, and asks again."</p>
                    <p>
                        <a class="button danger" href=format!("/rooms/{id}/delete")>"Delete the room…"</a>
                    </p>
                }
            })}
    }
}
