use super::*;

async fn store() -> Store {
    Store::open(Database::Memory).await.unwrap()
}

#[tokio::test]
async fn a_failed_job_takes_nothing_of_the_others_with_it() {
    let store = store().await;
    let insert = |mark_s: i64| move |connection: &Connection| run::begin(connection, None, true, Some(mark_s));
    let good = store.submit(Survives::Process, insert(1));
    let bad = store.submit(Survives::Process, |connection| {
        run::begin(connection, None, true, Some(7))?;
        connection.execute("INSERT INTO accepted VALUES (x'00', 1, 1)", ()).map(drop)
    });
    let also_good = store.submit(Survives::PowerCut, |connection| accepted::record(connection, &[1; 32], 5, 2));
    good.committed().await.unwrap();
    assert_eq!(bad.committed().await.unwrap_err().code, "server-unavailable");
    also_good.committed().await.unwrap();
    let (entries, mark_s) = store.run(Survives::Nothing, accepted::load).await.unwrap();
    assert_eq!((entries.len(), mark_s), (1, Some(1)));
}

#[tokio::test]
async fn counts_and_marks_never_fall() {
    let store = store().await;
    store
        .run(Survives::Process, |connection| {
            run::begin(connection, None, true, None)?;
            for count in [3, 5, 4] {
                accepted::record(connection, &[1; 32], 50, count)?;
            }
            accepted::record(connection, &[2; 32], 40, 1)?;
            accepted::forget_through(connection, 45)?;
            accepted::forget_through(connection, 30)?;
            run::begin(connection, None, true, Some(20))
        })
        .await
        .unwrap();
    let (entries, mark_s) = store.run(Survives::Nothing, accepted::load).await.unwrap();
    assert_eq!(entries.iter().map(|entry| (entry.timestamp_s, entry.count)).collect::<Vec<_>>(), [(50, 5)]);
    assert_eq!(mark_s, Some(45));
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let store = store().await;
    store.close().await;
    let error = store.run(Survives::Nothing, |_| Ok(())).await.unwrap_err();
    assert_eq!(error.code, "server-unavailable");
    store.close().await;
}

#[test]
fn how_the_last_run_ended_decides_what_is_known() {
    let connection = open(&Database::Memory).unwrap();
    let earlier = |boot_id| run::earlier(&connection, boot_id).unwrap();
    assert_eq!(earlier(Some("a")), run::Earlier::None);
    run::begin(&connection, Some("a"), true, None).unwrap();
    assert_eq!(earlier(Some("a")), run::Earlier::Recorded);
    assert_eq!(earlier(Some("b")), run::Earlier::Lost);
    assert_eq!(earlier(None), run::Earlier::Lost);
    run::end(&connection).unwrap();
    assert_eq!(earlier(Some("b")), run::Earlier::Recorded);
    run::begin(&connection, Some("b"), false, None).unwrap();
    assert_eq!(earlier(Some("b")), run::Earlier::Lost);
}
