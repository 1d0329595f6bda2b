//! Which marks become which elements, and what never gets through.

use proptest::prelude::*;

use super::*;

fn unmarked(body: &str) -> Option<String> {
    render(body, |_| false)
}

#[test]
fn what_has_no_marks_stays_as_typed() {
    for plain in [
        "hello",
        "two\nlines",
        "two\n\nparagraphs",
        "1 < 2 && 3 > 2",
        "a_b_c at 14:03:07",
        "#12 fixed",
        "7",
        "👍👍👍👍👍👍👍",
    ] {
        assert_eq!(unmarked(plain), None, "{plain}");
    }
}

#[test]
fn marks_become_elements() {
    for (typed, html) in [
        (
            "*a* **b** ~~c~~ `d`",
            "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>",
        ),
        ("*a*\nb", "<p><em>a</em><br>\nb</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>"),
        ("# a", "<p><strong>a</strong></p>"),
        (
            "```rust\nfn a() {}\n```",
            "<pre><code class=\"language-rust\">fn a() {}\n</code></pre>",
        ),
        ("```\n<a> &\n```", "<pre><code>&lt;a&gt; &amp;\n</code></pre>"),
        ("shipped :tada:", "<p>shipped 🎉</p>"),
        (":tada: 👩‍👩‍👧", "<p><span class=\"big\">🎉 👩‍👩‍👧</span></p>"),
        (
            ":large_green_circle: *up* :+1::skin-tone-3: :man-shrugging:",
            "<p>🟢 <em>up</em> 👍🏼 🤷‍♂️</p>",
        ),
        (r"\*no mark\* &amp; no name", "<p>*no mark* &amp; no name</p>"),
    ] {
        assert_eq!(unmarked(typed).as_deref(), Some(html), "{typed}");
    }
}

#[test]
fn addresses_are_links_that_tell_nothing_of_us() {
    let link = r#"<a href="https://a.test/x?y=1&amp;z=2" target="_blank" rel="noopener noreferrer nofollow">"#;
    for typed in [
        "see https://a.test/x?y=1&z=2.",
        "[here](https://a.test/x?y=1&z=2)",
        "![a picture](https://a.test/x?y=1&z=2)",
    ] {
        let html = unmarked(typed).unwrap();
        assert!(html.contains(link) && !html.contains("<img"), "{html}");
    }
    assert!(!unmarked("[x](javascript:alert(1))").unwrap().contains("javascript"));
    assert!(!unmarked("`https://a.test`").unwrap().contains("href"));
}

#[test]
fn the_first_link_is_one_that_is_meant() {
    for (body, link) in [
        ("see https://a.test/x, then https://b.test", Some("https://a.test/x")),
        ("[here](https://a.test/x) and https://b.test", Some("https://a.test/x")),
        ("`https://a.test` https://b.test", Some("https://b.test")),
        ("```\nhttps://a.test\n```\nhttps://b.test", Some("https://b.test")),
        ("<https://a.test> https://b.test", Some("https://b.test")),
        ("<https://a.test>", None),
        ("[mail](mailto:a@b.test) ftp://a.test a.test", None),
        ("nothing", None),
    ] {
        assert_eq!(first_link(body).as_deref(), link, "{body}");
    }
}

#[test]
fn what_looks_like_html_is_text() {
    let html = unmarked("*x* <img src=x onerror=alert(1)> <script>alert(1)</script>").unwrap();
    assert!(
        html.contains("&lt;img") && !html.contains("<img") && !html.contains("<script"),
        "{html}"
    );
}

#[test]
fn a_call_is_marked_where_it_is_one() {
    let html = render("@ines, @nobody and `@ines` see a@ines.test", |name| name == "ines").unwrap();
    assert_eq!(
        html,
        "<p><span class=\"mention\">@ines</span>, @nobody and <code>@ines</code> see a@ines.test</p>"
    );
}

#[test]
fn what_nests_too_deeply_stays_as_typed() {
    assert_eq!(unmarked(&format!("{} deep", ">".repeat(2_000))), None);
    assert_eq!(unmarked(&format!("{}deep", "- ".repeat(3_000))), None);
}

proptest! {
    /// Nothing that can be typed brings in an element or attribute that isn't listed.
    #[test]
    fn only_the_listed_elements_come_out(typed in r#"[a-z<>"'=:/\[\]()!*_`&;#\n -]{0,80}"#) {
        if let Some(html) = unmarked(&typed) {
            for tag in html.split('<').skip(1) {
                let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
                prop_assert!(
                    ["p", "br", "em", "strong", "del", "a", "ul", "ol", "li", "blockquote", "pre", "code", "hr", "span"]
                        .contains(&name.as_str()),
                    "{html}"
                );
            }
            prop_assert!(!html.contains("javascript:"), "{html}");
        }
    }
}
