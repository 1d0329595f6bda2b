//! Files as messages show them: images small, everything else as a card. Both lead to the file itself.

use super::model::File;
use crate::{paths, ui::html::escaped};

/// Width and height at which an image is shown in a message, at most, in CSS pixels.
const LARGEST: (u32, u32) = (360, 270);

/// The files of a message, as HTML.
pub fn list(files: &[File]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let shown: String = files.iter().map(|file| format!("<li>{}</li>", one(file))).collect();
    format!(r#"<ul class="files" aria-label="Files">{shown}</ul>"#)
}

fn one(file: &File) -> String {
    let (url, name) = (escaped(&paths::file(file.id, &file.name)), escaped(&file.name));
    let Some(size) = file.size else {
        let (sort, amount) = (sort(&file.kind), amount(file.bytes));
        return format!(
            r#"<a class="file" href="{url}" rel="external" download=""><span class="type" aria-hidden="true">{sort}</span><span class="name" dir="auto">{name}</span> <span class="size">{amount}</span></a>"#
        );
    };
    let ((width, height), small) = (fitted(size), paths::thumbnail(file.id));
    format!(
        r#"<a class="image" href="{url}" rel="external"><img src="{small}" alt="{name}" width="{width}" height="{height}" loading="lazy"></a>"#
    )
}

/// What sort of file it is, in a word.
fn sort(kind: &str) -> &'static str {
    match kind.split_once('/') {
        Some(("image", _)) => "Image",
        Some(("video", _)) => "Video",
        Some(("audio", _)) => "Audio",
        Some(("text", _)) => "Text",
        Some((_, "pdf")) => "PDF",
        Some((_, "zip" | "gzip" | "x-tar" | "x-7z-compressed" | "x-bzip2" | "x-xz" | "zstd" | "vnd.rar")) => "Zip",
        _ => "File",
    }
}

/// A number of bytes, as people say it.
pub fn amount(bytes: u64) -> String {
    const KIB: u64 = 1024;
    match bytes {
        0..KIB => format!("{bytes} B"),
        KIB..1_048_576 => format!("{} KiB", bytes.div_ceil(KIB)),
        _ => {
            let tenths = bytes * 10 / 1_048_576;
            format!("{}.{} MiB", tenths / 10, tenths % 10)
        }
    }
}

/// An image's size as it is shown in a message.
fn fitted((width, height): (u32, u32)) -> (u32, u32) {
    let (w, h) = (u64::from(width.max(1)), u64::from(height.max(1)));
    let (most_w, most_h) = (u64::from(LARGEST.0), u64::from(LARGEST.1));
    let (w, h) = if w <= most_w && h <= most_h {
        (w, h)
    } else if w * most_h > h * most_w {
        (most_w, h * most_w / w)
    } else {
        (w * most_h / h, most_h)
    };
    (w.max(1) as u32, h.max(1) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_fit_and_keep_their_shape() {
        for (size, shown) in [
            ((100, 50), (100, 50)),
            ((3600, 1800), (360, 180)),
            ((1000, 2700), (100, 270)),
            ((20_000, 1), (360, 1)),
            ((0, 0), (1, 1)),
        ] {
            assert_eq!(fitted(size), shown, "{size:?}");
        }
    }

    #[test]
    fn amounts_are_said_as_people_do() {
        for (bytes, words) in [(0, "0 B"), (1_023, "1023 B"), (1_025, "2 KiB"), (1_572_864, "1.5 MiB")] {
            assert_eq!(amount(bytes), words);
        }
    }
}
