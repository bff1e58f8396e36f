//! What a program that embeds the host does, against a real authority over sockets.
#![cfg(feature = "authority")]

use agent_identity_host::authority::{Authority, AuthorityConfig, Faults, RunningAuthority};
use agent_identity_host::layer::SigningLayer;
use agent_identity_host::registering::AgentRegistration;
use agent_identity_host::types::{ExternalTaskRef, Identity, PrivateForm, SecretForm};
use agent_identity_host::{Agent, Component, Key, Session, agent, blocking, system};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use std::sync::Arc;
use zeroize::Zeroizing;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Registers an agent and returns the document its record is stored in.
async fn enrol(component: &Component, authority: &RunningAuthority) -> Result<Zeroizing<Vec<u8>>, Box<dyn std::error::Error>> {
    let mut session = Session::new(component, Arc::new(system::SystemClock), Arc::new(system::SystemRandom))?;
    let key = session.generate_key()?;
    let public = session.public_forms(&key)?;
    let token = Zeroizing::new(authority.development_token("acct-1", "user-1").await?);
    let registration = AgentRegistration::new(authority.authapi_base(), public.raw, agent::description("cli"));
    let agent_runtime_id = registration.run(component, &token).await?;
    let identity = Identity {
        agent_runtime_id,
        account_id: "acct-1".into(),
        chatgpt_user_id: "user-1".into(),
        email: None,
        plan_type: "pro".into(),
        fedramp: false,
        task_id: None,
    };
    Ok(session.write_record(None, &identity, &key)?)
}

fn signing_client(agent: &Agent, origin: &str) -> Result<ClientWithMiddleware, Box<dyn std::error::Error>> {
    Ok(ClientBuilder::new(reqwest::Client::new()).with(SigningLayer::new(agent.clone(), [origin])?).build())
}

#[tokio::test]
async fn a_stored_record_is_enough_to_sign_every_request_of_a_client() -> Outcome {
    let component = Component::load()?;
    let authority = Authority::start(&component, AuthorityConfig::default()).await?;
    let record = enrol(&component, &authority).await?;

    let agent = Agent::from_record(&component, &record, authority.authapi_base())?.build(&component)?;
    assert!(agent.task(None)?.is_none(), "a new record has no run task");
    agent.register_task(None, None).await?;
    let client = signing_client(&agent, authority.base_url())?;
    for _ in 0..3 {
        let answer = client.post(authority.responses_url()).body("{}").send().await?;
        assert_eq!(answer.status(), 200);
        assert!(answer.text().await?.contains("response.completed"));
    }
    authority.shutdown().await?;
    Ok(())
}

#[tokio::test]
async fn a6_requests_fail_when_they_cannot_be_signed_and_other_origins_get_no_credential() -> Outcome {
    let component = Component::load()?;
    let authority = Authority::start(&component, AuthorityConfig::default()).await?;
    let record = enrol(&component, &authority).await?;
    let agent = Agent::from_record(&component, &record, authority.authapi_base())?.build(&component)?;

    // No task yet, and none to be had: the request is not sent at all.
    authority.set_faults("task/400:1".parse::<Faults>()?);
    let refused = signing_client(&agent, authority.base_url())?.post(authority.responses_url()).body("{}").send().await;
    assert!(format!("{:?}", refused.unwrap_err()).contains("task-register-rejected"));

    agent.ensure_task(None, None).await?;
    // The layer signs for another origin only, so the authority sees no assertion.
    let answer = signing_client(&agent, "https://elsewhere.example")?.post(authority.responses_url()).body("{}").send().await?;
    assert_eq!(answer.status(), 401);
    assert!(answer.text().await?.contains("assertion-missing"));
    assert!(SigningLayer::new(agent.clone(), ["http://elsewhere.example"]).is_err(), "plain http only on loopback");
    assert!(SigningLayer::new(agent, []).is_err());
    authority.shutdown().await?;
    Ok(())
}

#[tokio::test]
async fn d1_d2_d5_a_request_refused_for_its_task_or_the_clock_is_repeated_once() -> Outcome {
    let component = Component::load()?;
    let authority = Authority::start(&component, AuthorityConfig::default()).await?;
    let record = enrol(&component, &authority).await?;
    let agent = Agent::from_record(&component, &record, authority.authapi_base())?.build(&component)?;
    let client = signing_client(&agent, authority.base_url())?;
    let send = || client.post(authority.responses_url()).body("{}").send();
    assert_eq!(send().await?.status(), 200, "the run task is registered when it is needed");

    let first = agent.task(None)?.ok_or("the task of the request is known")?;
    authority.end_task(&first).await?;
    assert_eq!(send().await?.status(), 200);
    assert_ne!(agent.task(None)?, Some(first), "replaced");

    authority.set_faults("responses/401-task:2".parse::<Faults>()?);
    let refused = send().await?;
    assert_eq!(refused.status(), 401, "the second answer is final");
    assert!(refused.text().await?.contains("task-unknown"), "as it came");
    authority.set_faults("responses/401-key:1".parse::<Faults>()?);
    let refused = send().await?;
    assert!(refused.headers().contains_key("date") && refused.text().await?.contains("signature-invalid"), "H4: surfaced");

    authority.set_clock_offset(400_000);
    assert_eq!(send().await?.status(), 200);
    assert!((395_000..=405_000).contains(&agent.clock_offset_ms()?));
    authority.shutdown().await?;
    Ok(())
}

#[test]
fn the_blocking_agent_registers_and_signs() -> Outcome {
    let component = Component::load()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let authority = runtime.block_on(Authority::start(&component, AuthorityConfig::default()))?;
    let record = runtime.block_on(enrol(&component, &authority))?;
    let agent = blocking::Agent::new(Agent::from_record(&component, &record, authority.authapi_base())?.build(&component)?)?;
    let reference = ExternalTaskRef { kind: "opaque".into(), value: Some(" nightly ".into()) };
    let task = agent.register_task(Some(&reference), None)?;
    assert_eq!(agent.register_task(Some(&reference), None)?, task, "the same reference gives the same task");
    let headers = agent.authorize(Some("nightly"))?;
    assert_eq!(headers[0].0, "Authorization");
    assert!(headers[0].1.starts_with("AgentAssertion "));
    assert_eq!(headers[1], ("ChatGPT-Account-ID".to_owned(), "acct-1".to_owned()));
    runtime.block_on(authority.shutdown())?;
    Ok(())
}

#[tokio::test]
async fn n8_registrations_outlast_faults_and_a_clock_that_is_wrong() -> Outcome {
    let component = Component::load()?;
    let authority = Authority::start(&component, AuthorityConfig::default()).await?;
    let record = enrol(&component, &authority).await?;
    let agent = Agent::from_record(&component, &record, authority.authapi_base())?.build(&component)?;
    authority.set_faults("task/500:2".parse::<Faults>()?);
    agent.register_task(None, None).await?;
    // D2: the authority's clock runs 400 s ahead; its refusal teaches the offset, and the registration is repeated once.
    authority.set_clock_offset(400_000);
    let reference = ExternalTaskRef { kind: "opaque".into(), value: Some("later".into()) };
    agent.register_task(Some(&reference), None).await?;
    assert!((395_000..=405_000).contains(&agent.clock_offset_ms()?));
    authority.shutdown().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn many_threads_sign_with_one_agent() -> Outcome {
    let component = Component::load()?;
    let key = Key::held(PrivateForm::Seed, [7; 32]);
    let agent = Agent::builder("agent-123", key, "https://auth.example").build(&component)?;
    agent.adopt_task(None, "task-123")?;
    let signing: Vec<_> = (0..8)
        .map(|_| {
            let agent = agent.clone();
            tokio::spawn(async move {
                for _ in 0..50 {
                    assert!(agent.authorize(None).await.is_ok());
                }
            })
        })
        .collect();
    for thread in signing {
        thread.await?;
    }
    Ok(())
}

#[test]
fn k12_a_revealed_key_is_what_was_imported() -> Outcome {
    let mut session = Session::new(&Component::load()?, Arc::new(system::SystemClock), Arc::new(system::SystemRandom))?;
    let key = session.import_key(PrivateForm::Seed, &[7; 32])?;
    let text = session.reveal(&key, SecretForm::Pkcs8Base64)?;
    assert_eq!(text.as_slice(), b"MC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH");
    session.release(key)?;
    Ok(())
}
