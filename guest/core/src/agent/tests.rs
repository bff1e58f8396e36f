use super::*;
use crate::keys::SecretKey;
use alloc::format;

struct At(i64);

impl Ports for At {
    fn now_ms(&self) -> i64 {
        self.0
    }
    fn monotonic_ms(&self) -> u64 {
        0
    }
    fn fill_random(&self, buffer: &mut [u8]) -> Result<()> {
        buffer.fill(1);
        Ok(())
    }
}

const CONFIG: AgentConfig<'_> = AgentConfig {
    agent_runtime_id: "agent-123",
    account_id: Some("acct"),
    chatgpt_user_id: None,
    fedramp: true,
    authapi_base: "https://auth.example/",
    correct_clock: true,
    skew_threshold_s: None,
    clock_offset_ms: 0,
};

fn agent() -> Rc<Agent> {
    Rc::new(Agent::open(&CONFIG, Rc::new(Signer::Held(SecretKey::from_seed(&[7; 32])))).unwrap())
}

#[test]
fn a5_a6_headers_come_together_or_not_at_all() {
    let agent = agent();
    assert_eq!(agent.authorize(None, &At(0)).unwrap_err().code, Code::RunTaskMissing);
    agent.adopt_task(None, "task-123").unwrap();
    let names: Vec<_> = agent.authorize(None, &At(0)).unwrap().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["Authorization", "ChatGPT-Account-ID", "X-OpenAI-Fedramp"]);
    assert_eq!(agent.authorize(None, &At(-1)).unwrap_err().code, Code::ClockOutOfRange);
}

#[test]
fn tasks_are_kept_apart_by_reference() {
    let agent = agent();
    for n in 0..100 {
        agent.adopt_task(Some(format!("ref-{n}")), &format!("task-{n}")).unwrap();
    }
    agent.adopt_task(None, "run").unwrap();
    assert_eq!(agent.task(Some("ref-42")).unwrap().as_str(), "task-42");
    assert_eq!(agent.forget_task(Some("ref-42")).unwrap().as_str(), "task-42");
    assert!(agent.task(Some("ref-42")).is_none());
    assert_eq!(agent.task(None).unwrap().as_str(), "run");
}

#[test]
fn c7_a5_i1_parts_are_checked_when_an_agent_is_opened() {
    let signer = || Rc::new(Signer::Held(SecretKey::from_seed(&[7; 32])));
    let refused = |config: AgentConfig<'_>| Agent::open(&config, signer()).map(drop).unwrap_err().code;
    assert_eq!(refused(AgentConfig { authapi_base: "http://auth.example", ..CONFIG }), Code::BaseUrlUnsupported);
    assert_eq!(refused(AgentConfig { account_id: Some("a b"), ..CONFIG }), Code::RecordInvalid);
    assert_eq!(refused(AgentConfig { agent_runtime_id: "a:b", ..CONFIG }), Code::RuntimeIdInvalid);
    assert_eq!(refused(AgentConfig { skew_threshold_s: Some(4), ..CONFIG }), Code::ConfigInvalid);
}
