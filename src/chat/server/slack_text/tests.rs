use proptest::prelude::*;

use super::*;

fn said(json: &str) -> String {
    read(&serde_json::from_str(json).unwrap())
}

#[test]
fn text_becomes_markdown() {
    for (text, expected) in [
        (
            "*disk* on <https://x.test/h/n1|n1> at 91%",
            "**disk** on [n1](https://x.test/h/n1) at 91%",
        ),
        (
            "a * b, 2*3, _so_ ~not~ `*raw* &amp;`",
            "a * b, 2*3, _so_ ~~not~~ `*raw* &`",
        ),
        (
            "<!here> 1 &lt; 2 &amp;&amp; <https://a.test>",
            "@here 1 < 2 && https://a.test",
        ),
        ("an open < stays", "an open < stays"),
        ("*`x`* is ~`y`~", "**`x`** is ~~`y`~~"),
    ] {
        assert_eq!(said(&serde_json::json!({ "text": text }).to_string()), expected);
    }
}

#[test]
fn what_stands_in_an_address_is_no_mark() {
    for (text, expected) in [
        (
            "<https://host.test/~ines/|home> of ~bob~",
            "[home](https://host.test/~ines/) of ~~bob~~",
        ),
        (
            "<https://ci.test/*/x|*all* of ~them~>",
            "[**all** of ~~them~~](https://ci.test/*/x)",
        ),
        ("<https://ci.test/*/~x>", "https://ci.test/*/~x"),
        ("https://ci.test/*/x, *done*", "https://ci.test/*/x, **done**"),
        ("(http://host.test/~ines/)", "(http://host.test/~ines/)"),
        (
            "<http://host.test/~a/|http://host.test/~a/>",
            "[http://host.test/~a/](http://host.test/~a/)",
        ),
        // Around one they are.
        ("*<https://ci.test/*/|ci>*", "**[ci](https://ci.test/*/)**"),
        ("~<https://host.test/~a>~", "~~https://host.test/~a~~"),
        (
            "*see https://ci.test/*/x.* ~or http://b.test~",
            "**see https://ci.test/*/x.** ~~or http://b.test~~",
        ),
    ] {
        assert_eq!(said(&serde_json::json!({ "text": text }).to_string()), expected);
    }
}

#[test]
fn attachments_and_blocks_are_reduced_to_their_words() {
    let payload = r#"{"text":"up","attachments":[{"color":"danger","title":"n1","title_link":"https://n1.test",
        "text":"disk full","fields":[{"title":"used","value":"91%","short":true},{"title":"n","value":3}],
        "fallback":"n1 91%","footer":"watch"},{"fallback":"only this"}]}"#;
    assert_eq!(
        said(payload),
        "up\n\n**[n1](https://n1.test)**\ndisk full\n**used**: 91%\n**n**: 3\n*watch*\n\nonly this"
    );
    let blocks = r#"{"text":"notification","blocks":[{"type":"header","text":{"type":"plain_text","text":"Deploy"}},
        {"type":"section","text":{"type":"mrkdwn","text":"*done* in 3 min"},"fields":[{"type":"mrkdwn","text":"by ci"}]},
        {"type":"divider"},{"type":"context","elements":[{"type":"mrkdwn","text":"build 7"}]},
        {"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"all "},{"type":"text","text":"good"}]}]}]}"#;
    assert_eq!(
        said(blocks),
        "**Deploy**\n\n**done** in 3 min\nby ci\n\nbuild 7\n\nall good"
    );
    assert_eq!(said("{}"), "");
}

proptest! {
    #[test]
    fn any_text_is_read(text in ".{0,80}") {
        markdown(&text);
    }

    #[test]
    fn an_address_comes_through(path in "[a-z*~_/.]{0,12}", text in "[a-z]{1,5}") {
        let url = format!("https://x.test/{path}");
        prop_assert_eq!(markdown(&format!("<{url}|{text}>")), format!("[{text}]({url})"));
        prop_assert_eq!(markdown(&format!("<{url}>")), url.clone());
        prop_assert_eq!(markdown(&format!("{url}a {text}")), format!("{url}a {text}"));
    }
}

#[test]
fn what_is_null_is_absent() {
    for nothing in [
        r#"{"text":null}"#,
        r#"{"attachments":null,"blocks":null}"#,
        r#"{"text":null,"channel":null,"attachments":[null],"blocks":[]}"#,
        r#"{"attachments":[{"fields":null,"blocks":null,"actions":null,"text":null,"fallback":null}]}"#,
    ] {
        assert_eq!(said(nothing), "", "{nothing}");
    }
    assert_eq!(said(r#"{"text":"up","attachments":null,"blocks":null}"#), "up");
    let fields =
        r#"{"attachments":[{"fields":[{"title":null,"value":"91%"},{"title":"n","value":null}],"blocks":null}]}"#;
    assert_eq!(said(fields), "91%\n**n**: ");
}

/// The elements of one `rich_text` block.
fn rich(elements: &str) -> String {
    said(&format!(
        r#"{{"blocks":[{{"type":"rich_text","elements":[{elements}]}}]}}"#
    ))
}

#[test]
fn rich_text_keeps_every_word() {
    let line = r##"{"type":"rich_text_section","elements":[
        {"type":"user","user_id":"U02"},{"type":"text","text":" rolled "},{"type":"text","text":"back ","style":{"bold":true}},
        {"type":"link","url":"https://ci.test/7"},{"type":"text","text":", see "},
        {"type":"link","url":"https://ci.test/(8)","text":"build [8"},{"type":"text","text":" "},
        {"type":"emoji","name":"tada","unicode":"1f389","skin_tone":0},{"type":"text","text":" in "},{"type":"channel","channel_id":"C01"},
        {"type":"text","text":" "},{"type":"broadcast","range":"here"},{"type":"text","text":" "},
        {"type":"usergroup","usergroup_id":"S03"},{"type":"text","text":" at "},
        {"type":"date","timestamp":1763647387,"format":"{time}","fallback":"14:03"},{"type":"text","text":" "},
        {"type":"color","value":"#F405B3"},{"type":"text","text":" rm -rf","style":{"code":true}},
        {"type":"emoji","name":"+1","skin_tone":3}]}"##;
    assert_eq!(
        rich(line),
        "@U02 rolled **back** https://ci.test/7, see [build \\[8](https://ci.test/%288%29) :tada: in #C01 @here @S03 at \
         14:03 #F405B3 `rm -rf`:+1::skin-tone-3:"
    );
}

#[test]
fn rich_text_keeps_its_parts_apart() {
    let section =
        |text: &str| format!(r#"{{"type":"rich_text_section","elements":[{{"type":"text","text":"{text}"}}]}}"#);
    let list = |style: &str, indent: u8, items: &[&str]| {
        let items: Vec<_> = items.iter().map(|text| section(text)).collect();
        format!(
            r#"{{"type":"rich_text_list","style":"{style}","indent":{indent},"elements":[{}]}}"#,
            items.join(",")
        )
    };
    let all = [
        section("Two things:\\n"),
        list("bullet", 0, &["disk", "net\\nwork"]),
        list("ordered", 1, &["eth0", "eth1"]),
        section("then"),
        section("more"),
        r#"{"type":"rich_text_quote","elements":[{"type":"text","text":"a\nb"}]}"#.to_owned(),
        r#"{"type":"rich_text_preformatted","elements":[{"type":"text","text":"x = *1*\n```"},
            {"type":"link","url":"https://a.test"}]}"#
            .to_owned(),
    ];
    assert_eq!(
        rich(&all.join(",")),
        "Two things:\n\n- disk\n- net\n  work\n    1. eth0\n    2. eth1\n\nthen\n\nmore\n\n> a\n> b\n\n\
         ````\nx = *1*\n```https://a.test\n````"
    );
}

#[test]
fn buttons_and_images_lead_where_they_led() {
    let blocks = r#"{"blocks":[
        {"type":"section","text":{"type":"mrkdwn","text":"Approve?"},
         "accessory":{"type":"button","text":{"type":"plain_text","text":"Open"},"url":"https://ci.test/7"}},
        {"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Logs"},"url":"https://ci.test/l"},
            {"type":"button","text":{"type":"plain_text","text":"Retry"},"value":"retry"}]},
        {"type":"image","image_url":"https://ci.test/c.png","alt_text":"a chart","title":{"type":"plain_text","text":"Load"}},
        {"type":"context","elements":[{"type":"image","image_url":"https://ci.test/i.png","alt_text":"an icon"},
            {"type":"mrkdwn","text":"*by* ci"}]},
        {"type":"markdown","text":"**done** in *3* min"}]}"#;
    assert_eq!(
        said(blocks),
        "Approve?\n[Open](https://ci.test/7)\n\n[Logs](https://ci.test/l)\nRetry\n\n[Load](https://ci.test/c.png)\n\n\
         [an icon](https://ci.test/i.png)\n**by** ci\n\n**done** in *3* min"
    );
    let attachment = r#"{"attachments":[{"text":"down","image_url":"https://am.test/g.png",
        "actions":[{"type":"button","text":"Silence","url":"https://am.test/s"}]}]}"#;
    assert_eq!(
        said(attachment),
        "down\nhttps://am.test/g.png\n[Silence](https://am.test/s)"
    );
}

#[test]
fn what_is_too_long_is_cut_and_says_so() {
    assert_eq!(shortened("short".into(), 100), "short");
    for text in [
        "é".repeat(20_000),
        format!("```\n{}", "x\n".repeat(20_000)),
        "```\n".repeat(9_000),
    ] {
        let bytes = text.len();
        let cut = shortened(text.clone(), 16_384);
        assert!(cut.len() <= 16_384 && cut.len() > 16_384 - 100, "{}", cut.len());
        let (kept, note) = cut.split_once("\n\n… cut here: ").expect("a last line");
        assert_eq!(note, format!("the whole text has {bytes} bytes"));
        let fences = kept.matches("```").count();
        assert!(fences % 2 == 0, "the last line is no code: {fences}");
        assert!(
            text.starts_with(kept.strip_suffix("\n```").unwrap_or(kept)),
            "the beginning is there"
        );
    }
}
