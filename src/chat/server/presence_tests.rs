//! Who is told of whom, together and once.

use super::*;

fn person(id: i64) -> Person {
    Person {
        id: UserId(id),
        name: format!("p{id}"),
        ..Person::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_crowd_that_comes_at_once_is_told_together_and_each_once() {
    let hub = Hub::new(64);
    let presence = Arc::new(Presence::new(
        hub.clone(),
        CancellationToken::new(),
        Duration::from_secs(600),
    ));
    let mut heard = hub.subscribe();
    let mut here: Vec<Here> = (1..=250).map(|id| presence.arrive(person(id))).collect();
    here.push(presence.arrive(person(1)));
    tokio::time::sleep(TOGETHER * 2).await;
    // The last of them goes and comes back within the moment that is told together.
    presence.leave(&person(250));
    here.push(presence.arrive(person(250)));
    presence.leave(&person(249));
    tokio::time::sleep(TOGETHER * 2).await;
    let (mut came, mut went, mut frames) = (Vec::new(), Vec::new(), 0);
    while let Ok(event) = heard.try_recv() {
        let Ok(ServerFrame::Presence { came: more, went: gone }) = serde_json::from_str(&event.frame) else {
            panic!("{}", event.frame)
        };
        came.extend(more.into_iter().map(|person| person.id.0));
        went.extend(gone);
        frames += 1;
    }
    assert_eq!(came, (1..=250).chain([250]).collect::<Vec<_>>());
    assert_eq!(
        (went, frames),
        (vec![UserId(249)], 4),
        "each once, in frames of a hundred at most"
    );
}

#[tokio::test(start_paused = true)]
async fn a_crowd_that_goes_away_at_once_is_told_in_several_frames() {
    let hub = Hub::new(64);
    let away = Duration::from_secs(600);
    let presence = Arc::new(Presence::new(hub.clone(), CancellationToken::new(), away));
    let _here: Vec<Here> = (1..=250).map(|id| presence.arrive(person(id))).collect();
    tokio::time::sleep(TOGETHER * 2).await;
    let mut heard = hub.subscribe();
    tokio::time::sleep(away * 2).await;
    let mut sizes = Vec::new();
    while let Ok(event) = heard.try_recv() {
        let Ok(ServerFrame::Presence { came, .. }) = serde_json::from_str(&event.frame) else {
            panic!("{}", event.frame)
        };
        assert!(came.iter().all(|person| person.away));
        sizes.push(came.len());
    }
    assert_eq!(sizes, [100, 100, 50]);
}

#[tokio::test(start_paused = true)]
async fn whoever_touches_nothing_is_away_until_they_do() {
    let hub = Hub::new(64);
    let presence = Arc::new(Presence::new(
        hub.clone(),
        CancellationToken::new(),
        Duration::from_secs(600),
    ));
    let here = [presence.arrive(person(1)), presence.arrive(person(2))];
    tokio::time::sleep(Duration::from_secs(400)).await;
    presence.touched(UserId(2));
    let mut heard = hub.subscribe();
    tokio::time::sleep(Duration::from_secs(300)).await;
    let away = |id| presence.away(UserId(id));
    assert_eq!([away(1), away(2), away(3)], [Some(true), Some(false), None]);
    assert!(presence.list()[0].away);
    let told = heard.try_recv().expect("a frame").frame;
    assert_eq!(
        told.as_str(),
        r#"{"presence":{"came":[{"id":1,"name":"p1","away":true}],"went":[]}}"#
    );
    assert!(heard.try_recv().is_err(), "once");
    presence.touched(UserId(1));
    tokio::time::sleep(TOGETHER * 2).await;
    let told = heard.try_recv().expect("a frame").frame;
    assert_eq!(
        told.as_str(),
        r#"{"presence":{"came":[{"id":1,"name":"p1"}],"went":[]}}"#
    );
    // Another page is a sign too, and nobody is looked for when nobody is here.
    tokio::time::sleep(Duration::from_secs(700)).await;
    let again = presence.arrive(person(1));
    assert_eq!([away(1), away(2)], [Some(false), Some(true)]);
    drop((here, again));
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert!(presence.table().people.is_empty() && !presence.table().is_watched);
}
