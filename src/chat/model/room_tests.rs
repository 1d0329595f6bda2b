use super::*;

#[test]
fn people_and_bots_are_counted_apart() {
    let mate = |bot: bool| Teammate {
        person: Person {
            bot,
            ..Person::default()
        },
        username: "x".into(),
        is_here: false,
    };
    for (bots, words) in [
        (vec![false], "1 person in this room"),
        (vec![false, false], "2 people in this room"),
        (vec![true, false], "1 person and 1 bot in this room"),
        (
            vec![true, false, true, false, false],
            "3 people and 2 bots in this room",
        ),
    ] {
        let about = About {
            room: Room::default(),
            people: bots.into_iter().map(mate).collect(),
            others: vec![mate(false), mate(true)],
            level: Level::Everything,
        };
        assert_eq!(about.count(), words);
    }
}

#[test]
fn of_people_nothing_is_said_of_bots() {
    let person = Person {
        id: UserId(2),
        name: "bob".into(),
        ..Person::default()
    };
    let bot = Person {
        bot: true,
        ..person.clone()
    };
    assert_eq!(serde_json::to_string(&person).unwrap(), r#"{"id":2,"name":"bob"}"#);
    let wire = serde_json::to_string(&bot).unwrap();
    assert_eq!(wire, r#"{"id":2,"name":"bob","bot":true}"#);
    assert_eq!(serde_json::from_str::<Person>(&wire).unwrap(), bot);
}
