use super::*;

struct Silent;

impl Feed for Silent {
    fn topic(&self) -> &'static str {
        "silence"
    }

    fn open(&self, _: Option<u64>) -> BoxStream<'static, Event> {
        stream::pending().boxed()
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_stream_beats_and_ends_with_a_hint() {
    let end = tokio::time::sleep(KEEP_ALIVE * 2 + Duration::from_secs(1));
    let answer = respond(
        &[&Silent],
        Cursors::default(),
        &Asked::default(),
        UserId::default(),
        end,
        Line::default(),
    )
    .unwrap();
    let began = tokio::time::Instant::now();
    let mut body = answer.into_body().into_data_stream();
    let mut said = Vec::new();
    while let Some(bytes) = body.next().await {
        said.push((
            began.elapsed().as_secs(),
            String::from_utf8(bytes.unwrap().to_vec()).unwrap(),
        ));
    }
    let beat = ":\nevent: beat\ndata: \n\n".to_owned();
    let hint = "retry: 1000\n\n".to_owned();
    assert_eq!(said[0].0, 0);
    assert_eq!(said[1..], [(10, beat.clone()), (20, beat), (21, hint)]);
}

#[test]
fn cursors_read_back_what_they_write() {
    let mut cursors = Cursors::parse("ticker:4077,logs:812,odd,worse:x");
    assert_eq!(
        (cursors.get("logs"), cursors.get("ticker"), cursors.get("worse")),
        (Some(812), Some(4077), None)
    );
    cursors.set("logs", 813);
    let mut line = BytesMut::new();
    cursors.write_id(&mut line);
    assert_eq!(&line[..], b"id: logs:813,ticker:4077\n");
}

/// Three small events at once, one large, one small, then nothing.
struct Five;

impl Feed for Five {
    fn topic(&self) -> &'static str {
        "five"
    }

    fn open(&self, _: Option<u64>) -> BoxStream<'static, Event> {
        let event = |(cursor, size): (u64, usize)| Event {
            cursor,
            bytes: encode("five", &"x".repeat(size)),
        };
        let sizes = [(1, 1), (2, 1), (3, 1), (4, COPIED), (5, 1)];
        stream::iter(sizes.map(event)).chain(stream::pending()).boxed()
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_there_at_once_goes_out_as_one_piece_and_the_large_as_it_is() {
    let (cursors, end) = (Cursors::default(), tokio::time::sleep(Duration::from_secs(1)));
    let answer = respond(
        &[&Five],
        cursors,
        &Asked::default(),
        UserId::default(),
        end,
        Line::default(),
    );
    let pieces: Vec<Bytes> = answer
        .unwrap()
        .into_body()
        .into_data_stream()
        .map(Result::unwrap)
        .collect()
        .await;
    let large = encode("five", &"x".repeat(COPIED));
    let text = |n: u64| format!("id: five:{n}\nevent: five\ndata: x\n\n");
    assert_eq!(pieces[1], format!("{}{}{}id: five:4\n", text(1), text(2), text(3)));
    assert_eq!((&pieces[2], pieces[3].as_ref()), (&large, text(5).as_bytes()));
}
