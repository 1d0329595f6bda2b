//! What a thousand alerts cost while lines and ticks come all the time: beside the same without them.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use reqwest::Client;
use squawkbox::{
    accounts::{
        model::{Password, Role},
        server::Accounts,
    },
    alerts::{model::Draft, rules::spec::Spec, server::store},
    ids::{RoomId, UserId},
    ticker::model::Key,
    time::Timestamp,
};

use crate::{
    people::at_desk,
    report::{against, megabytes, thousands},
    server,
    services::{self, ndjson},
    ticks::{self, SYMBOLS, tokens},
};

/// Rules: half of them over prices.
const RULES: u64 = 1_000;
/// Lines a second, and ticks a second.
const RATE: u64 = 5_000;
const SECONDS: u64 = 30;
/// Seconds before it is measured: rules are read, and the first firings told.
const WARM: u64 = 5;
/// Percent of a core that the rules may take.
const TARGET: f64 = 15.0;

/// Measures and prints.
///
/// # Errors
/// When something is refused.
pub async fn run() -> Result<(), String> {
    println!(
        "\n{} alerts over {} lines and as many ticks a second, {SECONDS} s",
        thousands(RULES),
        thousands(RATE)
    );
    println!("                     CPU, % of a core   memory");
    let without = measure(0).await?;
    let with = measure(RULES).await?;
    println!(
        "  the alerts' share {:>18.1}   target {TARGET:.0} at most: {}",
        with - without,
        against(with - without, TARGET),
    );
    Ok(())
}

async fn measure(rules: u64) -> Result<f64, String> {
    let folder = server::folder()?;
    let data = server::data(folder.path());
    let tokens = tokens(&data).await?;
    make(&data, rules).await?;
    let server = server::start(folder)?;
    let (url, client) = (format!("http://{}", server.process.address), Client::new());
    let post = async |path: &str, body: Vec<u8>| {
        let request = client
            .post(format!("{url}{path}"))
            .bearer_auth(&tokens.ingest)
            .body(body);
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(format!("{path}: {}", answer.status())),
            Err(error) => Err(format!("{path}: {error}")),
        }
    };
    let (began, mut measured) = (Instant::now(), None);
    let pause = Duration::from_millis(1_000 * services::BATCH / RATE);
    for n in 0..RATE * (WARM + SECONDS) / services::BATCH {
        tokio::time::sleep_until((began + pause * n as u32).into()).await;
        if measured.is_none() && began.elapsed() >= Duration::from_secs(WARM) {
            measured = Some((server.process.cpu()?, Instant::now()));
        }
        post("/ingest/logs", ndjson(n)).await?;
        post(
            "/ingest/ticks",
            ticks::body(n * services::BATCH / ticks::BATCH).into_bytes(),
        )
        .await?;
    }
    let (before, since) = measured.ok_or("nothing was measured")?;
    let cpu = server.process.cpu()?.saturating_sub(before);
    let share = cpu.as_secs_f64() / since.elapsed().as_secs_f64() * 100.0;
    let name = if rules == 0 { "without alerts" } else { "with alerts" };
    println!(
        "  {name:<18} {share:>17.1}   {}",
        megabytes(server.process.memory()?.resident)
    );
    Ok(share)
}

/// Makes rules such as a desk has: most of them wait for something that seldom comes.
async fn make(data: &Path, rules: u64) -> Result<(), String> {
    at_desk(data, async |desk, _| {
        let accounts = Accounts::over(desk.clone(), false);
        let password = Password("fathom kettle ostrich lantern".into());
        let author = accounts.create_user("ines", password, Role::Admin).await;
        let author: UserId = author.map_err(|e| e.to_string())?;
        for n in 0..rules {
            let (draft, key) = if n.is_multiple_of(2) {
                price(n / 2)
            } else {
                (log(n / 2), None)
            };
            let spec = Spec::of(&draft, key, RoomId(1)).map_err(|e| e.to_string())?;
            let work = desk
                .writer
                .write(move |conn| Box::pin(async move { store::insert(conn, author, &spec, Timestamp::now()).await }));
            work.await.map_err(|e| e.to_string())?;
        }
        Ok(())
    })
    .await
}

fn price(n: u64) -> (Draft, Option<Key>) {
    let key = Key {
        symbol: format!("SYM-{:03}", n % SYMBOLS),
        venue: "load".into(),
    };
    let (test, value) = match n % 4 {
        0 => ("above", 1_000_000),
        1 => ("below", 1),
        2 => ("moves", 50),
        _ => ("stale", 0),
    };
    let draft = Draft {
        test: test.into(),
        value: value.to_string(),
        within: "10m".into(),
        ..Draft::default()
    };
    (draft, Some(key))
}

fn log(n: u64) -> Draft {
    let query = match n % 10 {
        // Some look at every error.
        0 => "level>=error".to_owned(),
        1 => format!("level>=warn source:risk attempt {n}"),
        2 => format!("source:auth session {n}"),
        _ => format!("order {} accepted", n * 7_919),
    };
    Draft {
        test: if n.is_multiple_of(7) { "fewer" } else { "more" }.into(),
        value: if n.is_multiple_of(7) { "1" } else { "1000" }.into(),
        query,
        by: if n.is_multiple_of(3) { "venue" } else { "" }.into(),
        within: "5m".into(),
        ..Draft::default()
    }
}
