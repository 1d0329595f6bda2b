//! The body of a `_bulk`: an action a line, and after most a document. Pure.

use serde_json::{Map, Value, json};

use crate::{
    logs::{
        model::Fields,
        server::{
            ingest::object::{self, Names},
            record::NewLine,
        },
    },
    time::Timestamp,
};

/// An action, and its document if it has one.
pub struct Action<'a> {
    /// `create`, `index`, `update` or `delete`.
    verb: String,
    index: String,
    document: Option<&'a str>,
}

/// The index that a URL names: of `/elastic/logs/_bulk` it is `logs`.
pub fn index_of(path: &str) -> &str {
    let path = path.strip_prefix(crate::paths::ELASTIC).unwrap_or(path);
    path.trim_end_matches("_bulk").trim_matches('/')
}

/// The actions of a body; `index` is for those that name none.
///
/// # Errors
/// What is wrong with the first that can't be read: what follows it can't be told apart.
pub fn actions<'a>(text: &'a str, index: &str) -> Result<Vec<Action<'a>>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let mut actions = Vec::new();
    while let Some((number, line)) = lines.next() {
        let wrong = || {
            format!(
                "Malformed action/metadata line [{number}], expected {{\"create\":{{}}}} and after it a line with the document."
            )
        };
        let object: Map<String, Value> = serde_json::from_str(line).map_err(|_| wrong())?;
        let (verb, about) = object.into_iter().next().ok_or_else(wrong)?;
        let document = match verb.as_str() {
            "create" | "index" | "update" => Some(lines.next().ok_or_else(wrong)?.1),
            "delete" => None,
            _ => return Err(wrong()),
        };
        let index = about["_index"].as_str().unwrap_or(index).to_owned();
        actions.push(Action { verb, index, document });
    }
    match actions.is_empty() {
        true => Err("request body is required".to_owned()),
        false => Ok(actions),
    }
}

/// The line of an action; `source` is for documents that name none.
///
/// # Errors
/// What is wrong with it.
pub fn line(action: &Action<'_>, names: &Names, source: &str, now: Timestamp) -> Result<NewLine, String> {
    let (Some(document), "create" | "index") = (action.document, action.verb.as_str()) else {
        return Err(format!(
            "Log lines are never changed: send them by create or index, not by {}.",
            action.verb
        ));
    };
    let object: Fields = serde_json::from_str(document).map_err(|error| error.to_string())?;
    object::line(object, names, source, now)
}

/// What became of it, as the answer tells it.
pub fn item(action: &Action<'_>, error: Option<&str>) -> Value {
    let mut about = json!({"_index": action.index, "status": 201});
    if let Some(reason) = error {
        about["status"] = 400.into();
        about["error"] = json!({"type": "document_parsing_exception", "reason": reason});
    }
    let mut item = Map::new();
    item.insert(action.verb.clone(), about);
    item.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::model::Level;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    /// What each action is answered, and its line.
    struct Read(String, Result<NewLine, String>);

    fn read(body: &str) -> Result<Vec<Read>, String> {
        let names = Names::with_sources(&["service.name"]);
        let actions = actions(body, "logs")?;
        let read = actions.iter().map(|action| {
            let line = line(action, &names, "token", NOW);
            let item = item(action, line.as_ref().err().map(String::as_str));
            Read(item.to_string(), line)
        });
        Ok(read.collect())
    }

    #[test]
    fn documents_become_lines() {
        let body = "{\"create\":{\"_index\":\"logs\"}}\n\
                    {\"@timestamp\":\"2026-08-22T10:00:00Z\",\"message\":\"hi\",\"log.level\":\"warn\"}\r\n\
                    {\"index\":{}}\n{\"cpu\":7,\"service\":{\"name\":\"api\"}}\n";
        let read = read(body).unwrap();
        assert_eq!(read[0].0, r#"{"create":{"_index":"logs","status":201}}"#);
        let (first, second) = (read[0].1.as_ref().unwrap(), read[1].1.as_ref().unwrap());
        assert_eq!(
            (
                first.time.to_string().as_str(),
                first.level,
                first.message.as_str(),
                first.source.as_str()
            ),
            ("2026-08-22T10:00:00.000000Z", Level::Warn, "hi", "token")
        );
        assert_eq!(
            (second.source.as_str(), second.fields.to_string().as_str()),
            ("api", "cpu=7")
        );
    }

    #[test]
    fn what_is_refused_is_told_of_each() {
        let body = "{\"create\":{}}\n{\"message\":\"a\",\"@timestamp\":\"x\"}\n{\"index\":{}}\nnonsense\n\
                    {\"update\":{\"_id\":\"1\"}}\n{\"doc\":{}}\n{\"delete\":{\"_id\":\"1\"}}\n{\"create\":{}}\n{\"message\":\"b\"}";
        let read = read(body).unwrap();
        let kept: Vec<bool> = read.iter().map(|Read(_, line)| line.is_ok()).collect();
        assert_eq!(kept, [false, false, false, false, true]);
        let first: Value = serde_json::from_str(&read[0].0).unwrap();
        assert_eq!(
            (&first["create"]["status"], &first["create"]["error"]["type"]),
            (&json!(400), &json!("document_parsing_exception"))
        );
        assert!(read[3].0.starts_with("{\"delete\":"), "{}", read[3].0);
        for body in [
            "",
            "\n",
            "nonsense\n{}",
            "{}\n{}",
            "{\"create\":{}}",
            "{\"drop\":{}}\n{}",
            "[1]\n{}",
        ] {
            assert!(actions(body, "").is_err(), "{body}");
        }
        let after = "{\"create\":{}}\n{}\n7\n";
        assert!(
            actions(after, "")
                .err()
                .unwrap()
                .starts_with("Malformed action/metadata line [3]")
        );
    }

    #[test]
    fn the_index_of_a_url() {
        for (path, index) in [
            ("/_bulk", ""),
            ("/logs/_bulk", "logs"),
            ("/elastic/_bulk", ""),
            ("/elastic/a-b/_bulk", "a-b"),
        ] {
            assert_eq!(index_of(path), index, "{path}");
        }
    }

    proptest::proptest! {
        #[test]
        fn it_never_panics(text in "([{}\":a]|create|index|\n|\\{\"create\":\\{\\}\\}\n)*") {
            let _ = read(&text);
        }
    }
}
