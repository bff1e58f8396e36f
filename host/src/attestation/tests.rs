use super::*;
use crate::{Component, Surroundings};
use std::sync::Mutex;

const BUDGET: Duration = Duration::from_millis(100);
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

type Reply = Result<Option<&'static str>, AttestError>;

/// An app that replies after some milliseconds of the clock, which the tests stop.
struct App {
    attests: bool,
    after_ms: u64,
    reply: Reply,
    asked: Mutex<Vec<String>>,
    replied: AtomicUsize,
    withdrawn: Arc<AtomicBool>,
}

impl App {
    fn of(after_ms: u64, reply: Reply) -> Arc<Self> {
        let (asked, replied, withdrawn) = Default::default();
        Arc::new(Self { attests: true, after_ms, reply, asked, replied, withdrawn })
    }

    fn silent() -> Arc<Self> {
        let (asked, replied, withdrawn) = Default::default();
        Arc::new(Self { attests: false, after_ms: 0, reply: Err(AttestError::Failed), asked, replied, withdrawn })
    }
}

#[async_trait]
impl AppConnection for App {
    fn requests_attestation(&self) -> bool {
        self.attests
    }

    async fn request_token(&self, method: &str) -> Result<Option<Zeroizing<String>>, AttestError> {
        self.asked.lock().unwrap().push(method.into());
        let withdrawing = SetOnDrop(self.withdrawn.clone());
        tokio::time::sleep(Duration::from_millis(self.after_ms)).await;
        std::mem::forget(withdrawing);
        self.replied.fetch_add(1, Ordering::Relaxed);
        self.reply.map(|token| token.map(|token| Zeroizing::new(token.into())))
    }
}

struct SetOnDrop(Arc<AtomicBool>);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn outcome_of(app: &Arc<App>) -> Option<AttestationOutcome> {
    let connections = Connections::new();
    let _attached = connections.attach("t", app.clone());
    ask(&connections, Some("t"), BUDGET).await
}

fn token(text: &str) -> Option<AttestationOutcome> {
    Some(AttestationOutcome::Token(Zeroizing::new(text.into())))
}

#[tokio::test(start_paused = true)]
async fn r9_6_a_reply_after_99_ms_is_in_time() {
    let app = App::of(99, Ok(Some("v1.x")));
    assert_eq!(outcome_of(&app).await, token("v1.x"));
    assert!(!app.withdrawn.load(Ordering::Relaxed));
}

#[tokio::test(start_paused = true)]
async fn r9_6_after_100_ms_the_question_is_withdrawn_and_a_later_reply_ignored() {
    let begin = tokio::time::Instant::now();
    let app = App::of(101, Ok(Some("v1.x")));
    assert_eq!(outcome_of(&app).await, Some(AttestationOutcome::Timeout));
    assert_eq!(begin.elapsed(), BUDGET);
    assert!(app.withdrawn.load(Ordering::Relaxed));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(app.replied.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn r9_6_the_budget_covers_queueing() {
    /// Answers one question at a time.
    struct Queue(Arc<App>, tokio::sync::Mutex<()>);

    #[async_trait]
    impl Attestor for Queue {
        async fn attest(&self, _: Option<&str>) -> Result<Zeroizing<String>, AttestError> {
            let _turn = self.1.lock().await;
            self.0.request_token(METHOD).await?.ok_or(AttestError::Malformed)
        }
    }

    let queue = Queue(App::of(60, Ok(Some("v1.x"))), tokio::sync::Mutex::default());
    let (first, second) = tokio::join!(ask(&queue, None, BUDGET), ask(&queue, None, BUDGET));
    assert_eq!((first, second), (token("v1.x"), Some(AttestationOutcome::Timeout)));
}

#[tokio::test(start_paused = true)]
async fn r9_2_each_failure_has_its_outcome() {
    for (reply, outcome) in [
        (Err(AttestError::Failed), AttestationOutcome::Failed),
        (Err(AttestError::Cancelled), AttestationOutcome::Cancelled),
        (Err(AttestError::Malformed), AttestationOutcome::Malformed),
        (Ok(None), AttestationOutcome::Malformed),
        (Ok(Some("")), AttestationOutcome::Malformed),
    ] {
        assert_eq!(outcome_of(&App::of(1, reply)).await, Some(outcome), "{reply:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn r9_5_the_first_connection_of_the_thread_that_attests_is_asked() {
    let connections = Connections::new();
    let [other, silent, first, second] =
        [App::of(1, Ok(Some("other"))), App::silent(), App::of(1, Ok(Some("1"))), App::of(1, Ok(Some("2")))];
    let _other = connections.attach("u", other.clone());
    let _silent = connections.attach("t", silent.clone());
    let attached = connections.attach("t", first.clone());
    let _second = connections.attach("t", second.clone());
    assert_eq!(ask(&connections, Some("t"), BUDGET).await, token("1"));
    assert_eq!(*first.asked.lock().unwrap(), ["attestation/generate"]);
    drop(attached);
    assert_eq!(ask(&connections, Some("t"), BUDGET).await, token("2"));
    assert_eq!(first.asked.lock().unwrap().len() + silent.asked.lock().unwrap().len() + other.asked.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn r9_5_without_a_connection_that_attests_there_is_no_envelope() {
    let connections = Connections::new();
    let attached = [connections.attach("t", App::silent()), connections.attach("u", App::of(1, Ok(Some("x"))))];
    for thread in [Some("t"), Some("v"), None] {
        assert_eq!(ask(&connections, thread, BUDGET).await, None, "{thread:?}");
        assert!(!connections.attests(thread));
    }
    let in_thread = InThread::new(Arc::new(connections.clone()), "u");
    assert!(connections.attests(Some("u")) && in_thread.attests(None));
    assert_eq!(ask(&in_thread, None, BUDGET).await, token("x"));
    drop(attached);
    assert_eq!(format!("{connections:?}"), "Connections { threads: 0 }", "nothing is left of a thread without connections");
}

#[tokio::test(start_paused = true)]
async fn r9_3_nothing_is_kept_from_one_request_to_the_next() {
    let app = App::of(1, Ok(Some("v1.x")));
    let connections = Connections::new();
    let _attached = connections.attach("t", app.clone());
    for _ in 0..3 {
        ask(&connections, Some("t"), BUDGET).await;
    }
    assert_eq!(app.asked.lock().unwrap().len(), 3);
}

fn envelopes(attestor: Option<Arc<dyn Attestor>>) -> Envelopes {
    let surroundings = attestor.into_iter().fold(Surroundings::default(), Surroundings::attestor);
    Envelopes::new(&Component::load().unwrap(), &surroundings).unwrap()
}

async fn envelope(app: Arc<App>) -> Option<String> {
    let connections = Connections::new();
    let _attached = connections.attach("t", app);
    let envelopes = envelopes(Some(Arc::new(connections)));
    envelopes.envelope("t").await.unwrap().map(|envelope| envelope.to_string())
}

#[tokio::test(start_paused = true)]
async fn r9_1_the_component_makes_the_envelope_within_its_budget() {
    for (after_ms, reply, expected) in [
        (99, Ok(Some("v1.opaque-client-payload")), Some(r#"{"v":1,"s":0,"t":"v1.opaque-client-payload"}"#)),
        (101, Ok(Some("v1.opaque-client-payload")), Some(r#"{"v":1,"s":1}"#)),
        (0, Err(AttestError::Failed), Some(r#"{"v":1,"s":2}"#)),
        (0, Err(AttestError::Cancelled), Some(r#"{"v":1,"s":3}"#)),
        (0, Ok(None), Some(r#"{"v":1,"s":4}"#)),
        (0, Ok(Some("é")), None),
    ] {
        assert_eq!(envelope(App::of(after_ms, reply)).await.as_deref(), expected, "{reply:?} after {after_ms} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn r9_5_nobody_to_ask_is_no_envelope_and_threads_are_kept_apart() {
    assert_eq!(envelope(App::silent()).await, None);
    assert_eq!(envelopes(None).envelope("t").await.unwrap(), None);
    let connections = Connections::new();
    let _attached = [("t", "1"), ("u", "2")].map(|(thread, reply)| connections.attach(thread, App::of(5, Ok(Some(reply)))));
    let envelopes = envelopes(Some(Arc::new(connections)));
    let (one, two, none) = tokio::join!(envelopes.envelope("t"), envelopes.envelope("u"), envelopes.envelope("v"));
    let token =
        |envelope: Result<Option<Zeroizing<String>>, crate::Error>| envelope.unwrap().map(|envelope| envelope.contains(r#""t":"1""#));
    assert_eq!((token(one), token(two), token(none)), (Some(true), Some(false), None));
}

#[test]
fn outcomes_are_those_of_the_component_and_debug_shows_no_token() {
    let outcome = AttestationOutcome::Token(Zeroizing::new("marker".into()));
    assert!(!format!("{outcome:?}").contains("marker"));
    assert!(matches!(wit::Attestation::from(outcome), wit::Attestation::Token(token) if token == "marker"));
    assert!(matches!(wit::Attestation::from(AttestationOutcome::Timeout), wit::Attestation::Timeout));
    assert!(matches!(wit::Attestation::from(AttestationOutcome::Failed), wit::Attestation::Failed));
    assert!(matches!(wit::Attestation::from(AttestationOutcome::Cancelled), wit::Attestation::Cancelled));
    assert!(matches!(wit::Attestation::from(AttestationOutcome::Malformed), wit::Attestation::Malformed));
}

#[cfg(feature = "client")]
#[tokio::test(start_paused = true)]
async fn r9_5_vectors_of_connections() {
    for case in crate::provider::vectors::cases("attestation-connections") {
        let connections = Connections::new();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let mut attached = Vec::new();
        for row in case.input["connections"].as_array().unwrap() {
            let token = row["token"].as_str().unwrap().to_owned();
            let app = Listed { attests: row["attests"] == true, token, asked: asked.clone() };
            let connection = connections.attach(row["thread"].as_str().unwrap(), Arc::new(app));
            if row["gone"] != true {
                attached.push(connection);
            }
        }
        let token = match ask(&connections, case.text("asked_for").as_deref(), BUDGET).await {
            Some(AttestationOutcome::Token(token)) => Some(token.to_string()),
            outcome => {
                assert_eq!(outcome, None, "{}", case.id);
                None
            }
        };
        case.check(Ok(serde_json::json!({"token": token, "asked": *asked.lock().unwrap()})));
    }
}

/// An app of a case.
#[cfg(feature = "client")]
struct Listed {
    attests: bool,
    token: String,
    asked: Arc<Mutex<Vec<String>>>,
}

#[cfg(feature = "client")]
#[async_trait]
impl AppConnection for Listed {
    fn requests_attestation(&self) -> bool {
        self.attests
    }

    async fn request_token(&self, method: &str) -> Result<Option<Zeroizing<String>>, AttestError> {
        self.asked.lock().unwrap().push(method.into());
        Ok(Some(Zeroizing::new(self.token.clone())))
    }
}
