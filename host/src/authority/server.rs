//! Connections: accepted, bounded in number and time, drained at the end.

use super::metrics::Metrics;
use crate::driver::lock;
use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;

/// Most connections at a time; further ones wait.
const MOST_CONNECTIONS: usize = 512;
/// Longest time for the head of a request, also between two requests of one connection.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// Most bytes that are buffered for a head. Above the limit on heads, so that the refusal is one of ours.
const HEAD_BUFFER: usize = 64 << 10;
/// Longest wait for open connections at the end.
const DRAIN_TIME: Duration = Duration::from_secs(5);

/// Serves until `stop` says so or its sender is gone, then lets requests under way finish.
pub(super) async fn serve(listener: TcpListener, router: Router, metrics: Arc<Metrics>, mut stop: Stop) {
    let permits = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let accepted = async {
            let permit = permits.clone().acquire_owned().await;
            (listener.accept().await, permit)
        };
        let (accepted, permit) = tokio::select! {
            accepted = accepted => accepted,
            Some(_) = connections.join_next() => continue,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = converse(stream, router.clone(), stop.clone());
                let open = Open::new(metrics.clone());
                connections.spawn(async move {
                    connection.await;
                    drop((permit, open));
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                // Out of file descriptors: some become free.
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    drop(listener);
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN_TIME, drained).await.is_err() {
        tracing::warn!(connections = connections.len(), "requests are cut off");
        connections.shutdown().await;
    }
}

/// One connection, as a handler sees it.
#[derive(Clone, Default)]
pub(super) struct Connection {
    cut: Arc<Notify>,
    next: Arc<Mutex<Option<Next>>>,
}

/// Becomes true when the authority stops, or is dropped with its sender.
pub(super) type Stop = watch::Receiver<bool>;

type Next = Box<dyn FnOnce(Stop) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

impl Connection {
    /// Closes the connection; the caller is dropped with it.
    pub(super) async fn cut(&self) -> Response {
        self.cut.notify_one();
        std::future::pending().await
    }

    /// What happens on the connection once it no longer speaks HTTP. It still counts as one, and ends with the authority.
    pub(super) fn then<F: Future<Output = ()> + Send + 'static>(&self, next: impl FnOnce(Stop) -> F + Send + 'static) {
        *lock(&self.next) = Some(Box::new(|stop| Box::pin(next(stop))));
    }
}

async fn converse(stream: TcpStream, router: Router, mut stop: Stop) {
    // Answers are small and sent whole: waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    let connection = Connection::default();
    let router = TowerToHyperService::new(router);
    let service = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(connection.clone());
        router.call(request.map(Body::new))
    });
    let mut conversation = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(HEAD_BUFFER)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades()
    );
    let whole = async {
        let ended = tokio::select! {
            _ = conversation.as_mut() => true,
            _ = stop.wait_for(|stop| *stop) => false,
        };
        if !ended {
            conversation.as_mut().graceful_shutdown();
            // How a connection ends is the client's business.
            let _ = conversation.await;
        }
        let next = lock(&connection.next).take();
        if let Some(next) = next {
            next(stop.clone()).await;
        }
    };
    tokio::select! {
        () = whole => {}
        () = connection.cut.notified() => {}
    }
}

/// Counts a connection while it is open.
struct Open(Arc<Metrics>);

impl Open {
    fn new(metrics: Arc<Metrics>) -> Self {
        metrics.connections.fetch_add(1, Ordering::Relaxed);
        Self(metrics)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}
