//! A way to the network that a test opens and closes.

use crate::installation::http;
use agent_identity_host::ports::{Http, HttpFailure, HttpRequest, HttpResponse};
use async_trait::async_trait;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Lets one request through for each permit.
pub struct Gate {
    inner: Arc<dyn Http>,
    permits: Semaphore,
    arrived: Semaphore,
}

impl Gate {
    /// Nothing is held up.
    pub fn open() -> Arc<Self> {
        Self::with(Semaphore::MAX_PERMITS / 2)
    }

    /// Everything is held up.
    pub fn closed() -> Arc<Self> {
        Self::with(0)
    }

    fn with(permits: usize) -> Arc<Self> {
        Arc::new(Self { inner: http(), permits: Semaphore::new(permits), arrived: Semaphore::new(0) })
    }

    /// From now on requests are held up.
    pub fn close(&self) {
        self.permits.forget_permits(usize::MAX);
    }

    /// Lets so many through, now or later.
    pub fn let_through(&self, requests: usize) {
        self.permits.add_permits(requests);
    }

    /// Waits until so many more have come.
    pub async fn wait_for(&self, requests: u32) {
        self.arrived.acquire_many(requests).await.expect("never closed").forget();
    }
}

#[async_trait]
impl Http for Gate {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        self.arrived.add_permits(1);
        self.permits.acquire().await.expect("never closed").forget();
        self.inner.send(request).await
    }
}
