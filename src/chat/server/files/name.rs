//! What a file may be called, on any system that it is downloaded to.

use sanitize_filename::{Options, sanitize_with_options};

/// Longest name, in characters; the end, which says what it is, stays.
const LONGEST: usize = 120;
/// Longest ending that is kept, with its dot.
const LONGEST_ENDING: usize = 16;

/// The name as it will be kept: the last part of a path, one line, without what is reserved somewhere or turns the
/// direction of writing; `file` where nothing is left.
pub fn name(text: &str) -> String {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String = last
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !is_hidden(*c))
        .collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let options = Options {
        windows: true,
        truncate: false,
        replacement: "_",
    };
    let kept = sanitize_with_options(line, options);
    let kept = shortened(kept.trim());
    match kept.trim_matches(['.', ' ', '_']) {
        "" => "file".to_owned(),
        _ => kept,
    }
}

/// Control characters, and those that are not seen but change how others look.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn shortened(name: &str) -> String {
    let length = name.chars().count();
    if length <= LONGEST {
        return name.to_owned();
    }
    let ending = name.rfind('.').map(|at| &name[at..]);
    let ending = ending
        .filter(|ending| ending.chars().count() <= LONGEST_ENDING)
        .unwrap_or_default();
    let start = name.chars().take(LONGEST - ending.chars().count());
    let cut: String = start.chain(ending.chars()).collect();
    cut.trim_end_matches(['.', ' ']).to_owned() // no system keeps a name that ends with them
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_fit_for_every_system() {
        for (given, kept) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ines\\chart.png", "chart.png"),
            ("今日の相場.png", "今日の相場.png"),
            ("a\u{202e}gnp.exe", "agnp.exe"),
            ("a\r\nb\0.txt", "a b.txt"),
            ("CON.txt", "_"),
            ("what?<is>\"this\":|*.txt", "what__is__this____.txt"),
            ("", "file"),
            ("..", "file"),
            (" . ", "file"),
            ("/", "file"),
        ] {
            let expected = if kept == "_" { "file" } else { kept };
            assert_eq!(name(given), expected, "{given:?}");
        }
        let long = name(&format!("{}.tar.gz", "x".repeat(300)));
        assert!(long.chars().count() == LONGEST && long.ends_with(".gz"), "{long}");
        let cut_at_a_space = format!("{} and more", "x".repeat(LONGEST - 1));
        assert_eq!(name(&cut_at_a_space), "x".repeat(LONGEST - 1));
    }

    proptest! {
        #[test]
        fn any_name_becomes_one_that_stays(text in ".{0,200}") {
            let kept = name(&text);
            prop_assert!(!kept.is_empty() && kept.chars().count() <= LONGEST);
            prop_assert!(!kept.contains(['/', '\\', '\0', '"', '\n']));
            prop_assert_eq!(name(&kept), kept);
        }
    }
}
