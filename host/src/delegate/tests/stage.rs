//! The two ends of a delegate, held by a test: its session, and a parent whose questions the test answers.

use crate::delegate::*;
use crate::driver::lock;
use async_trait::async_trait;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

pub(super) type TestDelegate = Delegate<u32, &'static str>;
pub(super) type TestPipes = SessionPipes<u32, &'static str>;
pub(super) type TestOperation = Operation<&'static str>;

/// What sessions share in tests.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Services(pub(super) &'static str);

/// A parent and its delegate.
pub(super) struct Stage {
    pub(super) parent: Arc<TestParent>,
    pub(super) questions: mpsc::UnboundedReceiver<Question>,
    pub(super) cancel: CancellationToken,
    pub(super) options: DelegateOptions,
}

/// The session end of a delegate.
pub(super) struct Session {
    pub(super) context: DelegateContext<Services>,
    pub(super) pipes: TestPipes,
}

/// Something the parent was asked, and where it waits for the answer. Dropped: no answer comes.
pub(super) struct Question {
    pub(super) asked: Asked,
    pub(super) answer: oneshot::Sender<Answer>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Command(CommandApproval),
    Patch(PatchApproval),
    Permissions(PermissionsRequest, PathBuf),
    User(String, UserInputRequest),
    Signing(String, SigningSubject),
}

#[derive(Debug)]
pub(super) enum Answer {
    Decision(Decision),
    Grant(Grant),
    Answers(Answers),
}

/// A parent that hands its questions to the test.
pub(super) struct TestParent {
    questions: mpsc::UnboundedSender<Question>,
    pub(super) started: Mutex<Vec<SubagentStarted>>,
    pub(super) resolved: Mutex<Vec<Resolved>>,
    pub(super) reviewer: Mutex<Option<Arc<dyn Reviewer>>>,
}

impl Stage {
    pub(super) fn new() -> Self {
        let (sender, questions) = mpsc::unbounded_channel();
        let parent = TestParent { questions: sender, started: Mutex::default(), resolved: Mutex::default(), reviewer: Mutex::default() };
        Self { parent: Arc::new(parent), questions, cancel: CancellationToken::new(), options: DelegateOptions::default() }
    }

    pub(super) fn with_capacity(capacity: usize) -> Self {
        let mut stage = Self::new();
        stage.options.capacity = capacity;
        stage
    }

    pub(super) fn signing(mode: DelegateSigning) -> Self {
        let mut stage = Self::new();
        stage.options.signing = mode;
        stage
    }

    pub(super) fn reviewed_by(reviewer: Arc<dyn Reviewer>) -> Self {
        let stage = Self::new();
        *lock(&stage.parent.reviewer) = Some(reviewer);
        stage
    }

    pub(super) async fn start(&self) -> (TestDelegate, Session) {
        let mut session = None;
        let open = async |context, pipes| {
            session = Some(Session { context, pipes });
            Ok(())
        };
        let delegate = Delegate::start(self.parent.clone(), context(), self.options.clone(), &self.cancel, open).await.unwrap();
        (delegate, session.unwrap())
    }

    pub(super) async fn one_shot(&self, input: UserInput) -> (TestDelegate, Session) {
        let mut session = None;
        let open = async |context, pipes| {
            session = Some(Session { context, pipes });
            Ok(())
        };
        let delegate = Delegate::one_shot(self.parent.clone(), context(), self.options.clone(), &self.cancel, input, open).await.unwrap();
        (delegate, session.unwrap())
    }

    pub(super) async fn question(&mut self) -> Question {
        soon(self.questions.recv()).await.unwrap()
    }

    pub(super) fn resolved(&self) -> Vec<Resolved> {
        lock(&self.parent.resolved).clone()
    }
}

impl Session {
    pub(super) async fn say(&self, id: &str, kind: EventKind<u32>) {
        soon(self.pipes.events.send(Event::new(id, kind))).await.unwrap();
    }

    /// The next operation; none once the delegate is disconnected.
    pub(super) async fn told(&mut self) -> Option<Submission<&'static str>> {
        soon(self.pipes.operations.recv()).await
    }

    /// Everything it is told until the delegate is disconnected.
    pub(super) async fn told_to_the_end(&mut self) -> Vec<TestOperation> {
        let mut told = Vec::new();
        while let Some(submission) = self.told().await {
            told.push(submission.operation);
        }
        told
    }
}

#[async_trait]
impl Parent for TestParent {
    fn started(&self, delegate: &SubagentStarted) {
        lock(&self.started).push(delegate.clone());
    }

    async fn approve_command(&self, request: &CommandApproval) -> Option<Decision> {
        self.decision(Asked::Command(request.clone())).await
    }

    async fn approve_patch(&self, request: &PatchApproval) -> Option<Decision> {
        self.decision(Asked::Patch(request.clone())).await
    }

    async fn grant_permissions(&self, request: &PermissionsRequest, cwd: &Path) -> Option<Grant> {
        match self.ask(Asked::Permissions(request.clone(), cwd.into())).await? {
            Answer::Grant(grant) => Some(grant),
            other => panic!("{other:?} to a permission request"),
        }
    }

    async fn ask_user(&self, turn_id: &str, request: &UserInputRequest) -> Option<Answers> {
        match self.ask(Asked::User(turn_id.into(), request.clone())).await? {
            Answer::Answers(answers) => Some(answers),
            other => panic!("{other:?} to a question to the user"),
        }
    }

    async fn approve_signing(&self, approval_id: &str, subject: &SigningSubject) -> Option<Decision> {
        self.decision(Asked::Signing(approval_id.into(), subject.clone())).await
    }

    fn resolve(&self, question: Resolved) {
        lock(&self.resolved).push(question);
    }

    fn reviewer(&self) -> Option<Arc<dyn Reviewer>> {
        lock(&self.reviewer).clone()
    }
}

impl TestParent {
    async fn decision(&self, asked: Asked) -> Option<Decision> {
        match self.ask(asked).await? {
            Answer::Decision(decision) => Some(decision),
            other => panic!("{other:?} to a question for a decision"),
        }
    }

    async fn ask(&self, asked: Asked) -> Option<Answer> {
        let (answer, answered) = oneshot::channel();
        self.questions.send(Question { asked, answer }).ok()?;
        answered.await.ok()
    }
}

pub(super) fn parent_context() -> ParentContext<Services> {
    ParentContext {
        installation_id: "installation-1".into(),
        session_id: "session-1".into(),
        thread_id: "thread-parent".into(),
        turn_id: "turn-parent".into(),
        originator: "codex_vscode".into(),
        cwd: "/parent".into(),
        instructions: Instructions { text: Some("Be brief.".into()), warnings: vec!["AGENTS.md is long".into()] },
        features: Features {
            multi_agent: true,
            dynamic_tools: vec!["lookup".into()],
            metrics_service_name: Some("metrics".into()),
            trace_parent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into()),
        },
        shared: Arc::new(Services("shared")),
    }
}

pub(super) fn context() -> DelegateContext<Services> {
    DelegateContext::of(&parent_context(), SubagentKind::Review, &Ids::default()).unwrap()
}

pub(super) fn command(call_id: &str) -> CommandApproval {
    CommandApproval { call_id: call_id.into(), command: vec!["ls".into()], cwd: "/child".into(), ..CommandApproval::default() }
}

pub(super) fn subject(session: &Session) -> SigningSubject {
    SigningSubject {
        delegate_thread_id: session.context.lineage.thread_id.clone(),
        agent_runtime_id: Some("agent-123".into()),
        task_id: Some("task-123".into()),
        endpoint: "responses".into(),
        kind: RequestKind::Turn,
    }
}

/// Fails where nothing happens for an hour of paused time.
pub(super) async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(3600), work).await.expect("this waits for ever")
}

/// Lets every task run until it waits: paused time moves only when nothing else can.
pub(super) async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// What a forwarded event holds.
pub(super) fn content(event: &Event<u32>) -> u32 {
    match event.kind {
        EventKind::McpCallBegin { content, .. } | EventKind::McpCallEnd { content, .. } => content,
        EventKind::McpElicitation(content) | EventKind::TurnCompleted(content) | EventKind::TurnAborted(content) => content,
        EventKind::Other(content) => content,
        _ => panic!("{event:?} must not be forwarded"),
    }
}
