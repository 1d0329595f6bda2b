//! What a room's page costs when a million messages were said in it, beside a room where none were and one that shows the
//! same messages and has no others.

use std::time::Duration;

use reqwest::header;
use squawkbox::{chat::rules::PAGE, ids::RoomId};

use crate::{
    million::{self, EMPTY, FULL, MESSAGES, MIDDLE, NEWEST, PAST},
    people::Person,
    report::{Times, against, thousands},
    server::{self, Server},
    web::Web,
};

const ROUNDS: usize = 16;
/// Of each page in each round: enough that its CPU time is more than Linux's hundredth of a second.
const REQUESTS: usize = 20;
const WARM_UP: usize = 10;
/// Times the median of the page that shows the same and has nothing behind it.
const TARGET: f64 = 1.2;

/// One page's figures.
struct Page<'a> {
    name: &'static str,
    path: String,
    who: &'a Person,
    messages: usize,
    bytes: usize,
    times: Times,
    cpu: Duration,
}

/// Measures and prints.
///
/// # Errors
/// When a page doesn't come, or isn't the one that was asked for.
pub async fn run() -> Result<(), String> {
    let million = million::ready().await?;
    let server = server::start_on(&million.data)?;
    let page = |name, room: RoomId, before: Option<u64>, who| Page {
        name,
        path: format!(
            "/rooms/{room}{}",
            before.map_or(String::new(), |seq| format!("?before={seq}"))
        ),
        who,
        messages: 0,
        bytes: 0,
        times: Times::default(),
        cpu: Duration::ZERO,
    };
    let mut pages = [
        page("empty room", EMPTY, None, &million.reader),
        page("room with one page", NEWEST, None, &million.reader),
        page("room with a million", FULL, None, &million.reader),
        page("one page of history", PAST, Some(u64::from(PAGE) + 1), &million.reader),
        page("middle of a million", FULL, Some(MIDDLE), &million.reader),
        page("million unread", FULL, None, &million.newcomer),
    ];
    measure(&server, &mut pages).await?;
    println!(
        "\nPages of a room with {} messages, {} requests each, by turns; whole pages, uncompressed",
        thousands(MESSAGES),
        thousands((ROUNDS * REQUESTS) as u64),
    );
    println!("                          messages        size     CPU, ms     ms: p50        p99");
    for page in &pages {
        page.print();
    }
    let [empty, one, full, past, middle, unread] = &pages;
    let ratio = |page: &Page, floor: &Page| page.times.median() / floor.times.median();
    for (name, page, floor) in [("newest", full, one), ("history", middle, past)] {
        let times = ratio(page, floor);
        println!(
            "  {name}: {times:.2} times the page with the same messages and none behind them; target {TARGET}: {}. \
             {:.2} times the empty room's, which shows none.",
            against(times, TARGET),
            ratio(page, empty),
        );
    }
    let times = ratio(unread, full);
    println!(
        "  For somebody who has read none of the million it takes {times:.2} times as long as for one who has read all."
    );
    Ok(())
}

async fn measure(server: &Server, pages: &mut [Page<'_>]) -> Result<(), String> {
    let web = Web::new(server.process.address);
    for page in pages.iter_mut() {
        for _ in 0..WARM_UP {
            let cookie = (header::COOKIE, page.who.cookie.as_str());
            let text = web.get(&page.path, cookie, &mut Times::default()).await?;
            (page.messages, page.bytes) = (text.matches("<article").count(), text.len());
        }
    }
    for round in 1..=ROUNDS {
        eprintln!("round {round} of {ROUNDS} ...");
        for page in pages.iter_mut() {
            let before = server.process.cpu()?;
            for _ in 0..REQUESTS {
                let cookie = (header::COOKIE, page.who.cookie.as_str());
                web.get(&page.path, cookie, &mut page.times).await?;
            }
            page.cpu += server.process.cpu()?.saturating_sub(before);
        }
    }
    Ok(())
}

impl Page<'_> {
    fn print(&self) {
        println!(
            "  {:<20}    {:>8}   {:>6} kB   {:>9.2}   {:>9.2}  {:>9.2}",
            self.name,
            self.messages,
            self.bytes / 1_000,
            self.cpu.as_secs_f64() * 1e3 / (ROUNDS * REQUESTS) as f64,
            self.times.median(),
            self.times.p99(),
        );
    }
}
