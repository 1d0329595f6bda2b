//! Files and what befalls the process: killed while one comes in, and a disk that holds no more.

use std::{path::Path, time::Duration};

use super::{cookie, create_user, server::Server};

/// What lies in the folder of files.
fn kept(data: &Path) -> Vec<std::path::PathBuf> {
    let list = |folder: std::path::PathBuf| {
        let entries = std::fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("an entry").path())
    };
    list(data.join("files")).flat_map(list).collect()
}

async fn bring(url: &str, cookie: &str, body: reqwest::Body) -> Result<reqwest::Response, reqwest::Error> {
    reqwest::Client::new()
        .post(format!("{url}/files?room=1&name=file.bin"))
        .header("origin", url)
        .header("cookie", cookie)
        .body(body)
        .send()
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_a_file_comes_in_it_leaves_nothing_of_it_and_keeps_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    create_user(folder.path(), &["ada", "--admin"]);
    let mut server = Server::start(folder.path());
    let cookie = cookie(&server, "ada").await;
    let whole = bring(&server.url, &cookie, "whole".into()).await.expect("an answer");
    assert_eq!(whole.status(), 201);
    let file: serde_json::Value = whole.json().await.expect("a file");
    // A body that begins and never ends.
    let first = futures::stream::iter([Ok::<_, std::io::Error>("half of it")]);
    let endless = futures::StreamExt::chain(first, futures::stream::pending());
    let url = server.url.clone();
    let cut = bring(&url, &cookie, reqwest::Body::wrap_stream(endless));
    let come = async {
        while kept(folder.path()).len() < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    // Pinned out here: the sender must still be there when the server goes.
    let mut cut = std::pin::pin!(cut);
    tokio::select! {
        answer = &mut cut => panic!("{answer:?}"),
        () = come => (),
    }
    server.kill();
    assert_eq!(kept(folder.path()).len(), 2, "the crash left it");

    let server = Server::start(folder.path());
    assert_eq!(kept(folder.path()).len(), 1);
    let read = reqwest::Client::new()
        .get(format!("{}/files/{}/file.bin", server.url, file["id"]))
        .header("cookie", &cookie)
        .send();
    let read = read.await.expect("an answer").text().await;
    assert_eq!(read.expect("text"), "whole", "what was acknowledged is there");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_for_which_there_is_no_room_is_refused_in_words_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    create_user(folder.path(), &["ada", "--admin"]);
    let server = Server::start_with_room_for(600_000, folder.path());
    let cookie = cookie(&server, "ada").await;
    let refused = bring(&server.url, &cookie, vec![7; 2_000_000].into())
        .await
        .expect("an answer");
    assert_eq!(refused.status(), 507);
    let words = refused.text().await.expect("text");
    assert!(words.contains("disk is full"), "{words}");
    assert!(kept(folder.path()).is_empty(), "{:?}", kept(folder.path()));
    server.make_room();
    let taken = bring(&server.url, &cookie, vec![7; 2_000_000].into())
        .await
        .expect("an answer");
    assert_eq!(taken.status(), 201);
}
