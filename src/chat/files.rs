//! Files as messages show them: images small, everything else as a card. Both lead to the file itself.

use leptos::{ev, prelude::*};

use super::{connection::ChatConnection, model::File};
use crate::paths;
use crate::ui::handler::press;

/// Width and height at which an image is shown in a message, at most, in CSS pixels.
const LARGEST: (u32, u32) = (360, 270);

/// The files of a message.
pub fn files(files: Vec<File>) -> AnyView {
    if files.is_empty() {
        return ().into_any();
    }
    let shown = files
        .into_iter()
        .map(|file| view! { <li>{one(file)}</li> })
        .collect_view();
    view! { <ul class="files" aria-label="Files">{shown}</ul> }.into_any()
}

fn one(file: File) -> AnyView {
    let chat = expect_context::<ChatConnection>();
    let url = paths::file(file.id, &file.name);
    let Some(size) = file.size else {
        return view! {
            <a class="file" href=url rel="external" download="">
                <span class="type" aria-hidden="true">{sort(&file.kind)}</span>
                <span class="name" dir="auto">{file.name}</span>
                " "
                <span class="size">{amount(file.bytes)}</span>
            </a>
        }
        .into_any();
    };
    let (width, height) = fitted(size);
    let (small, name) = (paths::thumbnail(file.id), file.name.clone());
    let show = move |event: ev::MouseEvent| {
        // With a key held down the browser opens it elsewhere.
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            chat.viewing.set(Some(file.clone()));
        }
    };
    view! {
        <a class="image" href=url rel="external" on:click=press(show)>
            <img src=small alt=name width=width.to_string() height=height.to_string() loading="lazy" />
        </a>
    }
    .into_any()
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
