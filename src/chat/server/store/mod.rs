//! Rooms and messages in `desk.db`: all of chat's SQL, by what it is about.

mod avatars;
mod changes;
mod colours;
mod ends;
mod files;
mod joined;
mod marks;
mod messages;
mod moments;
mod new_message;
mod notify;
mod people;
mod previews;
mod push;
mod reading;
mod rooms;
mod search;
mod shown;
mod threads;
mod webhooks;

pub use avatars::{avatar, avatar_since, set_avatar};
pub use changes::{delete, earlier_texts, edit, no_message, react, restate, touch, withdraw};
pub use colours::replace_html;
pub use ends::{
    clear_deleted, delete_all_forsaken, delete_forsaken, delete_room, losses, must_not_be_last, open_room, room_now,
    rooms_to_join, set_archived,
};
pub use files::{NewFile, Stored, attach, contents, file, forget_unsent, insert_file, is_used};
pub use joined::{Joined, room};
pub use marks::{bookmarks, pin, remove_bookmark, toggle_bookmark};
pub use messages::{changed_after, first_since, following, history, message, pinned};
pub use moments::{Around, SaidThen, said_around, said_openly, said_there};
pub use new_message::{NewMessage, insert};
pub use notify::{Concern, Heard, concerns, heard, levels, muted_by, set_level};
pub use people::{
    Named, add_member, has_room, has_room_for_open, members_called, must_be_in, must_be_live, newest, on_team, people,
    people_called, people_in, remove_member, team, username,
};
pub use previews::{Picture, keep_page, known_page, picture, previews_on, set_previews};
pub use push::{forget_subscription, keep_subscription, keep_vapid, subscribed_since, subscriptions, vapid};
pub use reading::{Reading, call, counts, set_read};
pub use rooms::{
    all_rooms, any_room, archived, describe, followed, insert_room, no_room, room_called, room_named, rooms,
};
pub use search::{Page, REACH, Wanted, index, indexed, search, unknown};
pub use shown::{add_card, take_gone};
pub use threads::{Reply, Root, follow, open_thread, recount, replied, set_follows, thread, thread_id};
pub use webhooks::{Webhook, webhook, webhooks_due};

/// What others have said that a person (`member.user`) has not read in a room (`member.room`), up to 1,000, and what of it
/// calls them. Where little was said since, it is looked at; else what each of the others has said is counted by the index,
/// so that a million of one's own, or deleted ones, are passed over.
macro_rules! unread {
    () => {
        "iif((SELECT said FROM room r WHERE r.id = member.room) - member.read <= 1000, \
         (SELECT count(*) FROM message x WHERE x.room = member.room AND x.seq > member.read \
         AND x.author <> member.user AND x.deleted IS NULL), \
         (SELECT count(*) FROM (WITH RECURSIVE other (author) AS ( \
         SELECT min(author) FROM message INDEXED BY message_by_author WHERE room = member.room AND deleted IS NULL \
         UNION ALL SELECT (SELECT min(author) FROM message INDEXED BY message_by_author \
         WHERE room = member.room AND deleted IS NULL AND author > other.author) FROM other WHERE author IS NOT NULL) \
         SELECT 1 FROM other CROSS JOIN message x INDEXED BY message_by_author \
         WHERE x.room = member.room AND x.author = other.author AND x.seq > member.read AND x.deleted IS NULL \
         AND other.author <> member.user LIMIT 1000))) AS unread, \
         (SELECT count(*) FROM mention x WHERE x.user = member.user AND x.room = member.room AND x.seq > member.read) \
         AS mentions "
    };
}
use unread;

/// A place as SQLite keeps it.
fn place(seq: u64) -> i64 {
    // Beyond what the database can count lies the end.
    i64::try_from(seq).unwrap_or(i64::MAX)
}
