//! Another login while a request is under way.

use super::*;

/// Switches to another login while it makes an assertion for the former one.
struct Leaving {
    auth: OnceLock<Arc<ProviderAuth>>,
    next: Mutex<Option<Login>>,
    recorder: Arc<Recorder>,
}

impl Leaving {
    fn new(next: Login, recorder: Arc<Recorder>) -> Arc<Self> {
        Arc::new(Self { auth: OnceLock::new(), next: Mutex::new(Some(next)), recorder })
    }

    /// Begins with the login that is left during the first request.
    fn begin(self: Arc<Self>, login: Login) -> Arc<ProviderAuth> {
        let auth = Arc::new(auth(Provider::openai("1"), login));
        let _ = self.auth.set(auth.clone());
        auth
    }

    fn leave(&self) {
        let Some(auth) = self.auth.get() else { return };
        if let Some(next) = lock(&self.next).take() {
            auth.switch_login(next);
        }
    }
}

#[async_trait]
impl Identities for Leaving {
    async fn authorize(&self, attempt: &Attempt<'_>) -> Result<Assertion, Error> {
        let made = self.recorder.authorize(attempt).await;
        self.leave();
        made
    }

    async fn recover(&self, attempt: &Attempt<'_>, sent: &Assertion, refusal: &ResponseFacts) -> Result<Recovery, Error> {
        let recovery = self.recorder.recover(attempt, sent, refusal).await;
        self.leave();
        recovery
    }

    fn can_register(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn s3_an_assertion_made_for_the_former_login_never_goes_out() {
    let leaving = Leaving::new(Login::ApiKey("sk-second".into()), Recorder::new());
    let auth = leaving.clone().begin(Login::AgentIdentity(leaving));
    assert_eq!(sent(&auth, &scoped()).await, expected("P8", CredentialKind::Bearer, &["Authorization: Bearer sk-second"]));
}

#[tokio::test]
async fn s2_a_fallback_of_the_former_login_is_not_one_of_the_next() {
    let second = Recorder::new();
    let leaving = Leaving::new(managed_login(&second), Recorder::failing(["bootstrap-unavailable"]));
    let auth = leaving.clone().begin(Login::ManagedChatgpt { tokens: Tokens::new(), identities: leaving });
    assert_eq!(sent(&auth, &scoped()).await.0, "P17");
    assert_eq!(second.asked(), 1);

    let auth = super::auth(Provider::openai("1"), managed_login(&Recorder::failing(["bootstrap-unavailable"])));
    assert_eq!(sent(&auth, &scoped()).await.0, "P19");
    auth.switch_login(managed_login(&second));
    assert_eq!(sent(&auth, &scoped()).await.0, "P17");
    assert_eq!(auth.login().kind(), "managed-chatgpt");
}

#[tokio::test]
async fn d2_a_refusal_of_the_former_login_is_surfaced() {
    let facts = ResponseFacts { status: Some(401), date: None, age: None, body: Vec::new(), sent_ms: 0, received_ms: 0 };
    let second = Recorder::recovering(Recovery::Repeat);
    let auth = super::auth(Provider::openai("1"), agent_login(&Recorder::new()));
    let credential = auth.authorize(&scoped()).await.unwrap();
    auth.switch_login(agent_login(&second));
    assert_eq!(auth.recover(&scoped(), &credential, &facts).await.unwrap(), Recovery::Surface(None));
    assert_eq!(second.asked(), 0);

    let leaving = Leaving::new(Login::None, Recorder::recovering(Recovery::Repeat));
    let auth = super::auth(Provider::openai("1"), Login::AgentIdentity(leaving.clone()));
    let auth = Arc::new(auth);
    let credential = auth.authorize(&scoped()).await.unwrap();
    let _ = leaving.auth.set(auth.clone());
    assert_eq!(auth.recover(&scoped(), &credential, &facts).await.unwrap(), Recovery::Surface(None));
}
