use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;

#[tokio::test]
async fn l6_a_thousand_callers_share_one_flight() {
    let flights = Arc::new(Flights::<u8, usize>::default());
    let (started, gate, waiting) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let callers: Vec<_> = (0..1000)
        .map(|_| {
            let (flights, started, gate, waiting) = (flights.clone(), started.clone(), gate.clone(), waiting.clone());
            tokio::spawn(async move {
                let work = move || async move {
                    let _permit = gate.acquire().await;
                    started.fetch_add(1, Ordering::Relaxed)
                };
                flights
                    .join(7, work, || {
                        waiting.fetch_add(1, Ordering::Relaxed);
                    })
                    .await
            })
        })
        .collect();
    while waiting.load(Ordering::Relaxed) < 999 {
        tokio::task::yield_now().await;
    }
    gate.add_permits(1);
    for caller in callers {
        assert_eq!(caller.await.unwrap(), Some(0));
    }
    assert_eq!(started.load(Ordering::Relaxed), 1);
    assert_eq!(flights.join(7, || async { 9 }, || {}).await, Some(9), "the next one starts anew");
}

#[tokio::test]
async fn l6_a_caller_that_gives_up_does_not_stop_the_others() {
    let flights = Arc::new(Flights::<u8, u8>::default());
    let gate = Arc::new(Semaphore::new(0));
    let first = {
        let (flights, gate) = (flights.clone(), gate.clone());
        tokio::spawn(async move {
            let work = move || async move {
                let _permit = gate.acquire().await;
                1
            };
            flights.join(0, work, || {}).await
        })
    };
    while lock(&flights.under_way).is_empty() {
        tokio::task::yield_now().await;
    }
    let second = {
        let flights = flights.clone();
        tokio::spawn(async move { flights.join(0, || async { 2 }, || {}).await })
    };
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    gate.add_permits(1);
    assert_eq!(second.await.unwrap(), Some(1));
}

#[tokio::test]
async fn a_panic_is_nobodys_outcome_and_holds_up_nobody() {
    let flights = Arc::new(Flights::<u8, u8>::default());
    assert_eq!(flights.join(0, || async { panic!("of the test") }, || {}).await, None);
    assert_eq!(flights.join(0, || async { 3 }, || {}).await, Some(3));
}
