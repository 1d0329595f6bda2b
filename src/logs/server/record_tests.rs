use super::*;

fn tidied(message: &str, fields: Vec<(String, Value)>) -> NewLine {
    let line = NewLine {
        time: Timestamp::default(),
        level: Level::Info,
        source: "s\u{1b}[1m\n".repeat(90),
        message: message.to_owned(),
        fields: Fields(fields),
        colours: Colours::default(),
    };
    tidy(line, Timestamp::default())
}

#[test]
fn times_that_can_hardly_be_right_are_marked() {
    let now = Timestamp::from_micros(1_800_000_000_000_000);
    for (seconds, words) in [
        (0, None),
        (300, None),
        (301, Some("5 minutes ahead")),
        (7_200, Some("2 hours ahead")),
        (-7 * 86_400, None),
        (-7 * 86_400 - 1, Some("7 days behind")),
        (-1_800_000_000, Some("20833 days behind")),
    ] {
        assert_eq!(off(now.plus_seconds(seconds), now).as_deref(), words, "{seconds}");
    }
    let line = NewLine {
        time: now.plus_seconds(3 * 86_400),
        ..tidied("m", vec![("a".into(), 1.into())])
    };
    assert_eq!(tidy(line, now).fields.to_string(), "a=1 clock=\"3 days ahead\"");
}

#[test]
fn long_lines_are_cut_between_characters_and_say_so() {
    let line = tidied(&"ü".repeat(LONGEST), Vec::new());
    assert!(line.message.starts_with("üü") && line.message.len() < LONGEST + 64);
    assert!(line.message.ends_with(" … [cut: 65536 bytes were sent]"));
    assert!(line.source.len() <= LONGEST_NAME && !line.source.contains('\n'));
    assert_eq!(tidied("short", Vec::new()).message, "short");
    let red = format!("\u{1b}[31m{}\u{1b}[32mgone", "ü".repeat(LONGEST / 2));
    let pieces: Vec<String> = {
        let line = tidied(&red, Vec::new());
        let runs = line.colours.runs(&line.message);
        runs.into_iter()
            .map(|(style, piece)| format!("{} {}", style.class(), piece.len()))
            .collect()
    };
    assert_eq!(
        pieces,
        [
            "sgr f1 32768".to_owned(),
            format!("sgr {}", " … [cut: 32772 bytes were sent]".len())
        ]
    );
}

#[test]
fn too_many_fields_are_cut_and_say_so() {
    let long = |i: usize| (format!("f{i}"), Value::from("x".repeat(LONGEST / 3)));
    let line = tidied("m", (0..5).map(long).collect());
    assert_eq!(line.fields.0.len(), 3);
    assert_eq!(line.fields.0[2].1, "3 of 5 fields were too long together");
}

#[test]
fn a_name_stands_once() {
    let said = [
        ("id", "8".into()),
        ("id", 8.into()),
        ("id", 9.into()),
        ("id", 9.into()),
        ("id", 7.into()),
        ("x", 1.into()),
    ];
    let line = tidied(
        "m",
        said.map(|(name, value): (&str, Value)| (name.to_owned(), value)).into(),
    );
    assert_eq!(line.fields.to_string(), "id=8 id_2=9 id_3=7 x=1");
    assert!(line.fields.0[0].1.is_number(), "a number says more than its text");
}

#[test]
fn nested_values_are_made_harmless() {
    let value = serde_json::json!({"a\u{7}": ["\u{1b}[31mred"]});
    let line = tidied("m", vec![("v".into(), value)]);
    assert_eq!(line.fields.0[0].1, serde_json::json!({"a\u{2407}": ["red"]}));
}
