use super::*;
use crate::logs::colours::Style;

#[test]
fn what_was_looked_for_is_marked_through_all_colours() {
    let colours = Colours(vec![(2, Style(2)), (5, Style(0))]);
    let shown = |marks: &[Range<usize>]| {
        let parts = parts("abcdefgh", &colours, marks);
        let shown: Vec<String> = parts
            .iter()
            .map(|part| format!("{}{}{}", part.text, part.style.0, u8::from(part.mark)))
            .collect();
        shown.join(" ")
    };
    assert_eq!(shown(&[]), "ab00 cde20 fgh00");
    assert_eq!(shown(&[1..3, 6..8]), "a00 b01 c21 de20 f00 gh01");
    assert_eq!(shown(std::slice::from_ref(&(0..8))), "ab01 cde21 fgh01");
    assert!(parts("", &colours, &[]).is_empty());
}
