//! Cards of what is said in threads, and what threads and archived rooms are called.

use serde_json::json;

use super::{CARD, DESK, FLOOR, card, change, floor, follows, html, is_gone, say, until};
use crate::{
    chat::{
        message::{permalink, reply_link},
        server::room_pages,
    },
    ids::RoomId,
    moment::model::Moment,
    tests::app::{Member, TestApp},
    time::Timestamp,
};

async fn thread(app: &TestApp, who: &Member, room: RoomId, seq: u64) -> RoomId {
    let arguments = json!({"room": room, "before": null, "thread": seq});
    let (status, page) = who.call(app, "room", arguments).await;
    assert_eq!(status, 200, "{page}");
    RoomId(page["room"]["id"].as_i64().expect("a number"))
}

#[tokio::test]
async fn a_reply_is_shown_to_those_who_may_read_it() {
    let (app, ines, _bob) = floor("true").await;
    let mut a = follows(&app, &ines, FLOOR).await;
    say(&mut a, FLOOR, "a1", "shall we hedge?").await;
    let id = thread(&app, &ines, FLOOR, 1).await;
    let mut t = follows(&app, &ines, id).await;
    say(&mut t, id, "t1", "half of it").await;
    let links = [reply_link(FLOOR, 1, 1), permalink(id, 1)].map(|path| format!("{}{path}", app.url));
    for (name, link) in ["a2", "a3"].into_iter().zip(&links) {
        let there = card(&mut a, FLOOR, name, link).await;
        let there = html(&there);
        assert!(
            there.contains("half of it") && there.contains("<small>Message, thread in # floor</small>"),
            "{there}"
        );
        let own = there.split_once(CARD).expect("a card").1;
        assert!(
            own.contains("href=\"/rooms/2?thread=1&amp;reply=1#t1\"") && !own.contains('^'),
            "{own}"
        );
    }
    let inside = card(&mut t, id, "t2", &links[0]).await;
    assert!(html(&inside).contains("<small>Message, here</small>"), "{inside:?}");
    let up = card(&mut t, id, "t3", &format!("{}{}", app.url, permalink(FLOOR, 1))).await;
    assert!(html(&up).contains("<small>Message, # floor</small>"), "{up:?}");
    let at = card(&mut t, id, "t4", &format!("{}/at/{}", app.url, Timestamp::now())).await;
    assert!(
        html(&at).contains(" here: half of it") && !html(&at).contains('^'),
        "{at:?}"
    );

    // Not outside of the private room, but of an open one anywhere.
    let mut d = follows(&app, &ines, DESK).await;
    for (name, link) in ["d1", "d2"].into_iter().zip(&links) {
        say(&mut d, DESK, name, link).await;
    }
    let open = thread(&app, &ines, DESK, 1).await;
    say(&mut d, open, "o1", "said to all").await;
    let link = format!("{}{}", app.url, reply_link(DESK, 1, 1));
    let there = card(&mut a, FLOOR, "a4", &link).await;
    assert!(
        html(&there).contains("said to all") && html(&there).contains("<small>Message, thread in # desk</small>"),
        "{there:?}"
    );
    let (_, desk) = ines.call(&app, "room", json!({"room": DESK, "before": null})).await;
    assert!(!desk.to_string().contains("half of it"), "{desk}");

    // And it goes like any other.
    change(&app, &ines, id, 1, json!("delete")).await;
    for seq in [2, 3] {
        until(&mut a, seq, |message| !html(message).contains(CARD)).await;
    }
    is_gone(&app, "half of it").await;
}

#[tokio::test]
async fn rooms_are_called_what_they_are_called() {
    let (app, ines, bob) = floor("").await;
    let (mut a, mut f) = (ines.socket(&app).await, ines.socket(&app).await);
    say(&mut a, DESK, "a1", "shall we hedge?").await;
    let id = thread(&app, &ines, DESK, 1).await;
    say(&mut a, id, "a2", "half of it").await;
    say(&mut f, FLOOR, "f1", "for the record").await;
    let archive = [("room", "2"), ("archived", "true")];
    assert_eq!(ines.form(&app, "archive_room", &archive).await, 200);
    // Who doesn't follow the thread, too.
    let wanted = json!({"wanted": {"at": "now", "span": 60, "q": "", "symbols": ""}});
    for who in [&ines, &bob] {
        let (_, moment) = who.call(&app, "around", wanted.clone()).await;
        let moment: Moment = serde_json::from_value(moment).expect("a moment");
        let said = moment.slots.iter().flat_map(|slot| &slot.said);
        let titles: Vec<&str> = said.map(|said| said.title.as_str()).collect();
        assert_eq!(titles, ["# desk", "Thread in # desk", "# floor"]);
    }
    let titles = room_pages::titles(&app.running.state.chat, bob.me.id, vec![id, RoomId(99)]).await;
    let titles = titles.expect("titles");
    let title = |room: RoomId| titles.get(&room).map(String::as_str);
    assert_eq!(
        [title(DESK), title(FLOOR), title(id), title(RoomId(99))],
        [Some("# desk"), Some("# floor"), Some("Thread in # desk"), None]
    );
}
