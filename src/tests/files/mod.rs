//! Files: brought in, sent, read by those who may, and gone when nobody needs them.

mod images;
mod limits;
mod messages;
mod sending;

use std::{io::Cursor, path::PathBuf};

use image::{DynamicImage, ImageFormat, RgbImage};
use reqwest::Response;
use serde_json::Value;

use super::{
    app::{Member, TestApp},
    socket::Socket,
};
use crate::{
    chat::{
        model::File,
        wire::{ClientFrame, Draft},
    },
    ids::{FileId, RoomId},
};

const DESK: RoomId = RoomId(1);

impl Member {
    async fn bring(&self, app: &TestApp, room: i64, name: &str, bytes: &[u8]) -> (u16, Value) {
        let answer = self
            .client
            .post(format!("{}/files", app.url))
            .query(&[("room", room.to_string().as_str()), ("name", name)])
            // Not believed.
            .header("content-type", "image/png")
            .body(bytes.to_vec())
            .send()
            .await
            .expect("an answer");
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    async fn brought(&self, app: &TestApp, name: &str, bytes: &[u8]) -> File {
        let (status, file) = self.bring(app, 1, name, bytes).await;
        assert_eq!(status, 201, "{file}");
        serde_json::from_value(file).expect("a file")
    }

    async fn read(&self, app: &TestApp, path: &str) -> Response {
        let answer = self.client.get(format!("{}{path}", app.url)).send().await;
        answer.expect("an answer")
    }
}

impl TestApp {
    /// What lies in the folder of files.
    fn kept(&self) -> Vec<PathBuf> {
        let list = |folder: PathBuf| {
            std::fs::read_dir(folder)
                .expect("a folder")
                .map(|e| e.expect("an entry").path())
        };
        let folders = list(self.folder.join("files"));
        folders.flat_map(list).collect()
    }

    async fn collect(&self) {
        self.running.state.chat.files.collect().await.expect("collected");
    }

    async fn sql(&self, statement: &'static str) {
        let work = self.running.state.desk.writer.write(move |conn| {
            Box::pin(async move {
                sqlx::query(statement).execute(conn).await?;
                Ok(())
            })
        });
        work.await.expect("written");
    }
}

async fn send(socket: &mut Socket, client_id: &str, body: &str, files: &[FileId]) {
    let draft = Draft {
        room: DESK,
        client_id: client_id.to_owned(),
        body: body.to_owned(),
        files: files.to_vec(),
        ..Draft::default()
    };
    socket.send(&ClientFrame::Post(draft)).await;
}

fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).expect("encoded");
    bytes.into_inner()
}

fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(
        RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 7])),
        ImageFormat::Png,
    )
}
