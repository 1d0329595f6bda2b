//! One message, and what one can do with it.

use leptos::{ev, html, prelude::*, task::spawn_local};

use super::{
    acting::{ACTIONS, Act},
    api::change_message,
    connection::ChatConnection,
    model::{Change, Message, Quote, Reaction},
};
use crate::{
    accounts::model::{Me, Role},
    ids::RoomId,
    ui::avatar::Avatar,
};

/// Emoji that are one press away.
const QUICK: [(&str, &str); 6] = [
    ("👍", "thumbs up"),
    ("❤️", "heart"),
    ("😂", "laughing"),
    ("🎉", "party"),
    ("👀", "eyes"),
    ("✅", "done"),
];

/// A message; `again` when it follows another by the same author, `live` when what becomes of it will be shown.
#[component]
pub fn Said(message: Message, again: bool, live: bool) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let me = expect_context::<Me>();
    let Message {
        room,
        seq,
        author,
        at,
        body,
        html,
        reply,
        edited,
        deleted,
        reactions,
        ..
    } = message;
    let is_mine = author.id == me.id;
    let words = format!("{} at {}", author.name, at.minute());
    let acted = move || {
        chat.acting
            .get()
            .filter(|acting| acting.seq == seq)
            .map(|acting| acting.act)
    };
    let text = match html {
        _ if deleted => view! { <p class="body gone">"This message was deleted."</p> }.into_any(),
        Some(html) => view! { <div class="body rich" dir="auto" inner_html=html></div> }.into_any(),
        None => view! { <p class="body" dir="auto">{body.clone()}</p> }.into_any(),
    };
    let quote = Quote {
        seq,
        author: author.name.clone(),
        text: body.clone(),
    };
    let can = Can {
        edit: is_mine,
        delete: is_mine || me.role == Role::Admin,
    };
    view! {
        <article class="msg" class:again=again class:acted=move || acted().is_some() id=format!("m{seq}")>
            <Avatar name=author.name.clone() />
            <div>
                <header>
                    <span class="by">{author.name}</span>
                    " "
                    <time datetime=at.to_string() title=format!("{} {} UTC", at.day(), at.milli())>
                        {at.minute()}
                    </time>
                </header>
                {reply.map(|quote| view! { <Answered room quote /> })}
                <div class="said" hidden=move || acted() == Some(Act::Edit)>
                    {text}
                    {edited
                        .filter(|_| !deleted)
                        .map(|at| view! { <span class="edited" title=format!("{} {} UTC", at.day(), at.minute())>"edited"</span> })}
                </div>
                {(!reactions.is_empty()).then(|| view! { <Reactions room seq reactions live me=me.clone() /> })}
                {move || match acted() {
                    Some(Act::Menu) => view! { <Menu room quote=quote.clone() can /> }.into_any(),
                    Some(Act::Edit) => view! { <Edit room seq body=body.clone() /> }.into_any(),
                    Some(Act::Delete) => view! { <Delete room seq /> }.into_any(),
                    None => ().into_any(),
                }}
            </div>
            {(live && !deleted)
                .then(|| {
                    view! {
                        <button
                            class="do"
                            type="button"
                            data-focus=ACTIONS
                            aria-label=format!("Actions for the message by {words}")
                            aria-expanded=move || (acted() == Some(Act::Menu)).to_string()
                            on:click=move |_| chat.toggle_menu(seq)
                        >
                            "⋯"
                        </button>
                    }
                })}
        </article>
    }
}

/// What this person may do to the message.
#[derive(Clone, Copy)]
struct Can {
    edit: bool,
    delete: bool,
}

/// What the message answers; leads there.
#[component]
fn Answered(room: RoomId, quote: Quote) -> impl IntoView {
    let Quote { seq, author, text } = quote;
    let text = if text.is_empty() {
        "a deleted message".to_owned()
    } else {
        text
    };
    let show = move |event: ev::MouseEvent| {
        if let Some(message) = document().get_element_by_id(&format!("m{seq}")) {
            event.prevent_default();
            message.scroll_into_view();
        }
    };
    view! {
        <a class="quote" href=permalink(room, seq) on:click=show>
            <span class="by">{author}</span>
            " "
            {text}
        </a>
    }
}

#[component]
fn Reactions(room: RoomId, seq: u64, reactions: Vec<Reaction>, live: bool, me: Me) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let button = |Reaction { emoji, people }: Reaction| {
        let mine = people.iter().any(|person| person.id == me.id);
        let names: Vec<String> = people.into_iter().map(|person| person.name).collect();
        let (count, names) = (names.len(), names.join(", "));
        let label = format!("{emoji} {count}, by {names}");
        let given = emoji.clone();
        view! {
            <button
                type="button"
                disabled=!live
                aria-pressed=mine.to_string()
                aria-label=label
                title=names
                data-focus=emoji.clone()
                on:click=move |_| change(chat, room, seq, Change::React { emoji: given.clone(), on: !mine })
            >
                <span aria-hidden="true">{emoji.clone()} " " {count}</span>
            </button>
        }
    };
    view! { <div class="reactions">{reactions.into_iter().map(button).collect_view()}</div> }
}

#[component]
fn Menu(room: RoomId, quote: Quote, can: Can) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let seq = quote.seq;
    let menu = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(menu) = menu.get()
            && chat.takes_focus()
        {
            let _ = menu.focus();
        }
    });
    let quick = QUICK.iter().map(|(emoji, name)| {
        let react = move |_| {
            chat.close(seq);
            change(
                chat,
                room,
                seq,
                Change::React {
                    emoji: (*emoji).to_owned(),
                    on: true,
                },
            );
        };
        view! { <button type="button" aria-label=format!("React with {name}") on:click=react>{*emoji}</button> }
    });
    let (text, link) = (quote.text.clone(), permalink(room, seq));
    let copy_link = move |_| {
        let origin = window().location().origin().unwrap_or_default();
        copy(chat, seq, &format!("{origin}{link}"));
    };
    view! {
        <div
            class="menu"
            role="group"
            aria-label="Actions"
            tabindex="-1"
            node_ref=menu
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    event.stop_propagation();
                    chat.close(seq);
                }
            }
        >
            {quick.collect_view()}
            <button type="button" on:click=move |_| chat.reply_to(quote.clone())>"Reply"</button>
            {can
                .edit
                .then(|| view! { <button type="button" on:click=move |_| chat.act(Some((seq, Act::Edit)))>"Edit"</button> })}
            <button type="button" on:click=move |_| copy(chat, seq, &text)>"Copy text"</button>
            <button type="button" on:click=copy_link>"Copy link"</button>
            <button type="button" on:click=move |_| chat.unread_from(seq)>"Mark unread"</button>
            {can
                .delete
                .then(|| {
                    view! {
                        <button type="button" class="danger" on:click=move |_| chat.act(Some((seq, Act::Delete)))>
                            "Delete"
                        </button>
                    }
                })}
        </div>
    }
}

#[component]
fn Edit(room: RoomId, seq: u64, body: String) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let field = NodeRef::<html::Textarea>::new();
    let problem = RwSignal::new(None::<String>);
    // The row is made anew when somebody reacts meanwhile: what was typed so far is kept apart from it.
    let text = chat.edited_text(seq).unwrap_or(body);
    Effect::new(move |_| {
        if let Some(area) = field.get()
            && chat.takes_focus()
        {
            let _ = area.focus();
            let end = area.value().encode_utf16().count() as u32;
            let _ = area.set_selection_range(end, end);
        }
    });
    let save = move || {
        let Some(area) = field.try_get_untracked().flatten() else {
            return;
        };
        let body = area.value();
        spawn_local(async move {
            match change_message(room, seq, Change::Edit(body)).await {
                Ok(()) => chat.close(seq),
                Err(error) => {
                    problem.try_set(Some(error.to_string()));
                }
            }
        });
    };
    let on_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.shift_key() && !event.is_composing() => {
            event.prevent_default();
            save();
        }
        "Escape" => {
            chat.close(seq);
        }
        _ => (),
    };
    view! {
        <form
            class="edit"
            on:submit=move |event| {
                event.prevent_default();
                save();
            }
        >
            <textarea
                node_ref=field
                aria-label="Edit the message"
                dir="auto"
                on:keydown=on_key
                on:input=move |event| chat.keep_edit(seq, event_target_value(&event))
            >
                {text}
            </textarea>
            {move || problem.get().map(|words| view! { <p class="error" role="alert">{words}</p> })}
            <button class="button" type="submit">"Save"</button>
            <button class="button quiet" type="button" on:click=move |_| chat.close(seq)>"Cancel"</button>
        </form>
    }
}

#[component]
fn Delete(room: RoomId, seq: u64) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let keep = NodeRef::<html::Button>::new();
    Effect::new(move |_| {
        if let Some(keep) = keep.get()
            && chat.takes_focus()
        {
            let _ = keep.focus();
        }
    });
    let delete = move |_| {
        chat.close(seq);
        change(chat, room, seq, Change::Delete);
    };
    view! {
        <div
            class="menu"
            role="group"
            aria-label="Delete the message?"
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    chat.close(seq);
                }
            }
        >
            <span>"Delete this message for everyone? Its text is gone for good."</span>
            <button type="button" node_ref=keep on:click=move |_| chat.close(seq)>"Keep"</button>
            <button type="button" class="danger" on:click=delete>"Delete for everyone"</button>
        </div>
    }
}

/// Asks for a change; the room shows it when it has happened. What went wrong is told over the composer.
fn change(chat: ChatConnection, room: RoomId, seq: u64, change: Change) {
    spawn_local(async move {
        let outcome = change_message(room, seq, change).await;
        chat.told.set(outcome.err().map(|error| error.to_string()));
    });
}

fn copy(chat: ChatConnection, seq: u64, text: &str) {
    let _ = window().navigator().clipboard().write_text(text);
    chat.close(seq);
}

/// Where a message can be found again.
pub fn permalink(room: RoomId, seq: u64) -> String {
    // A page ends before a place: far enough behind for what was said next to be seen too.
    format!("/rooms/{room}?before={}#m{seq}", seq + 30)
}
