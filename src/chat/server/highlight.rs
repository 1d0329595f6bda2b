//! Code in colours: what each word of a block is, for the stylesheet. syntect reads the grammars of Sublime Text, those
//! that bat has gathered; both are well kept. They are read at the first block of code, not before.

use std::{sync::LazyLock, time::Duration};

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};
use tokio::time::Instant;

/// What is longer, in bytes or in one line, isn't looked at: some grammars go back and forth over a line.
const LONGEST: usize = 12 * 1024;
const LONGEST_LINE: usize = 500;
/// Parts with a colour of their own at most: each is an element.
const MOST: usize = 2_000;
/// Whatever takes longer goes without colours. The first block in a language also waits for its grammar to be read; that
/// alone takes seconds unoptimised.
const LIMIT: Duration = Duration::from_millis(if cfg!(debug_assertions) { 20_000 } else { 1_500 });

/// Every class that a part can have.
pub const CLASSES: [&str; 8] = [
    "keyword", "string", "number", "comment", "function", "type", "inserted", "deleted",
];

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// Which scopes have which class; of nested ones the innermost that is listed says it.
static KINDS: LazyLock<Vec<(Scope, Option<&'static str>)>> = LazyLock::new(|| {
    [
        ("comment", Some("comment")),
        // What stands between the braces of a string is code again.
        ("meta.interpolation", None),
        ("meta.template.expression", None),
        ("string", Some("string")),
        ("constant", Some("number")),
        ("keyword.operator.word", Some("keyword")),
        ("keyword.operator", None),
        ("keyword", Some("keyword")),
        ("storage", Some("keyword")),
        ("variable.language", Some("keyword")),
        ("entity.name.tag", Some("keyword")),
        ("entity.name.function", Some("function")),
        ("entity.other.attribute-name", Some("function")),
        ("support.function", Some("function")),
        ("variable.function", Some("function")),
        ("entity.name", Some("type")),
        ("support.type", Some("type")),
        ("support.class", Some("type")),
        ("markup.inserted", Some("inserted")),
        ("markup.deleted", Some("deleted")),
    ]
    .into_iter()
    .filter_map(|(name, class)| Some((Scope::new(name).ok()?, class)))
    .collect()
});

/// `code` in parts, with each part's class; `None` where nothing is known of the language, or it would take too long.
pub fn parts<'c>(language: &str, code: &'c str) -> Option<Vec<(Option<&'static str>, &'c str)>> {
    // As in ```rust,ignore or ```js title=…
    let name = language.split([' ', ',', '{']).next().filter(|name| !name.is_empty())?;
    if code.len() > LONGEST {
        return None;
    }
    let syntax = SYNTAXES.find_syntax_by_token(name)?;
    let began = Instant::now();
    let (mut state, mut stack) = (ParseState::new(syntax), ScopeStack::new());
    let mut parts: Vec<(Option<&'static str>, &'c str)> = Vec::new();
    let mut add = |class, from: usize, to: usize| match parts.last_mut() {
        // Parts of one class are one.
        Some((last, text)) if *last == class => *text = &code[from - text.len()..to],
        _ if from < to => parts.push((class, &code[from..to])),
        _ => (),
    };
    let mut at = 0;
    for line in code.split_inclusive('\n') {
        if line.len() > LONGEST_LINE || began.elapsed() > LIMIT {
            return None;
        }
        let mut done = at;
        for (place, change) in state.parse_line(line, &SYNTAXES).ok()? {
            let place = at + place;
            if place > done {
                add(class(&stack), done, place);
                done = place;
            }
            stack.apply(&change).ok()?;
        }
        at += line.len();
        add(class(&stack), done, at);
    }
    (parts.len() <= MOST).then_some(parts)
}

fn class(stack: &ScopeStack) -> Option<&'static str> {
    let listed = |scope: &Scope| KINDS.iter().find(|(kind, _)| kind.is_prefix_of(*scope));
    stack.scopes.iter().rev().find_map(listed).and_then(|(_, class)| *class)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of<'c>(language: &str, code: &'c str, wanted: &str) -> Vec<&'c str> {
        let parts = parts(language, code).expect("a known language");
        let wanted = parts.into_iter().filter(|(class, _)| *class == Some(wanted));
        wanted.map(|(_, text)| text.trim()).collect()
    }

    #[test]
    fn words_are_told_apart() {
        let rust = "// why\nfn main() { let x = \"a\\n\" ; return 42 }\n";
        assert_eq!(of("rust", rust, "comment"), ["// why"]);
        assert_eq!(of("rust", rust, "keyword"), ["fn", "let", "return"]);
        assert_eq!(of("rs", rust, "number"), ["\\n", "42"]);
        assert_eq!(of("rust,ignore", rust, "function"), ["main"]);
        assert_eq!(of("diff", "-old\n+new\n", "deleted"), ["-old"]);
        assert_eq!(of("diff", "-old\n+new\n", "inserted"), ["+new"]);
        assert!(of("toml", "[a]\nb = 1\n", "number").contains(&"1"));
        assert!(of("sql", "SELECT 1 FROM t", "keyword").contains(&"SELECT"));
        assert!(of("json", "{\"a\": true}", "number").contains(&"true"));
        assert!(of("ts", "const a: number = 1;", "keyword").contains(&"const"));
    }

    #[test]
    fn what_is_not_known_or_too_long_has_no_colours() {
        for (language, code) in [
            ("", "let x"),
            ("no-such-language", "let x"),
            ("rust", &*"x ".repeat(LONGEST)),
        ] {
            assert_eq!(parts(language, code), None, "{language}");
        }
        assert_eq!(parts("rust", &format!("// {}", "x".repeat(LONGEST_LINE))), None);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(code in "[a-z\"'/*{}()\\[\\]<>=;:#é \n]{0,120}", language in prop::sample::select(vec!["rust", "python", "js", "html", "bash", "yaml"])) {
            if let Some(parts) = parts(language, &code) {
                let whole: String = parts.into_iter().map(|(_, text)| text).collect();
                prop_assert_eq!(whole, code);
            }
        }
    }
}
