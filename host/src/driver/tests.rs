use super::*;
use crate::Surroundings;
use crate::attestation::AttestError;
use async_trait::async_trait;

/// Takes its time.
struct Slow(Duration);

#[async_trait]
impl Attestor for Slow {
    async fn attest(&self, _: Option<&str>) -> Result<Zeroizing<String>, AttestError> {
        tokio::time::sleep(self.0).await;
        Ok(Zeroizing::new("v1.x".into()))
    }
}

async fn attestation(surroundings: Surroundings) -> wit::Attestation {
    let performer = surroundings.http(Arc::new(NoHttp)).performer(None).unwrap();
    match performer.perform(wit::Effect::Attest(100)).await {
        wit::Outcome::Attest(attestation) => attestation,
        _ => panic!("the outcome of another effect"),
    }
}

struct NoHttp;

#[async_trait]
impl Http for NoHttp {
    async fn send(&self, _: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        Err(HttpFailure::Connect)
    }
}

#[tokio::test(start_paused = true)]
async fn r9_6_the_effect_is_performed_within_its_budget() {
    let slow = |ms| Surroundings::default().attestor(Arc::new(Slow(Duration::from_millis(ms))));
    assert!(matches!(attestation(slow(99)).await, wit::Attestation::Token(token) if token == "v1.x"));
    assert!(matches!(attestation(slow(101)).await, wit::Attestation::Timeout));
    assert!(matches!(attestation(Surroundings::default()).await, wit::Attestation::Failed));
}
