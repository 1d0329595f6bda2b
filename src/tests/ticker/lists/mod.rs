//! Lists of symbols: whose they are, what may be on them, and how pages and programs hear of them.

mod live;
mod store;
mod watching;

use reqwest::header::{ACCEPT, LOCATION, REFERER};
use serde_json::json;

use super::{TestApp, bars::get, exchange::Exchange, post, without_venues};
use crate::{
    ids::ListId,
    tests::app::Member,
    ticker::{
        lists::{USUAL_COLUMNS, Watchlist, Watchlists},
        model::VenueKind,
    },
};

impl Member {
    /// The lists that one sees.
    async fn lists(&self, app: &TestApp) -> Watchlists {
        let (status, seen) = self.call(app, "watchlists", json!({})).await;
        assert_eq!(status, 200, "{seen}");
        serde_json::from_value(seen).expect("lists")
    }

    /// The list of this name.
    async fn list(&self, app: &TestApp, name: &str) -> Watchlist {
        let seen = self.lists(app).await;
        seen.lists.into_iter().find(|list| list.name == name).expect("a list")
    }

    /// Makes a list.
    async fn make(&self, app: &TestApp, name: &str, team: bool) -> ListId {
        let team = team.to_string();
        assert_eq!(
            self.form(app, "make_list", &[("name", name), ("team", &team)]).await,
            200
        );
        self.list(app, name).await.id
    }

    /// Sends a form about a list; the status and what is said.
    async fn list_form(&self, app: &TestApp, list: ListId, function: &str, more: &[(&str, &str)]) -> (u16, String) {
        let list = list.to_string();
        let form: Vec<(&str, &str)> = std::iter::once(("list", list.as_str()))
            .chain(more.iter().copied())
            .collect();
        let answer = self
            .client
            .post(format!("{}/do/{function}", app.url))
            .form(&form)
            .send();
        let answer = answer.await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a body"))
    }

    /// The same of what must be taken.
    async fn on_list(&self, app: &TestApp, list: ListId, function: &str, more: &[(&str, &str)]) {
        let (status, said) = self.list_form(app, list, function, more).await;
        assert_eq!(status, 200, "{function}: {said}");
    }
}

/// What is on a list, as `venue:SYMBOL`.
fn entries(list: &Watchlist) -> Vec<String> {
    list.entries
        .iter()
        .map(|key| format!("{}:{}", key.venue, key.symbol))
        .collect()
}

/// A server where nothing comes by itself, with two people.
async fn two() -> (TestApp, Member, Member) {
    let app = without_venues().await;
    let (ines, tomasz) = (app.admin().await, app.join("tomasz").await);
    app.running.state.ticker.choose_venues(&[]).await.expect("kept");
    (app, ines, tomasz)
}

#[tokio::test]
async fn the_team_s_lists_are_everybody_s_and_personal_ones_are_private() {
    let (app, ines, tomasz) = two().await;
    assert_eq!(tomasz.lists(&app).await.lists, [], "none is made by itself");
    let team = ines.make(&app, "Majors", true).await;
    let own = ines.make(&app, "Mine", false).await;
    tomasz.make(&app, "Mine", false).await;
    let names = |seen: &Watchlists| {
        seen.lists
            .iter()
            .map(|list| (list.name.clone(), list.team))
            .collect::<Vec<_>>()
    };
    let mine_then_team = [("Mine".to_owned(), false), ("Majors".to_owned(), true)];
    assert_eq!(names(&ines.lists(&app).await), mine_then_team);
    assert_eq!(names(&tomasz.lists(&app).await), mine_then_team);

    tomasz
        .on_list(&app, team, "add_to_list", &[("symbol", "coinbase:BTC-USD")])
        .await;
    tomasz
        .on_list(
            &app,
            team,
            "choose_columns",
            &[("columns[]", "last"), ("columns[]", "spread")],
        )
        .await;
    tomasz
        .on_list(&app, team, "rename_list", &[("name", " The  majors ")])
        .await;
    let list = ines.list(&app, "The majors").await;
    assert_eq!(
        (entries(&list), list.columns.as_str()),
        (vec!["coinbase:BTC-USD".to_owned()], "last,spread")
    );

    ines.on_list(&app, own, "add_to_list", &[("symbol", "desk:GOLD")]).await;
    for (function, more) in [
        ("rename_list", &[("name", "X")][..]),
        ("choose_columns", &[("columns[]", "last")]),
        ("add_to_list", &[("symbol", "desk:X")]),
        ("remove_from_list", &[("symbol", "GOLD"), ("venue", "desk")]),
        ("move_in_list", &[("symbol", "GOLD"), ("venue", "desk"), ("to", "0")]),
        ("import_list", &[("text", "desk:X"), ("replace", "true")]),
        ("delete_list", &[]),
    ] {
        let (status, said) = tomasz.list_form(&app, own, function, more).await;
        assert!(
            status == 404 && said.contains("There is no such list"),
            "{function}: {status} {said}"
        );
    }
    assert_eq!(tomasz.call(&app, "export_list", json!({"list": own})).await.0, 404);
    let mine = ines.list(&app, "Mine").await;
    assert_eq!(
        (entries(&mine), mine.columns.as_str()),
        (vec!["desk:GOLD".to_owned()], USUAL_COLUMNS)
    );

    tomasz.on_list(&app, team, "delete_list", &[]).await;
    assert_eq!(ines.list_form(&app, team, "delete_list", &[]).await.0, 404);
    assert_eq!(ines.lists(&app).await.lists.len(), 1);
    let stranger = app
        .client()
        .post(format!("{}/do/watchlists", app.url))
        .json(&json!({}))
        .send();
    assert_eq!(stranger.await.expect("an answer").status(), 401);
    app.running.stop().await;
}

#[tokio::test]
async fn names_differ_and_lists_are_bounded() {
    let (app, ines, tomasz) = two().await;
    let id = ines.make(&app, "Crypto", false).await;
    let refused = async |name: &str, team: &str| {
        let form = [("name", name), ("team", team)];
        ines.form(&app, "make_list", &form).await
    };
    assert_eq!(refused("CRYPTO ", "false").await, 409, "whatever its letters");
    assert_eq!(
        (refused("", "false").await, refused(&"x".repeat(41), "false").await),
        (400, 400)
    );
    ines.make(&app, "crypto", true).await;
    ines.on_list(&app, id, "rename_list", &[("name", "CRYPTO")]).await;
    for n in 1..20 {
        ines.make(&app, &format!("List {n}"), false).await;
        ines.make(&app, &format!("List {n} of the team"), true).await;
    }
    for team in ["false", "true"] {
        assert_eq!(refused("One more", team).await, 409, "{team}");
    }
    tomasz.make(&app, "Another's", false).await;

    let many: String = (0..500).map(|n| format!("desk:S{n}\n")).collect();
    ines.on_list(&app, id, "import_list", &[("text", &many)]).await;
    let (status, said) = ines
        .list_form(&app, id, "add_to_list", &[("symbol", "desk:MORE")])
        .await;
    assert!(status == 409 && said.contains("500 symbols"), "{status} {said}");
    ines.on_list(&app, id, "add_to_list", &[("symbol", "desk:S7")]).await;
    assert_eq!(ines.list(&app, "CRYPTO").await.entries.len(), 500);
    let (status, said) = ines
        .list_form(&app, id, "choose_columns", &[("columns[]", "odd")])
        .await;
    assert!(status == 400 && said.contains("There is no column"), "{status} {said}");
    assert_eq!(ines.list_form(&app, id, "choose_columns", &[]).await.0, 400);
    app.running.stop().await;
}

#[tokio::test]
async fn lists_are_imported_put_in_order_and_exported() {
    let (app, ines, _) = two().await;
    let id = ines.make(&app, "Desk", true).await;
    post(
        &app.running.state.ticker,
        r#"{"symbol":"GOLD","venue":"desk, london","last":1}"#,
    )
    .await;
    let text = "\u{feff}###Metals\r\ngold\r\nCOINBASE:BTC-USD, FLOOR:AAPL\r\n# said twice\r\nGOLD\r\n";
    ines.on_list(&app, id, "import_list", &[("text", text)]).await;
    let now = async || entries(&ines.list(&app, "Desk").await);
    assert_eq!(now().await, ["desk, london:GOLD", "coinbase:BTC-USD", "FLOOR:AAPL"]);

    let key = [("symbol", "AAPL"), ("venue", "FLOOR")];
    ines.on_list(&app, id, "move_in_list", &[key[0], key[1], ("to", "0")])
        .await;
    assert_eq!(now().await, ["FLOOR:AAPL", "desk, london:GOLD", "coinbase:BTC-USD"]);
    ines.on_list(&app, id, "move_in_list", &[key[0], key[1], ("to", "900")])
        .await;
    assert_eq!(now().await[2], "FLOOR:AAPL");
    let (_, exported) = ines.call(&app, "export_list", json!({"list": id})).await;
    assert_eq!(exported, "desk%2C london:GOLD\ncoinbase:BTC-USD\nFLOOR:AAPL\n");
    ines.on_list(&app, id, "remove_from_list", &key).await;
    let (status, said) = ines
        .list_form(&app, id, "move_in_list", &[key[0], key[1], ("to", "0")])
        .await;
    assert!(status == 404 && said.contains("AAPL at FLOOR"), "{status} {said}");

    // One line that can't be taken, and nothing is.
    let before = now().await;
    for (text, words) in [
        ("desk:X\nBTC USD\n\nUNKNOWN", "Line 2: a symbol is"),
        (
            "desk:X\nUNKNOWN",
            "Line 2: no venue is known for UNKNOWN: write it with its venue, such as coinbase:UNKNOWN",
        ),
        ("# nothing", "names no symbol"),
    ] {
        let (status, said) = ines
            .list_form(&app, id, "import_list", &[("text", text), ("replace", "true")])
            .await;
        assert!(status == 400 && said.contains(words), "{status} {said}");
    }
    assert_eq!(now().await, before);
    // Of a single symbol it is said what is wrong with that one.
    for (text, words) in [
        (
            "BTC USD",
            "A symbol is 1 to 32 of A-Z a-z 0-9 . - / : _, not \\\"BTC USD\\\".",
        ),
        (
            "UNKNOWN",
            "No venue is known for UNKNOWN: write it with its venue, such as coinbase:UNKNOWN.",
        ),
    ] {
        let (status, said) = ines.list_form(&app, id, "add_to_list", &[("symbol", text)]).await;
        assert!(
            status == 400 && said.contains(words) && !said.contains("Nothing was changed"),
            "{status} {said}"
        );
    }
    let exported = exported.as_str().expect("text");
    ines.on_list(&app, id, "import_list", &[("text", exported), ("replace", "true")])
        .await;
    assert_eq!(now().await, ["desk, london:GOLD", "coinbase:BTC-USD", "FLOOR:AAPL"]);

    // By its venue and symbol, as a page knows them, there is nothing to read.
    ines.on_list(&app, id, "add_to_list", &[("symbol", "OIL"), ("venue", "desk: oslo")])
        .await;
    assert_eq!(now().await[3], "desk: oslo:OIL");
    let (status, said) = ines.list_form(&app, id, "add_to_list", &[("symbol", " ")]).await;
    assert!(status == 400 && said.contains("such as BTC-USD"), "{status} {said}");
    app.running.stop().await;
}

#[tokio::test]
async fn forms_work_without_scripts() {
    let (app, ines, _) = two().await;
    let send = async |function: &str, form: &[(&str, &str)]| {
        let request = ines.client.post(format!("{}/do/{function}", app.url)).form(form);
        let request = request
            .header(ACCEPT, "text/html")
            .header(REFERER, format!("{}/ticker", app.url));
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 302, "{function}");
        answer.headers()[LOCATION].to_str().expect("text").to_owned()
    };
    let there = send("make_list", &[("name", "Crypto")]).await;
    let id = ines.list(&app, "Crypto").await.id.to_string();
    assert_eq!(there, format!("/ticker/lists?list={id}"));
    let of = ("list", id.as_str());
    let key = [("symbol", "BTC-USD"), ("venue", "coinbase")];
    for (function, more) in [
        ("add_to_list", &[("symbol", "coinbase:BTC-USD kraken:X")][..1]),
        ("add_to_list", &key[..]),
        ("rename_list", &[("name", "Coins")]),
        ("choose_columns", &[("columns[]", "last")]),
        ("import_list", &[("text", "desk:BTC/USD")]),
        ("move_in_list", &[key[0], key[1], ("to", "1")]),
        ("remove_from_list", &key[..]),
    ] {
        let form: Vec<_> = std::iter::once(of).chain(more.iter().copied()).collect();
        let back = send(function, &form).await;
        if back.contains("__err") {
            assert!(function == "add_to_list" && more.len() == 1, "{function}: {back}");
        } else {
            assert_eq!(back, there, "{function}");
        }
    }
    assert_eq!(entries(&ines.list(&app, "Coins").await), ["desk:BTC/USD"]);
    assert_eq!(send("delete_list", &[of]).await, "/ticker/lists");
    app.running.stop().await;
}

#[tokio::test]
async fn programs_read_the_team_s_lists() {
    let (app, ines, _) = two().await;
    let token = super::bars::reader(&app).await;
    assert_eq!(get(&app, &token, "/watchlists").await, (200, json!([])));
    let id = ines.make(&app, "Majors", true).await;
    ines.make(&app, "Mine", false).await;
    ines.on_list(&app, id, "import_list", &[("text", "coinbase:BTC-USD\nalpaca:AAPL")])
        .await;
    let (status, lists) = get(&app, &token, "/watchlists").await;
    assert_eq!(
        (status, lists),
        (
            200,
            json!([{
                "id": id, "name": "Majors", "team": true,
                "columns": ["last", "change", "percent", "spark", "time"],
                "entries": [{"symbol": "BTC-USD", "venue": "coinbase"}, {"symbol": "AAPL", "venue": "alpaca"}]
            }])
        )
    );
    let ingest = app.token().await;
    assert_eq!(get(&app, &ingest, "/watchlists").await.0, 403);
    app.running.stop().await;
}

#[tokio::test]
async fn personal_lists_go_with_their_person() {
    let (app, ines, tomasz) = two().await;
    ines.make(&app, "Mine", false).await;
    tomasz.make(&app, "His", false).await;
    tomasz.make(&app, "Ours", true).await;
    let owners = async || {
        let db = &app.running.state.ticker.db.readers;
        crate::ticker::server::lists::store::owners(db).await.expect("read")
    };
    assert_eq!(owners().await.len(), 2);
    let (id, name) = (tomasz.me.id.to_string(), tomasz.me.name.as_str());
    assert_eq!(
        ines.form(&app, "remove_person", &[("id", &id), ("name", name)]).await,
        200
    );
    let gone = async {
        while owners().await != [ines.me.id] {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(super::PATIENCE, gone).await.expect("in time");
    let names: Vec<String> = ines.lists(&app).await.lists.into_iter().map(|list| list.name).collect();
    assert_eq!(names, ["Mine", "Ours"]);
    app.running.stop().await;
}

#[tokio::test]
async fn symbols_are_offered_with_their_venues() {
    let (app, ines, _) = two().await;
    for line in [
        r#"{"symbol":"BTC-USD","venue":"desk","last":1}"#,
        r#"{"symbol":"WBTC-USD","venue":"desk: 2","last":1}"#,
    ] {
        post(&app.running.state.ticker, line).await;
    }
    let (status, html) = ines.offered(&app, "symbols?q=btc").await;
    let at = |text: &str| {
        html.find(&format!("data-text=\"{text}\""))
            .unwrap_or_else(|| panic!("{text} in {html}"))
    };
    assert!(status == 200 && at("desk:BTC-USD") < at("desk%3A 2:WBTC-USD"));
    assert_eq!(
        ines.offered(&app, "symbols?q=nothing-like-it").await,
        (200, String::new())
    );
    let stranger = app.client().get(format!("{}/options/symbols?q=b", app.url)).send();
    assert_eq!(stranger.await.expect("an answer").status(), 401);
    app.running.stop().await;
}
