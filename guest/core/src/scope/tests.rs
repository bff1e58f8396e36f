use super::*;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

/// One row of the table, written down as the specification prints it: an empty list is *any*.
struct TableRow {
    name: &'static str,
    scope: &'static [Scope],
    provider: &'static [Provider],
    policy: &'static [Policy],
    login: &'static [Login],
    state: &'static [State],
    fallback: bool,
    result: &'static str,
}

const fn row(
    name: &'static str,
    provider: &'static [Provider],
    login: &'static [Login],
    state: &'static [State],
    result: &'static str,
) -> TableRow {
    TableRow { name, scope: &[], provider, policy: &[], login, state, fallback: false, result }
}

/// A row for managed ChatGPT in a scoped request under `chatgpt-auth`.
const fn managed(name: &'static str, state: &'static [State], result: &'static str) -> TableRow {
    TableRow { scope: &[Scope::Scoped], policy: &[Policy::ChatgptAuth], ..row(name, FIRST, MANAGED, state, result) }
}

const FIRST: &[Provider] = &[Provider::FirstParty];
const MANAGED: &[Login] = &[Login::ManagedChatgpt];
const AGENT: &[Login] = &[Login::AgentIdentity];
const BEARER_LOGINS: &[Login] = &[Login::ApiKey, Login::PersonalAccessToken, Login::ExternalChatgptTokens];
const SET: &[State] = &[State::Ready, State::VariableSet];
const NOTHING_KNOWN: &[State] = &[State::Missing, State::VariableSet, State::VariableMissing];
const NOTHING_USABLE: &[State] = &[State::Missing, State::KeyUnusable, State::VariableSet, State::VariableMissing];
const FAILED: &[State] = &[State::RefFailed, State::BootUnavailable, State::BootFailed];

static TABLE: [TableRow; 21] = [
    row("P1", &[Provider::OwnKey], &[], SET, "bearer"),
    row("P2", &[Provider::OwnKey], &[], &[], "error"),
    row("P3", &[Provider::OwnBearer], &[], &[], "bearer"),
    row("P4", &[Provider::Command], &[], &[], "command"),
    row("P5", &[Provider::Aws, Provider::Open], &[], &[], "nothing"),
    row("P6", FIRST, &[Login::None], &[], "nothing"),
    row("P7", FIRST, &[Login::Bedrock], &[], "error"),
    row("P8", FIRST, BEARER_LOGINS, &[], "bearer"),
    row("P9", FIRST, &[Login::HeaderAuth], &[], "headers"),
    row("P10", FIRST, AGENT, &[State::KeyUnusable], "error"),
    row("P11", FIRST, AGENT, &[State::Ready], "assertion"),
    row("P12", FIRST, AGENT, FAILED, "error"),
    row("P13", FIRST, AGENT, NOTHING_KNOWN, "register"),
    TableRow { scope: &[Scope::Plain], ..row("P14", FIRST, MANAGED, &[], "bearer") },
    TableRow { scope: &[Scope::Scoped], policy: &[Policy::JwtOnly], ..row("P15", FIRST, MANAGED, &[], "bearer") },
    TableRow { fallback: true, ..managed("P16", &[], "bearer") },
    managed("P17", &[State::Ready], "assertion"),
    managed("P18", &[State::RefFailed], "error"),
    managed("P19", &[State::BootUnavailable], "bearer"),
    managed("P20", &[State::BootFailed], "error"),
    managed("P21", NOTHING_USABLE, "bootstrap"),
];

impl TableRow {
    fn matches(&self, inputs: &Inputs) -> bool {
        fn any_or<T: PartialEq>(wanted: &[T], given: T) -> bool {
            wanted.is_empty() || wanted.contains(&given)
        }
        any_or(self.scope, inputs.scope)
            && any_or(self.provider, inputs.provider)
            && any_or(self.policy, inputs.policy)
            && any_or(self.login, inputs.login)
            && any_or(self.state, inputs.state)
            && (!self.fallback || inputs.fallback)
    }
}

fn full_product() -> Vec<Inputs> {
    let mut all = Vec::new();
    for &scope in Scope::ALL {
        for &provider in Provider::ALL {
            for &policy in Policy::ALL {
                for &login in Login::ALL {
                    for &state in State::ALL {
                        for (fallback, can_register) in [(false, false), (false, true), (true, false), (true, true)] {
                            let failure = Some(Code::TaskRegisterRejected);
                            all.push(Inputs { scope, provider, policy, login, state, fallback, can_register, failure });
                        }
                    }
                }
            }
        }
    }
    all
}

#[test]
fn p1_to_p21_every_combination_takes_the_first_matching_row() {
    let product = full_product();
    assert_eq!(product.len(), 2 * 6 * 2 * 8 * 8 * 4);
    let mut seen = BTreeSet::new();
    for inputs in &product {
        let expected = TABLE.iter().find(|row| row.matches(inputs)).expect("every combination matches a row");
        let decision = decide(inputs);
        assert_eq!(decision.row.as_str(), expected.name, "{inputs:?}");
        let result = match expected.result {
            "register" | "bootstrap" if !inputs.can_register => "error",
            result => result,
        };
        assert_eq!(decision.result.as_str(), result, "{inputs:?}");
        seen.insert(expected.name);
    }
    assert_eq!(seen.len(), 21, "every row is reached");
}

#[test]
fn p_exactly_the_named_rows_give_bearer() {
    let bearer: BTreeSet<&str> =
        full_product().iter().map(decide).filter(|found| found.result == ScopeResult::Bearer).map(|found| found.row.as_str()).collect();
    assert_eq!(bearer, BTreeSet::from(["P1", "P3", "P8", "P14", "P15", "P16", "P19"]));
}

#[test]
fn s4_errors_and_only_errors_have_a_code() {
    for inputs in full_product() {
        let decision = decide(&inputs);
        let code = match (decision.row, inputs.state) {
            (Row::P2, _) => Some(Code::ProviderKeyMissing),
            (Row::P7, _) => Some(Code::ProviderUnsupported),
            (Row::P12, State::BootUnavailable) => Some(Code::BootstrapUnavailable),
            (Row::P10 | Row::P12 | Row::P18 | Row::P20, _) => Some(Code::TaskRegisterRejected),
            (Row::P13 | Row::P21, _) if !inputs.can_register => Some(Code::RunTaskMissing),
            _ => None,
        };
        assert_eq!(decision.code, code, "{inputs:?}");
        assert_eq!(decision.code.is_some(), decision.result == ScopeResult::Error, "{inputs:?}");
    }
}

#[test]
fn s1_a_managed_login_under_chatgpt_auth_gets_bearer_in_a_scoped_request_by_p16_and_p19_only() {
    for inputs in full_product() {
        let identity_wanted = inputs.scope == Scope::Scoped && inputs.policy == Policy::ChatgptAuth;
        if identity_wanted && inputs.provider == Provider::FirstParty && inputs.login == Login::ManagedChatgpt {
            let decision = decide(&inputs);
            let allowed = inputs.fallback || inputs.state == State::BootUnavailable;
            assert_eq!(decision.result == ScopeResult::Bearer, allowed, "{inputs:?}");
            assert_eq!(decision.engages_fallback(), !inputs.fallback && inputs.state == State::BootUnavailable);
        }
    }
}

#[test]
fn provider_class_is_the_first_that_applies() {
    let all =
        ProviderTraits { names_environment_key: true, holds_token: true, has_token_command: true, is_aws: true, needs_openai_auth: true };
    let without_key = ProviderTraits { names_environment_key: false, ..all };
    let without_token = ProviderTraits { holds_token: false, ..without_key };
    let without_command = ProviderTraits { has_token_command: false, ..without_token };
    let plain = ProviderTraits { is_aws: false, ..without_command };
    for (traits, class) in [
        (all, "own-key"),
        (without_key, "own-bearer"),
        (without_token, "command"),
        (without_command, "aws"),
        (plain, "first-party"),
        (ProviderTraits::default(), "open"),
    ] {
        assert_eq!(Provider::of(traits).as_str(), class);
    }
}

#[test]
fn spellings_are_read_back_and_no_others() {
    assert!(Scope::ALL.iter().all(|value| Scope::parse(value.as_str()) == Ok(*value)));
    assert!(Provider::ALL.iter().all(|value| Provider::parse(value.as_str()) == Ok(*value)));
    assert!(Policy::ALL.iter().all(|value| Policy::parse(value.as_str()) == Ok(*value)));
    assert!(Login::ALL.iter().all(|value| Login::parse(value.as_str()) == Ok(*value)));
    assert!(State::ALL.iter().all(|value| State::parse(value.as_str()) == Ok(*value)));
    for code in [
        Scope::parse("").unwrap_err().code,
        Provider::parse("OWN-KEY").unwrap_err().code,
        Policy::parse("jwt").unwrap_err().code,
        Login::parse("chatgpt").unwrap_err().code,
        State::parse("ready ").unwrap_err().code,
    ] {
        assert_eq!(code, Code::ConfigInvalid);
    }
}
