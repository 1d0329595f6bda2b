//! One image of the room at a time, as large as the window.

use leptos::{ev, html, prelude::*};

use super::{connection::ChatConnection, model::File, timeline::Timeline};
use crate::paths;
use crate::ui::handler::{key, press};

/// Shows what `viewing` of the connection names, and leads through the images of `timeline`.
#[component(transparent)]
pub fn Viewer(timeline: RwSignal<Timeline>) -> impl IntoView {
    let viewing = expect_context::<ChatConnection>().viewing;
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match viewing.with(Option::is_some) {
            true if !dialog.open() => {
                let _ = dialog.show_modal();
            }
            true => (),
            false => dialog.close(),
        }
    });
    on_cleanup(move || {
        viewing.try_set(None);
    });
    // From the last one on to the first.
    let step = move |by: usize| {
        let images = timeline.try_with_untracked(images).unwrap_or_default();
        viewing.update(|viewing| {
            let at = images.iter().position(|image| Some(image) == viewing.as_ref());
            if let Some(at) = at {
                *viewing = images.get((at + images.len() + by - 1) % images.len()).cloned();
            }
        });
    };
    let (back, on) = (move || step(0), move || step(2));
    let on_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "ArrowLeft" => back(),
        "ArrowRight" => on(),
        _ => (),
    };
    let image = move || {
        viewing.get().map(|file| {
            let url = paths::file(file.id, &file.name);
            view! {
                <figure>
                    <img src=url.clone() alt=file.name.clone() />
                    <figcaption>
                        <span dir="auto">{file.name}</span>
                        " "
                        <a href=url rel="external" download="">"Download"</a>
                    </figcaption>
                </figure>
            }
        })
    };
    view! {
        <dialog
            class="viewer"
            aria-label="Image"
            node_ref=dialog
            on:close=move |_| viewing.set(None)
            on:keydown=key(on_key)
            on:click=press(move |event| {
                // Beside the image.
                if event.target() == event.current_target() {
                    viewing.set(None);
                }
            })
        >
            <div class="ways">
                <button class="button quiet" type="button" on:click=press(move |_| back())>"Previous"</button>
                <button class="button quiet" type="button" on:click=press(move |_| on())>"Next"</button>
                <button class="button quiet" type="button" on:click=press(move |_| viewing.set(None))>"Close"</button>
            </div>
            {image}
        </dialog>
    }
}

fn images(timeline: &Timeline) -> Vec<File> {
    let files = timeline.messages().flat_map(|message| &message.files);
    files.filter(|file| file.size.is_some()).cloned().collect()
}
