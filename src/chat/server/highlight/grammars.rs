//! What each word of a code is. syntect reads the grammars of Sublime Text, those that bat has gathered; both are well
//! kept. Each is read at the first block in its language, not before.

use std::sync::LazyLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use super::{
    Class::{self, Comment, Deleted, Function, Inserted, Keyword, Number, String, Type},
    Parts,
};

/// What is longer, in bytes or in one line, isn't looked at: some grammars go back and forth over a line.
const LONGEST: usize = 12 * 1024;
const LONGEST_LINE: usize = 500;
/// Parts with a colour of their own at most: each is an element.
const MOST: usize = 2_000;
static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// Which scopes have which class; of nested ones the innermost that is listed says it.
static KINDS: LazyLock<Vec<(Scope, Option<Class>)>> = LazyLock::new(|| {
    [
        ("comment", Some(Comment)),
        // What stands between the braces of a string is code again.
        ("meta.interpolation", None),
        ("meta.template.expression", None),
        ("string", Some(String)),
        ("constant", Some(Number)),
        ("keyword.operator.word", Some(Keyword)),
        ("keyword.operator", None),
        ("keyword", Some(Keyword)),
        ("storage", Some(Keyword)),
        ("variable.language", Some(Keyword)),
        ("entity.name.tag", Some(Keyword)),
        ("entity.name.function", Some(Function)),
        ("entity.other.attribute-name", Some(Function)),
        ("support.function", Some(Function)),
        ("variable.function", Some(Function)),
        ("entity.name", Some(Type)),
        ("support.type", Some(Type)),
        ("support.class", Some(Type)),
        ("markup.inserted", Some(Inserted)),
        ("markup.deleted", Some(Deleted)),
    ]
    .into_iter()
    .filter_map(|(name, class)| Some((Scope::new(name).ok()?, class)))
    .collect()
});

/// What is written in a language; JavaScript is read as what it is a part of, TypeScript, since its own grammar never comes
/// to an end on a comment between the members of an object.
fn syntax(language: &str) -> Option<&'static SyntaxReference> {
    let name = match language.to_ascii_lowercase().as_str() {
        "js" | "javascript" | "mjs" | "cjs" => "ts",
        "jsx" => "tsx",
        _ => language,
    };
    SYNTAXES.find_syntax_by_token(name)
}

/// The parts of `code`; `None` where nothing is known of the language, or it would take too long. On some texts it never
/// comes to an end.
pub fn parts(language: &str, code: &str) -> Option<Parts> {
    // As in ```rust,ignore or ```js title=…
    let name = language.split([' ', ',', '{']).next().filter(|name| !name.is_empty())?;
    if code.len() > LONGEST {
        return None;
    }
    let (mut state, mut stack) = (ParseState::new(syntax(name)?), ScopeStack::new());
    let mut parts = Parts::new();
    let mut add = |class, from: usize, to: usize| match parts.last_mut() {
        // Parts of one class are one.
        Some((last, length)) if *last == class => *length += to - from,
        _ if from < to => parts.push((class, to - from)),
        _ => (),
    };
    let mut at = 0;
    for line in code.split_inclusive('\n') {
        if line.len() > LONGEST_LINE {
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

fn class(stack: &ScopeStack) -> Option<Class> {
    let listed = |scope: &Scope| KINDS.iter().find(|(kind, _)| kind.is_prefix_of(*scope));
    stack.scopes.iter().rev().find_map(listed).and_then(|(_, class)| *class)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of<'c>(language: &str, code: &'c str, wanted: Class) -> Vec<&'c str> {
        let mut rest = code;
        let parts = parts(language, code).expect("a known language").into_iter();
        let texts = parts.map(|(class, length)| {
            let (text, after) = rest.split_at(length);
            rest = after;
            (class, text.trim())
        });
        let wanted = texts.filter(|(class, _)| *class == Some(wanted));
        wanted.map(|(_, text)| text).collect()
    }

    #[test]
    fn words_are_told_apart() {
        let rust = "// why\nfn main() { let x = \"a\\n\" ; return 42 }\n";
        assert_eq!(of("rust", rust, Comment), ["// why"]);
        assert_eq!(of("rust", rust, Keyword), ["fn", "let", "return"]);
        assert_eq!(of("rs", rust, Number), ["\\n", "42"]);
        assert_eq!(of("rust,ignore", rust, Function), ["main"]);
        assert_eq!(of("diff", "-old\n+new\n", Deleted), ["-old"]);
        assert_eq!(of("diff", "-old\n+new\n", Inserted), ["+new"]);
        assert!(of("toml", "[a]\nb = 1\n", Number).contains(&"1"));
        assert!(of("sql", "SELECT 1 FROM t", Keyword).contains(&"SELECT"));
        assert!(of("json", "{\"a\": true}", Number).contains(&"true"));
        assert!(of("ts", "const a: number = 1;", Keyword).contains(&"const"));
        for language in ["js", "JavaScript", "jsx"] {
            let js = "const a = {\n  b: 1,\n  /**\n   * Why\n   */\n  c: 'd' };\n";
            assert_eq!(of(language, js, Keyword), ["const"], "{language}");
            assert_eq!(of(language, js, String), ["'d'"], "{language}");
            assert_eq!(of(language, js, Comment).len(), 1, "{language}");
        }
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
        fn nothing_is_lost(code in "[a-z\"'/*{}()\\[\\]<>=;:#é \n]{0,120}", language in prop::sample::select(vec!["rust", "python", "js", "bash", "yaml"])) {
            if let Some(parts) = parts(language, &code) {
                prop_assert_eq!(parts.iter().map(|(_, length)| length).sum::<usize>(), code.len());
                prop_assert!(parts.iter().all(|(_, length)| *length > 0));
            }
        }
    }
}
